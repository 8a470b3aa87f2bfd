"""Ours: `transforms.segmentation`, with the knobs that a run uses."""

from __future__ import annotations

from benchmarks.compare_anonymisers.emissions import Emissions, emit_runs
from benchmarks.compare_anonymisers.log import Log
from transforms.segmentation import Settings, cut, solve


def ours(log: Log, *, k: int, max_length: int) -> Emissions:
    """Solve the inventory, cut the sessions; leftover actions are no sequence."""
    settings = Settings(k=k, min_outside_unit=0, max_length=max_length)
    segments = cut(log.sessions, solve(log.sessions, log.vocabulary, settings))
    return emit_runs(log, segments.start, segments.length)
