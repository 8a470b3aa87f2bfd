from __future__ import annotations

import pytest

from tests.hub.registries import new_registry
from tests.hub.stand_in import TOKEN, World, serve


@pytest.fixture(autouse=True)
def _token(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def endpoint(world):
    with serve(world) as address:
        yield address


@pytest.fixture
def registry(tmp_path):
    return new_registry(tmp_path / "registry", {"2026-11-21": 40, "2026-11-22": 40})


@pytest.fixture
def small_registry(tmp_path):
    """Two nights of two files each: for what is done once for every request."""
    return new_registry(tmp_path / "registry", {"2026-11-21": 1, "2026-11-22": 1})
