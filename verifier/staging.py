"""A bucket of staged events, checked and turned into arrays: whose row it is, of which session, with which path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from verifier.before import Before, parted
from verifier.columns import Halves, Int64s, coded, halves, whole
from verifier.endless import cut
from verifier.people import Owned
from verifier.schemas import EMISSIONS, EVENTS, NAMED, fits
from verifier.violations import Tally

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bucket:
    """What one person bucket staged, as pa.Table: `events` (EVENTS, in total order), `emissions` (EMISSIONS), `waiting`
    (EVENTS): of sessions that are not over, and `named` (NAMED): which units all else names."""

    events: Any
    emissions: Any
    waiting: Any
    named: Any


class Staged(NamedTuple):
    """A bucket's events as arrays of one value a row.

    `digest`: the person's, as staged. `person`: a number for each distinct person; `persons`: who they are, binary(16), in
    that order, under the verifier's own names. `run`, `session`: numbers that grow where the digest, or the session,
    changes. `path`: index into `paths` (string, distinct). `unit`: index into `units` (None: unknown).
    """

    digest: Halves
    person: Int64s
    persons: Any
    run: Int64s
    session: Int64s
    path: Int64s
    paths: Any
    unit: Int64s
    units: list[str | None]


def is_sound(bucket: Bucket, tally: Tally) -> bool:
    """Whether a bucket's tables can be read at all: their schemas, and no null where none may be."""
    tables = (
        (bucket.events, EVENTS),
        (bucket.emissions, EMISSIONS),
        (bucket.waiting, EVENTS),
        (bucket.named, NAMED),
    )
    if not all(fits(table, schema) for table, schema in tables):
        tally.add("bucket_schema", 1)
        return False
    nulls = 0
    for table, schema in tables:
        for field in schema:
            column = table.column(field.name)
            if not field.nullable:
                nulls += column.null_count
            # A dictionary can hold a null of its own, which null_count does not see.
            if pa.types.is_dictionary(field.type) and not field.nullable:
                nulls += sum(chunk.dictionary.null_count for chunk in column.chunks)
    tally.add("bucket_null", nulls)
    return nulls == 0


def active_people(tables: list[tuple[Any, Owned]], first_us: int) -> int:
    """How many people did something in the window itself: events that were read, not those that only waited.

    Args:
        tables: EVENTS, and whose the rows are.
    """
    persons = []
    for table, owner in tables:
        own = np.asarray(table.column("time_us")) >= first_us
        own &= np.asarray(table.column("fragment").is_null())
        persons.append(owner.persons.take(pa.array(np.unique(owner.person[own]))))
    return len(pc.unique(pa.chunked_array(persons, pa.binary(16))))


def read_events(
    events: Any, owner: Owned, *, gap_us: int, longest_us: int, before: Before, tally: Tally
) -> Staged:
    """Check the order and uniqueness of EVENTS and derive sessions.

    Args:
        events: pa.Table, EVENTS, without nulls but in unit, record_id and fragment, dictionaries unified.
        owner: whose the rows are.
        gap_us: a session ends where the next event of its person is later by more than this.
        longest_us: and at a multiple of this, where it filled the time since the one before (`verifier.endless`).
        before: and where something that came out before lies in between.
    """
    column = whole(events, "person")
    digest = halves(column)
    time_us, file, position = (np.asarray(whole(events, name)) for name in ("time_us", "file", "position"))
    later = np.ones(len(column), np.bool_)  # whether a row's person differs from the row before
    later[1:] = (digest.high[1:] != digest.high[:-1]) | (digest.low[1:] != digest.low[:-1])
    opens = later.copy()
    opens[1:] |= time_us[1:] - time_us[:-1] > gap_us
    first = np.flatnonzero(later)
    of_run = owner.persons.take(pa.array(owner.person[first]))
    opens |= parted(of_run, first, time_us, whole(events, "fragment"), before)
    opens |= cut(of_run, first, time_us, before, gap_us=gap_us, longest_us=longest_us)
    run = np.cumsum(later, dtype=np.int64)
    tally.add("unsorted_events", _descends([*digest, time_us, file, position]))
    tally.add("duplicate_event", _same_place(file, position))
    tally.add("duplicate_event", _same_record(whole(events, "record_id"), owner.person))
    path, paths = coded(whole(events, "path"))
    unit, units = coded(whole(events, "unit"))
    return Staged(
        digest,
        owner.person,
        owner.persons,
        run,
        np.cumsum(opens, dtype=np.int64),
        path,
        paths,
        unit,
        units.to_pylist(),
    )


def _descends(keys: list[npt.NDArray[Any]]) -> Mask:
    """Where a row stands before the row before it, by the keys in turn."""
    smaller = np.zeros(max(len(keys[0]) - 1, 0), np.bool_)
    equal = ~smaller
    for key in keys:
        smaller |= equal & (key[1:] < key[:-1])
        equal &= key[1:] == key[:-1]
    return smaller


def _same_place(file: npt.NDArray[np.int32], position: Int64s) -> int:
    """How many rows repeat a (file, position)."""
    if (
        len(file)
        and -1 <= file.min() <= file.max() < (1 << 20) - 1
        and 0 <= position.min() <= position.max() < 1 << 43
    ):
        place = np.sort(file.astype(np.int64) + 1 << 43 | position)  # what waited has file -1
        return int((place[1:] == place[:-1]).sum())
    order = np.lexsort((position, file))
    return _repeats(file[order], position[order])


def _same_record(record_id: Any, person: Int64s) -> int:
    """How many rows repeat a record id of their person; rows without one repeat nothing."""
    if record_id.null_count == len(record_id):
        return 0
    valid = np.asarray(record_id.is_valid())
    record, person = np.asarray(record_id.drop_null(), np.int64), person[valid]
    ordered = np.sort(record)
    doubled = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(doubled):  # as a rule: then nobody's stands twice
        return 0
    some = np.isin(record, doubled)
    keys = (record[some], person[some])
    order = np.lexsort(keys)
    return _repeats(*(key[order] for key in keys))


def _repeats(*keys: npt.NDArray[Any]) -> int:
    same = np.ones(max(len(keys[0]) - 1, 0), np.bool_)
    for key in keys:
        same &= key[1:] == key[:-1]
    return int(same.sum())
