"""Where a session that never pauses is cut: at fixed instants, by what came before them (docs/decisions/0023)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def cut_by_length(
    person: Int32s,
    persons: pa.Array,
    time_us: Int64s,
    *,
    gap_us: int,
    longest_us: int,
    spent: pa.Table | None,
) -> Bools:
    """Tell whether each event comes after an instant at which its session is cut.

    The instants are the multiples of `longest_us` since 1970 UTC. A session is cut at one if its person was at work without
    a pause since the instant before, give or take the gap. So a cut depends on absolute time and on what came before it
    alone: not on nights, windows, files or what comes later. No session lasts longer than `2 · longest_us + gap_us`.

    O(n) for n events; O((n + s) log (n + s)) with s spent intervals, where a session crosses an instant.

    Args:
        person: for each event, in total order, an index into `persons` (binary(16), distinct).
        longest_us: at least twice the gap; 0: nothing is cut.
        spent: SPENT_OF_PEOPLE: its people were at work then, too, though these events are gone; None: nothing was released.
    """
    cut = np.zeros(len(person), np.bool_)
    if not longest_us or len(person) < 2:
        return cut
    block = time_us // longest_us
    crosses = (block[1:] != block[:-1]) & (person[1:] == person[:-1]) & (time_us[1:] - time_us[:-1] <= gap_us)
    asked = np.flatnonzero(crosses) + 1
    if len(asked):
        since = working_since(person, persons, time_us, asked - 1, gap_us=gap_us, spent=spent)
        cut[asked] = _covers(since, block[asked] * longest_us, gap_us=gap_us, longest_us=longest_us)
    return cut


def over_by_length(last_us: Int64s, since_us: Int64s, *, end_us: int, gap_us: int, longest_us: int) -> Bools:
    """Tell which sessions are cut between their last event and the end of the window, whoever goes on after it.

    Args:
        last_us: of each session its last event. since_us: since when its person was at work then (`working_since`).
    """
    if not longest_us:
        return np.zeros(len(last_us), np.bool_)
    instant = np.full(len(last_us), end_us // longest_us * longest_us, np.int64)
    return (last_us < instant) & _covers(since_us, instant, gap_us=gap_us, longest_us=longest_us)


def working_since(
    person: Int32s,
    persons: pa.Array,
    time_us: Int64s,
    asked: Int64s,
    *,
    gap_us: int,
    spent: pa.Table | None,
) -> Int64s:
    """Find since when (µs UTC) the person of some events was at work then, without a pause longer than the gap.

    Args:
        asked: indices of events. spent: SPENT_OF_PEOPLE; None: nothing was released before.
    """
    among = np.zeros(len(persons), np.bool_)
    among[person[asked]] = True
    rows = np.flatnonzero(among[person])
    who = person[rows].astype(np.int64)
    begin = end = time_us[rows]
    if spent is not None and spent.num_rows:
        whose = pc.index_in(spent.column("person").combine_chunks(), value_set=persons)
        here = pc.is_in(whose, value_set=pa.array(np.flatnonzero(among).astype(np.int32)))
        first, last = (np.asarray(spent.column(name).filter(here), np.int64) for name in ("from_us", "to_us"))
        who = np.concatenate([who, np.asarray(whose.filter(here), np.int64)])
        begin, end = np.concatenate([begin, first]), np.concatenate([end, last])
    order = np.lexsort((begin, who))
    who, begin, end = who[order], begin[order], end[order]
    # Packed with the person in front, the running maximum starts anew with each person.
    ends = np.unique(end)
    reach = np.maximum.accumulate(who * len(ends) + np.searchsorted(ends, end))
    starts = np.ones(len(who), np.bool_)
    starts[1:] = (who[1:] != who[:-1]) | (begin[1:] - ends[reach[:-1] % len(ends)] > gap_us)
    opened = np.maximum.accumulate(np.where(starts, np.arange(len(who)), 0))
    since = np.empty(len(who), np.int64)
    since[order] = begin[opened]
    return since[np.searchsorted(rows, asked)]


def _covers(since_us: Int64s, instant_us: Int64s, *, gap_us: int, longest_us: int) -> Bools:
    """Whether work that began then and did not pause fills the time between the instant and the one before."""
    return np.asarray(since_us <= instant_us - longest_us + gap_us, np.bool_)
