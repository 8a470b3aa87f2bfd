"""Where a session without a pause must be cut for its length, derived anew, one crossing after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from verifier.before import Before

Int64s = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def cut(
    persons: Any, first: Int64s, time_us: Int64s, before: Before, *, gap_us: int, longest_us: int
) -> Mask:
    """For each row whether its session is cut before it.

    It is at a multiple of `longest_us` (since 1970 UTC) that lies between the row before and the row itself, if from the
    multiple before, and the gap after it, on there was no pause longer than the gap: neither between the person's rows nor
    what came out before.

    Args:
        persons: binary(16), of each run of rows of one person, as `before` (`Before.of_people`) names them.
        first: where each run begins.
        time_us: of all rows, ascending within a run. longest_us: 0: no row.
    """
    mask = np.zeros(len(time_us), np.bool_)
    if longest_us == 0:
        return mask
    crossing = np.flatnonzero(np.diff(time_us // longest_us)) + 1
    gone = _gone(persons, before) if len(crossing) else {}
    for row in crossing:
        run = int(np.searchsorted(first, row, side="right")) - 1
        if row == first[run] or time_us[row] - time_us[row - 1] > gap_us:
            continue
        since = int(time_us[row]) // longest_us * longest_us - longest_us
        low = int(first[run]) + int(np.searchsorted(time_us[first[run] : row], since, side="left"))
        mask[row] = _filled(
            sorted([*_rows(time_us[max(low - 1, int(first[run])) : row]), *gone.get(run, [])]),
            since + gap_us,
            int(time_us[row - 1]),
            gap_us,
        )
    return mask


def _rows(times: Int64s) -> list[tuple[int, int]]:
    return [(time, time) for time in times.tolist()]


def _gone(persons: Any, before: Before) -> dict[int, list[tuple[int, int]]]:
    """What came out before, by the number of its person's run."""
    whose = pc.index_in(before.spent.column("account"), value_set=persons).to_pylist()
    columns = (before.spent.column(name).to_pylist() for name in ("from_us", "to_us"))
    gone: dict[int, list[tuple[int, int]]] = {}
    for run, begin, end in zip(whose, *columns, strict=True):
        if run is not None:
            gone.setdefault(run, []).append((begin, end))
    return gone


def _filled(work: list[tuple[int, int]], by_us: int, until_us: int, gap_us: int) -> bool:
    """Whether work that had begun by a time went on until another without a pause longer than the gap."""
    began = reached = None
    for begin, end in work:
        if begin > until_us:
            break
        if reached is None or begin - reached > gap_us:
            began, reached = begin, end
        reached = max(reached, end)
    return began is not None and began <= by_us
