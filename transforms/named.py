"""Which units records name that are no events of the run: a person counts in these too (docs/decisions/0020).

Such a record travels to its person's bucket as a row of EVENTS with the file NAMED_FILE and an empty path, and is set apart
there before anything is ordered: nothing but its account, its time and the unit that it names is ever looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.participation import UNITS
from transforms.schemas import EVENTS, NAMED

Int64s = npt.NDArray[np.int64]

NAMED_FILE: Final = -2
"""EVENTS.file of a record that is no event of the run."""


class SetApart(NamedTuple):
    """`events`: EVENTS batches of events. `named`: EVENTS, the rows that only name a unit."""

    events: list[pa.RecordBatch]
    named: pa.Table


def naming(
    person: pa.Array, account: pa.Array, unit: pa.DictionaryArray, time_us: Int64s, *, unknown_too: bool
) -> pa.Table:
    """What some records name, as rows of EVENTS that travel: by account and unit the first and the last.

    O(n log n) for n records.

    Args:
        person, account: binary(16), by record.
        unit: by record; null: it names none.
        time_us: by record, µs UTC.
        unknown_too: whether a record without a unit says that its person held the unknown one, as an event does.
    """
    if not unknown_too and unit.null_count:
        some = unit.is_valid()
        person, account, unit = (column.filter(some) for column in (person, account, unit))
        time_us = time_us[np.asarray(some)]
    rows = pa.array(_first_and_last(account, unit, time_us))
    columns = {
        "person": person.take(rows),
        "unit": unit.take(rows),
        "time_us": pa.array(time_us).take(rows),
        "file": pa.array(np.full(len(rows), NAMED_FILE, np.int32)),
        "position": pa.array(np.zeros(len(rows), np.int64)),
        "path": pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(rows), np.int32)), pa.array([""])),
        "record_id": pa.nulls(len(rows), EVENTS.field("record_id").type),
        "account": account.take(rows),
        "fragment": pa.nulls(len(rows), EVENTS.field("fragment").type),
        "identity": pa.nulls(len(rows), EVENTS.field("identity").type),
    }
    return pa.table(columns, schema=EVENTS)


def set_apart(batches: Sequence[pa.RecordBatch]) -> SetApart:
    """Part a bucket's EVENTS into events and what only names a unit. Linear."""
    events, named = [], [EVENTS.empty_table()]
    for batch in batches:
        only = np.asarray(batch.column("file")) == NAMED_FILE
        if not only.any():
            events.append(batch)
            continue
        named.append(pa.Table.from_batches([batch.filter(pa.array(only))]))
        if not only.all():
            events.append(batch.filter(pa.array(~only)))
    return SetApart(events, pa.concat_tables(named))


def named_by(tables: Sequence[pa.Table]) -> pa.Table:
    """NAMED of some EVENTS: by account and unit the first and the last row. O(n log n) for n rows.

    Args:
        tables: EVENTS, in any order; a null unit is the unknown one.
    """
    rows = pa.concat_tables([table.select(NAMED.names) for table in tables]).unify_dictionaries()
    account, unit = rows.column("account").combine_chunks(), rows.column("unit").combine_chunks()
    order = _first_and_last(account, unit, np.asarray(rows.column("time_us"), np.int64))
    return rows.take(pa.array(order)).cast(NAMED).combine_chunks()


def units_of(named: pa.Table) -> pa.Table:
    """NAMED as UNITS, each pair once."""
    pairs = pa.table(
        {"person": named.column("person"), "unit": named.column("unit").cast(pa.string())}, schema=UNITS
    )
    return pairs.group_by(UNITS.names, use_threads=False).aggregate([]).cast(UNITS)


def _first_and_last(account: pa.Array, unit: pa.DictionaryArray, time_us: Int64s) -> Int64s:
    """The rows that are the first or the last of their (account, unit) by time, ascending."""
    who = np.asarray(pc.dictionary_encode(account).indices, np.int64)
    what = np.asarray(unit.indices.fill_null(len(unit.dictionary)), np.int64)
    pair = who * (len(unit.dictionary) + 1) + what
    order = np.lexsort((time_us, pair))
    change = np.flatnonzero(pair[order][1:] != pair[order][:-1])
    ends: Int64s = np.concatenate([[0], change + 1, change, [len(order) - 1]])
    return np.unique(order[ends]) if len(order) else np.zeros(0, np.int64)
