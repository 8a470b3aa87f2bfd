"""Every figure stands in its column, and a filter that lets too much through is caught."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.compare_anonymisers import compare
from benchmarks.compare_anonymisers.methods import METHODS
from benchmarks.compare_anonymisers.release import Figures
from benchmarks.compare_anonymisers.table import overview, table
from tests.benchmarks.small import log_of

ONE = Figures("ours", 5, 0.1, 0.2, 3.3, 4000, 5, 0.06, 0.0, 7.777)


def test_a_row():
    assert table([ONE]).splitlines()[2:] == ["| **ours** | .100 | .200 | 3.3 | 4,000 | 5 | .060 | 7.78 |"]
    inventor = Figures("windows of 2", 5, 0.1, 0.2, 3.3, 4000, 5, 0.06, 0.25, 7.777)
    assert ".250 of the transitions in the records of *windows of 2*" in table([ONE, inventor])


def test_the_overview_shows_each_log_at_the_k_asked_for():
    other = Figures("ours", 10, 0, 0.9, 0, 0, 0, 0, 0, 0)
    rows = overview(["one", "two"], [[other, ONE], [ONE, other]], k=10).splitlines()
    assert rows[0] == "| k = 10 | one | two |"
    assert rows[2:] == ["| **ours** | .900 | .900 |"]


def test_no_figure_is_given_of_a_release_that_fails_the_recount(monkeypatch):
    everything = lambda log, emissions, **policy: np.ones(len(emissions.records), np.bool_)  # noqa: E731
    monkeypatch.setattr(compare, "release", everything)
    with pytest.raises(RuntimeError, match="fewer than 2 people"):
        compare.compare_one(log_of([["ab"], ["cd"]]), METHODS[0], k=2)
