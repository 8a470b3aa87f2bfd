"""Which events of a load of all time are believed: those of the window that enough people's clocks agree on.

(docs/decisions/0023)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.buckets import compact
from transforms.decode import reasons

BEHIND: Final = "behind_window"
"""The name of the count of events behind the window that are believed: they are of nights that are still free."""

UNBELIEVED: Final = (reasons.TIME_IN_FUTURE, reasons.TIME_OUT_OF_RANGE)


class Believed(NamedTuple):
    """What the clocks of enough people say, µs UTC: the window [first_us, end_us); what is before it, or from `future_us`
    on, is no time that the run may know. In between an event is of a later night."""

    first_us: int
    end_us: int
    future_us: int


class Parted(NamedTuple):
    """`inside`: EVENTS batches. `letters`: (file, position, reason) of those not believed, as DEAD_LETTERS has them.
    `going_on`: binary(16), people with events behind the window. `counts`: by reason and BEHIND, each also with
    `_people`."""

    inside: list[pa.RecordBatch]
    letters: pa.Table
    going_on: pa.Array
    counts: Counter[str]


DEAD_LETTERS: Final = pa.schema([("file", pa.int32()), ("position", pa.int64()), ("reason", pa.string())])


def part(batches: Sequence[pa.RecordBatch], believed: Believed | None) -> Parted:
    """Set apart what is not of the window. Linear.

    Args:
        batches: EVENTS, in any order. believed: None: all are of the window.
    """
    nobody = pa.array([], pa.binary(16))
    if believed is None or not batches:
        return Parted(list(batches), DEAD_LETTERS.empty_table(), nobody, Counter())
    inside, apart = [], []
    for batch in batches:
        time_us = np.asarray(batch.column("time_us"), np.int64)
        mask = (time_us >= believed.first_us) & (time_us < believed.end_us)
        if not mask.all():
            apart.append(pa.Table.from_batches([batch.filter(pa.array(~mask))]))
            batch = compact(pa.Table.from_batches([batch.filter(pa.array(mask))]))
        if batch.num_rows:
            inside.append(batch)
    if not apart:
        return Parted(inside, DEAD_LETTERS.empty_table(), nobody, Counter())
    rows = pa.concat_tables(apart).select(["person", "time_us", "file", "position"])
    time_us = np.asarray(rows.column("time_us"), np.int64)
    masks = {
        reasons.TIME_IN_FUTURE: time_us >= believed.future_us,
        reasons.TIME_OUT_OF_RANGE: time_us < believed.first_us,
        BEHIND: (time_us >= believed.end_us) & (time_us < believed.future_us),
    }
    counts: Counter[str] = Counter()
    letters = [DEAD_LETTERS.empty_table()]
    for reason, mask in masks.items():
        some = rows.filter(pa.array(mask))
        counts[reason] = some.num_rows
        counts[f"{reason}_people"] = pc.count_distinct(some.column("person")).as_py()
        if reason != BEHIND:
            told = pa.repeat(pa.scalar(reason), some.num_rows)
            letters.append(
                pa.table([some.column("file"), some.column("position"), told], schema=DEAD_LETTERS)
            )
    going_on = pc.unique(rows.column("person").filter(pa.array(masks[BEHIND])))
    return Parted(inside, pa.concat_tables(letters), going_on, counts)
