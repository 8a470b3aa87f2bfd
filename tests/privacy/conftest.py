"""Every run of these tests has the same key, from the environment."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
