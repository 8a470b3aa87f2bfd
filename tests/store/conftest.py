from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.places import CREDENTIALS, Place, new_place, s3_server


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


@pytest.fixture(params=["local", "s3", "memory"])
def place(request: pytest.FixtureRequest, s3: str, tmp_path: Path) -> Place:
    return new_place(request.param, tmp_path)
