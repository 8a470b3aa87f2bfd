"""What a run draws on beside the files: the pool, resolved to people as known now, and the ledgers, both left by bucket.

A worker finds what concerns its bucket sealed in the staging folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.sealed import write_sealed
from etl.staging import Staging
from transforms.buckets import bucket_of, by_bucket, partition
from transforms.gazetteer import Gazetteer
from transforms.leftover import PLACED, pool_rows
from transforms.participation import Registry
from transforms.past import PastSpan
from transforms.resume import named_before, person_of, resume


@dataclass(frozen=True)
class Pooled:
    """What the pool brings. `buckets`: for which of them something is staged. `carried`: PLACED, what is later than the
    window and waits on. `first_us`: of the earliest event drawn on, µs UTC; None: nothing is. `rows`: of the generation;
    `purged`: how many of these may not be used any more, and `purged_people`: of how many accounts."""

    buckets: tuple[int, ...]
    carried: pa.Table
    first_us: int | None
    rows: int
    purged: int
    purged_people: int


def stage_pool(
    pool: pa.Table,
    named: pa.Table,
    staging: Staging,
    *,
    held_from_us: int,
    end_us: int,
    buckets: int,
    registry: Registry | None,
    erased: pa.Array,
    gazetteer: Gazetteer | None,
    burned: Sequence[PastSpan],
    outdated: bool,
    sealing_key: bytes,
) -> Pooled:
    """Resolve the pool (POOL) and stage what is from before the window's end (µs UTC).

    Args:
        named: NAMED_BEFORE, of versions before: whose events come out of the pool counts in the units that were named in
            their nights, too.
        held_from_us: since when units are counted; earlier, where what is drawn on begins earlier.
    """
    resumed = resume(
        pool, registry=registry, erased=erased, gazetteer=gazetteer, burned=burned, outdated=outdated
    )
    before = pc.less(resumed.events.column("time_us"), end_us)
    drawn, later = resumed.events.filter(before), resumed.events.filter(pc.invert(before))
    first_us = pc.min(drawn.column("time_us")).as_py()
    since = held_from_us if first_us is None else min(held_from_us, first_us)
    beside = pa.concat_tables([resumed.named, named_before(named, registry=registry, erased=erased)])
    times = beside.column("time_us")
    beside = beside.filter(pc.and_(pc.greater_equal(times, since), pc.less(times, end_us)))
    staged = []
    for number, batch in partition(pa.concat_tables([drawn, beside]).unify_dictionaries(), buckets=buckets):
        write_sealed(pa.Table.from_batches([batch]), staging.pooled(number), sealing_key)
        staged.append(number)
    purged = pool.column("account").filter(pa.array(resumed.purged))
    return Pooled(
        tuple(staged),
        pool_rows(later, np.asarray(later.column("fragment"), np.int64))
        if later.num_rows
        else PLACED.empty_table(),
        first_us,
        pool.num_rows,
        len(purged),
        pc.count_distinct(purged).as_py(),
    )


def stage_ledgers(
    ledgers: list[pa.Table],
    place: Callable[[int], Path],
    *,
    buckets: int,
    registry: Registry | None,
    sealing_key: bytes,
) -> None:
    """Stage LEDGER rows where the buckets of their people find them, with the person in the place of the account."""
    rows = pa.concat_tables(ledgers).combine_chunks() if ledgers else None
    if rows is None or not rows.num_rows:
        return
    account = rows.column("account").combine_chunks().dictionary_encode()
    whose = person_of(account.dictionary, registry).take(account.indices)
    place_of = rows.schema.get_field_index("account")
    rows = rows.set_column(place_of, rows.schema.field(place_of), whose)
    for number, part in by_bucket(rows, bucket_of(whose, buckets=buckets), buckets=buckets):
        write_sealed(part, place(number), sealing_key)
