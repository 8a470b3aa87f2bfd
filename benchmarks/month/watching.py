"""What a run keeps of people while it works, decrypted the moment before its verifier looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import etl.gates
import etl.run
from benchmarks.month.source import Int64s, Source
from etl.job import Job
from etl.sealed import read_sealed
from etl.staging import read_table
from transforms.records import record_digest


@dataclass(frozen=True)
class Seen:
    """Keys of events of one run: `released`, `capped`, and `staged`: all that it held of anybody. Not sets: what stands in
    two segments stands twice."""

    released: Int64s
    capped: Int64s
    staged: Int64s


@contextmanager
def watched(source: Source) -> Iterator[list[Seen]]:
    """Every run within adds what it kept."""
    seen: list[Seen] = []
    verify = etl.gates.verify_staged

    def watching(job: Job, *told: Any) -> Any:
        seen.append(_look(job, source))
        return verify(job, *told)

    with mock.patch.object(etl.run, "verify_staged", watching):
        yield seen


def _look(job: Job, source: Source) -> Seen:
    staging, key = job.staging, job.sealing_key
    known = _released_records(staging.release)
    released, capped, staged = [], [], []
    for bucket in staging.buckets():
        events = source.keys_of(read_sealed(staging.events(bucket), key))
        emissions = read_sealed(staging.emissions(bucket), key)
        record = emissions.column("record").unify_dictionaries().combine_chunks().cast(pa.binary(32))
        released.append(_rows(events, emissions.filter(pc.is_in(record, value_set=known))))
        capped.append(_rows(events, read_sealed(staging.capped(bucket), key)))
        staged.append(events)
    staged += [
        source.keys_of(read_sealed(staging.waiting(bucket), key)) for bucket in staging.buckets("waiting")
    ]
    nothing = np.zeros(0, np.int64)
    return Seen(*(np.concatenate([nothing, *parts]) for parts in (released, capped, staged)))


def _released_records(release: Path) -> pa.Array:
    rows = read_table(release).column("actions").to_pylist() if release.exists() else []
    return pa.array([record_digest(row) for row in rows], pa.binary(32))


def _rows(events: Int64s, segments: pa.Table) -> Int64s:
    start, length = (np.asarray(segments.column(name), np.int64) for name in ("start", "length"))
    offsets = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    rows: Int64s = events[np.repeat(start, length) + offsets]
    return rows
