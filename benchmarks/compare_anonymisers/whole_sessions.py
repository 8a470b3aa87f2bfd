"""Whole sessions: publish a session as it is, if k people have the very same."""

from __future__ import annotations

import numpy as np

from benchmarks.compare_anonymisers.emissions import Emissions, emit_runs
from benchmarks.compare_anonymisers.log import Log


def whole_sessions(log: Log, *, k: int, max_length: int) -> Emissions:
    """One record a session, however long; the filter decides."""
    return emit_runs(log, log.sessions.starts[:-1], np.diff(log.sessions.starts))
