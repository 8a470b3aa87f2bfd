"""What a method would publish before the filter: who emits which record, and how much of their sessions it holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.compare_anonymisers.log import Int64s, Log

Record = tuple[int, ...]
Ints = npt.NDArray[np.int8] | npt.NDArray[np.int32] | Int64s


@dataclass(frozen=True)
class Emissions:
    """One emission a row, in five arrays of equal length. Single actions are no sequence: no record is shorter than 2."""

    records: tuple[Record, ...]
    """The distinct records, as token ids."""
    record: Int64s
    """Index into `records`."""
    session: Int64s
    """Index of the session that emits it."""
    start: Int64s
    """Index of the first action that it stands for."""
    transitions: Int64s
    """The session's own transitions that it holds; fewer than length − 1 where the method made some up."""
    events: Int64s
    """The session's own events that it holds."""


def emit_runs(log: Log, start: Ints, length: Ints) -> Emissions:
    """The emissions of a method that cuts sessions: runs of actions from `start` on; those shorter than 2 are left out."""
    first, size = start[length >= 2].astype(np.int64), length[length >= 2].astype(np.int64)
    tokens, width = log.sessions.tokens.tobytes(), log.sessions.tokens.itemsize
    numbers: dict[bytes, int] = {}
    record = [
        numbers.setdefault(tokens[width * at : width * (at + many)], len(numbers))
        for at, many in zip(first.tolist(), size.tolist(), strict=True)
    ]
    before = np.append(0, np.cumsum(log.events))
    return Emissions(
        tuple(tuple(np.frombuffer(run, log.sessions.tokens.dtype).tolist()) for run in numbers),
        np.array(record, np.int64),
        np.searchsorted(log.sessions.starts, first, side="right") - 1,
        first,
        size - 1,
        before[first + size] - before[first],
    )
