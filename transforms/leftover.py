"""What a bucket leaves: events that wait on in fragments, intervals that are spent, and the accounts that contributed."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.distinct import distinct
from transforms.schemas import EVENTS, MEMBERSHIP, POOL, SPENT

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Segments(NamedTuple):
    """Runs of a bucket's staged EVENTS: `start`, `length` in rows."""

    start: Int64s
    length: Int64s

    def rows(self, total: int) -> Bools:
        """Which of so many rows are in a segment."""
        edges = np.zeros(total + 1, np.int64)
        np.add.at(edges, self.start, 1)
        np.add.at(edges, self.start + self.length, -1)
        return np.asarray(np.cumsum(edges[:-1]) > 0, np.bool_)


PLACED: Final = pa.schema([*POOL, EVENTS.field("file"), EVENTS.field("position")])
"""POOL, and where each event stood in this run."""


class Leftover(NamedTuple):
    """`waiting`: PLACED, fragments numbered from 0. `spent`: SPENT. `members`: MEMBERSHIP, of the released segments.
    `spent_rows`: events in released or capped segments."""

    waiting: pa.Table
    spent: pa.Table
    members: pa.Table
    spent_rows: int


def leftover(events: pa.Table, opens: Bools, released: Segments, capped: Segments) -> Leftover:
    """Part a bucket's staged EVENTS into what is spent and what waits.

    O(n log n) for n events, by the sort that finds the accounts of each session; else linear.

    Args:
        events: EVENTS in total order, closed sessions. opens: which of them begin a session.
        released: emitted segments of released records. capped: segments that a cap withheld.
    """
    rows = events.num_rows
    out = released.rows(rows)
    gone = out | capped.rows(rows)
    kept = np.flatnonzero(~gone)
    begins = np.ones(len(kept), np.bool_)
    # A fragment ends where a session does, and where something spent stands in between.
    begins[1:] = opens[kept[1:]] | (np.diff(kept) > 1)
    waiting = pool_rows(events.take(pa.array(kept)), np.cumsum(begins) - 1)
    return Leftover(waiting, _spent(events, opens, gone), _members(events, out), int(gone.sum()))


def pool_rows(events: pa.Table, fragment: Int64s) -> pa.Table:
    """EVENTS as PLACED, with the fragments' numbers."""
    columns = {name: events.column(name) for name in PLACED.names if name != "fragment"}
    table = pa.table({**columns, "fragment": pa.array(fragment.astype(np.int64))})
    return table.select(PLACED.names).cast(PLACED)


def whole_sessions(events: pa.Table, opens: Bools) -> pa.Table:
    """EVENTS of open sessions as PLACED: each session is one fragment."""
    return pool_rows(events, np.cumsum(opens) - 1)


def concat_pool(parts: list[pa.Table]) -> pa.Table:
    """Several PLACED tables as one POOL, fragments renumbered, in order of (time, file, position).

    O(n log n).

    That order is the same whatever the buckets and the key.
    """
    total, numbered = 0, []
    for part in parts:
        column = pc.add(part.column("fragment"), total)
        numbered.append(part.set_column(PLACED.get_field_index("fragment"), PLACED.field("fragment"), column))
        total += (pc.max(part.column("fragment")).as_py() or 0) + 1 if part.num_rows else 0
    table = pa.concat_tables([PLACED.empty_table(), *numbered]).unify_dictionaries()
    keys = [np.asarray(table.column(name), np.int64) for name in ("position", "file", "time_us")]
    return table.take(pa.array(np.lexsort(keys))).select(POOL.names)


def _spent(events: pa.Table, opens: Bools, gone: Bools) -> pa.Table:
    """One interval for every run of spent rows in a session, and for every account in the session: the link between a
    person's accounts may not be known any more when what stands around the run is tried again."""
    rows = np.flatnonzero(gone)
    if not len(rows):
        return SPENT.empty_table()
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = opens[rows[1:]] | (np.diff(rows) > 1)
    first, last = rows[begins], rows[np.append(np.flatnonzero(begins)[1:], len(rows)) - 1]
    account = events.column("account").combine_chunks().dictionary_encode()
    width = len(account.dictionary)
    session = np.cumsum(opens) - 1
    present = distinct(session * width + np.asarray(account.indices, np.int64))
    where = np.searchsorted(present // width, session[first], side="left")
    number = np.searchsorted(present // width, session[first], side="right") - where
    run_of = np.repeat(np.arange(len(first)), number)
    nth = np.arange(len(run_of)) - np.repeat(np.cumsum(number) - number, number)
    whose = present[np.repeat(where, number) + nth] % width
    time_us = np.asarray(events.column("time_us"), np.int64)
    columns = {
        "account": account.dictionary.take(pa.array(whose)),
        "from_us": pa.array(time_us[first][run_of]),
        "to_us": pa.array(time_us[last][run_of]),
    }
    return pa.table(columns, schema=SPENT)


def _members(events: pa.Table, out: Bools) -> pa.Table:
    accounts = pc.unique(events.column("account").filter(pa.array(out)).combine_chunks())
    return pa.table({"account": accounts}, schema=MEMBERSHIP)
