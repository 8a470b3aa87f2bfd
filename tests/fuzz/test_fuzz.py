"""A short part of the fuzzing, the same inputs every time; `make fuzz` feeds a hundred thousand."""

from __future__ import annotations

import os
import signal

import pytest

from tests.fuzz.__main__ import fuzz


@pytest.fixture
def as_it_was(monkeypatch):
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    before = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("as_it_was")
def test_nothing_that_is_given_ends_as_a_bug():
    found = fuzz(1500, seed=7)
    assert found.faults == {}
    assert 0 < sum(found.refused.values()) < 1500


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize("number", [3980, 23980, 26152, 60804, 69776, 81356])
def test_what_once_ended_as_a_bug(number):
    assert fuzz(1, seed=7, first=number).faults == {}
