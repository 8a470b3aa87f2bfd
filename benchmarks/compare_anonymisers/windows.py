"""Fixed windows: cut every session into consecutive runs of n actions, from its first on; a shorter tail is left out."""

from __future__ import annotations

import numpy as np

from benchmarks.compare_anonymisers.emissions import Emissions, emit_runs
from benchmarks.compare_anonymisers.log import Log


def windows(log: Log, *, k: int, max_length: int, size: int) -> Emissions:
    """One record a window."""
    starts = log.sessions.starts
    per_session = np.diff(starts) // size
    session = np.repeat(np.arange(len(per_session)), per_session)
    within = np.arange(len(session)) - np.repeat(np.cumsum(per_session) - per_session, per_session)
    start = starts[session] + size * within
    return emit_runs(log, start, np.full(len(start), size))
