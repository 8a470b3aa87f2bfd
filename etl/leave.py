"""What a run leaves for the next: the pool's next generation, and what the registry remembers of the version.

One pass over the staged buckets, once it is known which records are released.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.ahead import map_ahead
from etl.job import Job
from etl.sealed import read_sealed
from etl.staging import read_table
from transforms.barriers import opens_session
from transforms.distinct import distinct
from transforms.leftover import Bools, Leftover, Segments, concat_pool, leftover, whole_sessions
from transforms.named import named_by
from transforms.participation import Registry
from transforms.records import record_digest
from transforms.resume import person_of
from transforms.schemas import LEDGER, MEMBERSHIP, NAMED, NAMED_BEFORE, SPENT
from transforms.sequence import person_codes


@dataclass(frozen=True)
class Left:
    """Tables (POOL, SPENT, NAMED_BEFORE, LEDGER, MEMBERSHIP), and counts of events: `spent_rows` in released or capped
    segments, `expired` out of the pool, with the people behind it, `waiting_people` behind what is in it;
    `unshared_people`: who emitted a segment that the filter then withheld."""

    pool: pa.Table
    spent: pa.Table
    units: pa.Table
    ledger: pa.Table
    members: pa.Table
    waiting_people: int
    spent_rows: int
    expired: int
    expired_people: int
    unshared_people: int


def leave(job: Job, carried: pa.Table, *, keep_from_us: int, tails_from_us: int, spent_from_us: int) -> Left:
    """Part everything that was drawn on into what is spent and what waits.

    Args:
        carried: PLACED, of the pool and later than the window.
        keep_from_us: events before this (µs UTC) wait no longer. `tails_from_us`: those of open sessions.
        spent_from_us: what was released before this is not remembered.
    """
    staging, key = job.staging, job.sealing_key
    bucket_of = partial(_bucket, job, released=_released(job))
    closed, spent, members = [], [SPENT.empty_table()], [MEMBERSHIP.empty_table()]
    units = [read_sealed(staging.named(bucket), key) for bucket in staging.buckets("named")]
    spent_rows = unshared = 0
    for left, named, held_back in map_ahead(bucket_of, staging.buckets(), threads=job.threads):
        units.append(named)
        closed.append(left.waiting)
        spent.append(left.spent)
        members.append(left.members)
        spent_rows += left.spent_rows
        unshared += held_back
    tails = []
    for bucket in staging.buckets("waiting"):
        events = _as_one(read_sealed(staging.waiting(bucket), key))
        tails.append(whole_sessions(events, _opens(events, job)))
    ledgers = [read_sealed(staging.consumed(bucket), key) for bucket in staging.buckets("consumed")]
    parts = [*((part, keep_from_us) for part in closed), *((part, tails_from_us) for part in tails)]
    waits = [part.filter(pc.greater_equal(part.column("time_us"), since)) for part, since in parts]
    expired = [part.filter(pc.less(part.column("time_us"), since)).column("account") for part, since in parts]
    gone = pa.chunked_array([chunk for column in expired for chunk in column.chunks], pa.binary(16))
    remembered = pa.concat_tables(spent)
    pool = concat_pool([*waits, carried])
    return Left(
        pool,
        remembered.filter(pc.greater_equal(remembered.column("to_us"), spent_from_us)),
        _units_named(units if job.events.names_units else [], spent_from_us),
        pa.concat_tables([LEDGER.empty_table(), *ledgers]),
        pa.concat_tables(members),
        people_behind(pool.column("account"), job.events.registry),
        spent_rows,
        len(gone),
        people_behind(gone, job.events.registry),
        unshared,
    )


def _units_named(parts: list[pa.Table], since_us: int) -> pa.Table:
    """NAMED_BEFORE of some NAMED, from a time on (µs UTC); where no unit is named, none."""
    table = pa.concat_tables([NAMED.empty_table(), *parts])
    table = table.filter(pc.greater_equal(table.column("time_us"), since_us)).unify_dictionaries()
    if table.column("unit").null_count == table.num_rows:
        return NAMED_BEFORE.empty_table()
    return named_by([table]).select(NAMED_BEFORE.names)


def _bucket(job: Job, bucket: int, *, released: pa.Array) -> tuple[Leftover, pa.Table, int]:
    """What is left of a bucket, which units its events name (NAMED), and how many of its people emitted something that was
    held back."""
    staging, key = job.staging, job.sealing_key
    events = _as_one(read_sealed(staging.events(bucket), key))
    emissions = read_sealed(staging.emissions(bucket), key).unify_dictionaries()
    passed = _passed(emissions, released)
    left = leftover(
        events,
        _opens(events, job),
        _segments(emissions.filter(passed)),
        _segments(read_sealed(staging.capped(bucket), key)),
    )
    persons = emissions.column("person").filter(pc.invert(passed)).combine_chunks().dictionary_encode()
    return left, named_by([events]), len(distinct(persons.indices.to_numpy(zero_copy_only=False)))


def people_behind(accounts: pa.ChunkedArray, registry: Registry | None) -> int:
    """How many people some accounts are, as known now."""
    return len(pc.unique(person_of(pc.unique(accounts), registry)))


def _released(job: Job) -> pa.Array:
    """The digests of the released records."""
    if not job.staging.release.exists():
        return pa.array([], pa.binary(32))
    rows = read_table(job.staging.release).column("actions").to_pylist()
    return pa.array([record_digest(row) for row in rows], pa.binary(32))


def _passed(emissions: pa.Table, released: pa.Array) -> pa.Array:
    record = emissions.column("record").combine_chunks()
    return pc.is_in(record.dictionary, value_set=released).take(record.indices)


def _as_one(events: pa.Table) -> pa.Table:
    return events.unify_dictionaries().combine_chunks()


def _opens(events: pa.Table, job: Job) -> Bools:
    person, persons = person_codes(events.column("person"))
    time_us = np.asarray(events.column("time_us"), np.int64)
    fragment = events.column("fragment").combine_chunks()
    return opens_session(
        person,
        persons,
        time_us,
        fragment,
        gap_us=job.anonymity.gap_us,
        spent=job.spent,
        longest_us=job.anonymity.longest_us,
    )


def _segments(table: pa.Table) -> Segments:
    return Segments(*(np.asarray(table.column(name), np.int64) for name in ("start", "length")))
