from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.places import CREDENTIALS, Place, careless_s3_server, new_place, s3_server


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def s3(_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The address of an S3-compatible server, which the environment names, too."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", _server)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return _server


@pytest.fixture(scope="session")
def _careless_server() -> Iterator[str]:
    with careless_s3_server() as address:
        yield address


@pytest.fixture
def careless_s3(_careless_server: str, s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same for a server that writes again what it should refuse."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", _careless_server)
    return _careless_server


@pytest.fixture(params=["local", "s3", "memory"])
def place(request: pytest.FixtureRequest, s3: str, tmp_path: Path) -> Place:
    return new_place(request.param, tmp_path)
