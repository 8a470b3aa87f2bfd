"""Releases that several tests attack, each made once."""

from __future__ import annotations

import pytest

from tests.risk.attacked import released


@pytest.fixture(scope="session", params=[11, 12])
def release(request):
    return released(request.param)
