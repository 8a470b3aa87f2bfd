"""A bucket of staged events, checked and turned into arrays: whose row it is, of which session, with which path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from verifier.before import Before, parted
from verifier.endless import cut
from verifier.schemas import EMISSIONS, EVENTS, fits
from verifier.violations import Tally

Int64s = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bucket:
    """What one person bucket staged: `events` (EVENTS, in total order), `emissions` (EMISSIONS), and `waiting` (EVENTS): of
    sessions that are not over, as pa.Table."""

    events: Any
    emissions: Any
    waiting: Any


class Halves(NamedTuple):
    """128-bit digests as two words each, so that they compare as their bytes do."""

    high: Words
    low: Words


class Staged(NamedTuple):
    """A bucket's events as arrays of one value a row.

    `digest`: the person's. `person`: a number for each distinct person; `persons`: their digests, binary(16), in that
    order. `run`, `session`: numbers that grow where the person, or the session, changes. `path`: index into `paths`
    (string, distinct). `unit`: index into `units` (None: unknown).
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


def halves(column: Any) -> Halves:
    """Binary(16) without nulls → two words a value, in the bytes' order."""
    raw = np.frombuffer(column.buffers()[1] or b"", ">u8", count=2 * (column.offset + len(column)))
    pairs = raw.reshape(-1, 2)[column.offset :]
    return Halves(pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64))


def whole(table: Any, name: str) -> Any:
    """A column as one array. Dictionaries must be unified."""
    chunks = table.column(name).chunks
    return (
        chunks[0]
        if len(chunks) == 1
        else pa.concat_arrays(chunks)
        if chunks
        else pa.array([], table.field(name).type)
    )


def is_sound(bucket: Bucket, tally: Tally) -> bool:
    """Whether a bucket's tables can be read at all: their schemas, and no null where none may be."""
    tables = ((bucket.events, EVENTS), (bucket.emissions, EMISSIONS), (bucket.waiting, EVENTS))
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


def active_people(bucket: Bucket, first_us: int) -> int:
    """How many people did something in the window itself: events that were read, not those that only waited."""
    persons = []
    for table in (bucket.events, bucket.waiting):
        own = pc.and_(table.column("fragment").is_null(), pc.greater_equal(table.column("time_us"), first_us))
        persons += table.column("person").filter(own).chunks
    return len(pc.unique(pa.chunked_array(persons, pa.binary(16))))


def read_events(events: Any, *, gap_us: int, longest_us: int, before: Before, tally: Tally) -> Staged:
    """Check the order and uniqueness of EVENTS and derive people and sessions.

    Args:
        events: pa.Table, EVENTS, without nulls but in unit, record_id and fragment.
        gap_us: a session ends where the next event of its person is later by more than this.
        longest_us: and at a multiple of this, where it filled the time since the one before (`verifier.endless`).
        before: and where something that came out before lies in between.
    """
    events = events.unify_dictionaries()
    column = whole(events, "person")
    digest = halves(column)
    time_us, file, position = (np.asarray(whole(events, name)) for name in ("time_us", "file", "position"))
    later = np.ones(len(column), np.bool_)  # whether a row's person differs from the row before
    later[1:] = (digest.high[1:] != digest.high[:-1]) | (digest.low[1:] != digest.low[:-1])
    opens = later.copy()
    opens[1:] |= time_us[1:] - time_us[:-1] > gap_us
    first = np.flatnonzero(later)
    each = column.take(pa.array(first))
    opens |= parted(each, first, time_us, whole(events, "fragment"), before)
    opens |= cut(each, first, time_us, before, gap_us=gap_us, longest_us=longest_us)
    run = np.cumsum(later, dtype=np.int64)
    tally.add("unsorted_events", _descends([*digest, time_us, file, position]))
    tally.add("duplicate_event", _same_place(file, position))
    person, persons = _people(column, digest, later, run)
    tally.add("duplicate_event", _same_record(whole(events, "record_id"), person))
    path, paths = _coded(whole(events, "path"))
    unit, units = _coded(whole(events, "unit"))
    return Staged(
        digest, person, persons, run, np.cumsum(opens, dtype=np.int64), path, paths, unit, units.to_pylist()
    )


def _descends(keys: list[npt.NDArray[Any]]) -> Mask:
    """Where a row stands before the row before it, by the keys in turn."""
    smaller = np.zeros(max(len(keys[0]) - 1, 0), np.bool_)
    equal = ~smaller
    for key in keys:
        smaller |= equal & (key[1:] < key[:-1])
        equal &= key[1:] == key[:-1]
    return smaller


def _people(column: Any, digest: Halves, later: Mask, run: Int64s) -> tuple[Int64s, Any]:
    first = np.flatnonzero(later)
    if not _descends([digest.high[first], digest.low[first]]).any():
        return run - 1, column.take(pa.array(first))
    # Out of order a person may come back: the runs would count them twice.
    encoded = column.dictionary_encode()
    return np.asarray(encoded.indices, np.int64), encoded.dictionary


def _coded(column: Any) -> tuple[Int64s, Any]:
    """A dictionary column as indexes into *distinct* values; null is a value of its own."""
    distinct = column.dictionary.dictionary_encode(null_encoding="encode")
    codes = np.asarray(distinct.indices, np.int64)
    values = distinct.dictionary
    if column.null_count:
        if not values.null_count:
            values = pa.concat_arrays([values, pa.nulls(1, values.type)])
        null = values.to_pylist().index(None)
        codes = np.append(codes, null)
    return codes[np.asarray(column.indices.fill_null(-1), np.int64)], values


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
