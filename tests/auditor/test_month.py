"""Three nights of the simulated month, each with all that came before delivered again: no small count follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.month.calendar import LEAN
from tests.auditor.month import as_if_exact, audit, played

NIGHTS = 3


@pytest.mark.timeout(900)
def test_no_small_count_follows_from_all_manifests_and_some_do_from_exact_totals(tmp_path):
    simulation = replace(LEAN.simulation, nights=NIGHTS, events=6_000)
    nights = list(played(replace(LEAN, simulation=simulation, left_out=None), tmp_path, NIGHTS))
    _, small, found = audit(nights)
    assert small
    assert found == []
    _, _, planted = audit([(as_if_exact(public, exact), exact) for public, exact in nights])
    assert planted
