"""Read from a run's staging what the risk figures are computed from, bucket by bucket.

Persons are numbered by their first event, and rows from each person's own first, so that nothing depends on the number of
buckets or on the key of the pseudonyms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.ahead import map_ahead
from etl.job import Job
from etl.sealed import read_sealed, read_sealed_or
from risk.draws import pairs_of
from risk.evidence import Int32s, Int64s, Known, Occurrences, Published
from risk.withheld import Activity
from transforms.named import units_of
from transforms.pack import pack
from transforms.records import record_digest
from transforms.schemas import NAMED, RELEASE
from transforms.sequence import build_actions
from transforms.tokens import level_texts


@dataclass(frozen=True)
class Evidence:
    """All of it. `known`: the finest actions of everybody admitted. `cut`: how many people have a transition that was not
    released, `repeated`: who did an action several times in a row. `seed`: 64 bits of the content of the release."""

    published: Published
    emitted: Occurrences
    known: Known
    activity: Activity
    cut: int
    repeated: int
    seed: int


@dataclass(frozen=True)
class _Part:
    """One bucket, its people numbered from 0.

    `first`: by person (time, file, position) of the first event. `actions`, `released`: by person. `cut`: how many of them
    have a transition that was not released. `repeated`: how many an action of several events. `did`, `held`: distinct
    pairs of a person and an index into `texts`, or `units`. `emitted`: rows of (person, start, stop, session, record).
    """

    first: Int64s
    actions: Int64s
    released: Int64s
    cut: int
    repeated: int
    did: tuple[Int64s, Int64s]
    texts: list[str]
    held: tuple[Int64s, Int64s]
    units: list[str | None]
    emitted: Int32s


def collect_evidence(job: Job) -> Evidence:
    """Everything, from the staged events and emissions and the written files.

    It means something only where the verifier finds no fault; where it does, anything may come of this, a failure too.
    """
    published = _published(job)
    digests = [record_digest(names) for names in published.actions.to_pylist()]
    numbers = pa.array(digests, pa.binary(32))
    lengths = np.asarray(published.actions.value_lengths(), np.int64)
    bucket = partial(_bucket, job, records=numbers, lengths=lengths)
    parts = list(map_ahead(bucket, job.staging.buckets(), threads=job.threads))
    order = np.lexsort(np.concatenate([np.zeros((0, 3), np.int64), *(part.first for part in parts)]).T[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    starts = np.cumsum([0, *(len(part.first) for part in parts)])
    _, did = _together([(*part.did, part.texts) for part in parts], starts, rank)
    units, held = _together([(*part.held, part.units) for part in parts], starts, rank)
    activity = Activity(
        _joined(part.actions for part in parts)[order],
        _joined(part.released for part in parts)[order],
        held.person,
        held.action,
        tuple(units),
    )
    seed = int.from_bytes(sha256(b"".join(digests)).digest()[:8], "big")
    emitted = _emitted([part.emitted for part in parts], starts, rank)
    return Evidence(
        published,
        emitted,
        did,
        activity,
        sum(part.cut for part in parts),
        sum(part.repeated for part in parts),
        seed,
    )


def _published(job: Job) -> Published:
    """The records of the written files, in order."""
    tables = [pq.ParquetFile(path).read() for path in sorted(job.staging.data.rglob("*.parquet"))]
    rows = pa.concat_tables([RELEASE.empty_table(), *(table.cast(RELEASE) for table in tables)])
    return Published(
        rows.column("actions").combine_chunks(),
        np.repeat(np.arange(len(tables), dtype=np.int32), [table.num_rows for table in tables]),
        _joined(np.arange(table.num_rows, dtype=np.int64) for table in tables),
        np.asarray(rows.column("people"), np.int64),
        np.asarray(rows.column("occurrences"), np.int64),
    )


def _bucket(job: Job, number: int, records: pa.Array, lengths: Int64s) -> _Part:
    events = read_sealed(job.staging.events(number), job.sealing_key)
    batch = events.unify_dictionaries().combine_chunks().to_batches()[0]
    policy = job.anonymity
    sequenced = build_actions(
        batch,
        gap_us=policy.gap_us,
        drop_repeats=policy.drop_repeats,
        spent=job.spent,
        longest_us=policy.longest_us,
    )
    actions = sequenced.actions
    doer = np.asarray(actions.column("person"), np.int64)
    opens = np.searchsorted(doer, np.arange(int(doer[-1]) + 1))
    first = np.asarray(actions.column("first_row"))[opens]  # rows of the bucket
    people = len(first)
    path = actions.column("path")
    did = pairs_of(doer, np.asarray(path.indices, np.int64), people=people, things=len(path.dictionary))
    named = read_sealed_or(NAMED.empty_table(), job.staging.named(number), job.sealing_key)
    packed = pack(sequenced, batch, held=job.held, named=units_of(named))
    holder = np.repeat(np.arange(people), np.diff(packed.unit_offsets))
    emitted = _released(read_sealed(job.staging.emissions(number), job.sealing_key), records, first)
    kept = np.bincount(emitted[:, 0], lengths[emitted[:, 4]] - 1, people)
    return _Part(
        np.stack(
            [np.asarray(batch.column(name), np.int64)[first] for name in ("time_us", "file", "position")], 1
        ),
        np.bincount(doer, minlength=people),
        np.bincount(emitted[:, 0], lengths[emitted[:, 4]], people).astype(np.int64),
        int((sequenced.transitions_of > kept).sum()),
        len(np.unique(doer[np.asarray(actions.column("rows")) > 1])),
        (did.person, did.action),
        level_texts(path.dictionary, 0).to_pylist(),
        (holder, packed.units.astype(np.int64)),
        [name or None for name in packed.unit_names.to_pylist()],
        emitted,
    )


def _released(emissions: pa.Table, records: pa.Array, first: Int64s) -> Int32s:
    """The emissions of released records as rows of (person, start, stop, session, record)."""
    coded = emissions.unify_dictionaries().column("record").combine_chunks()
    index = pc.index_in(coded.dictionary, value_set=records).fill_null(-1)
    record = np.asarray(index, np.int64)[np.asarray(coded.indices, np.int64)]
    keep = record >= 0
    start, length, session = (
        np.asarray(emissions.column(name), np.int64)[keep] for name in ("start", "length", "session")
    )
    person = np.searchsorted(first, start, side="right") - 1
    since = start - first[person]
    return np.stack(
        [person, since, since + length, session, record[keep]], 1, dtype=np.int32, casting="same_kind"
    )


def _emitted(parts: list[Int32s], starts: Int64s, rank: Int64s) -> Occurrences:
    """The occurrences of all buckets, ordered by person and place, sessions numbered in that order."""
    rows = np.concatenate([np.zeros((0, 5), np.int32), *parts])
    numbers = (rank[part[:, 0] + start].astype(np.int32) for part, start in zip(parts, starts, strict=False))
    person = np.concatenate([np.zeros(0, np.int32), *numbers])
    order = np.lexsort((rows[:, 1], person))
    person, (start, stop, label, record) = person[order], rows[order, 1:].T
    opens = np.zeros(len(person), np.bool_)
    opens[1:] = (person[1:] != person[:-1]) | (label[1:] != label[:-1])
    return Occurrences(record, person, np.cumsum(opens, dtype=np.int32), start, stop)


def _together(
    parts: list[tuple[Int64s, Int64s, list[Any]]], starts: Int64s, rank: Int64s
) -> tuple[list[Any], Known]:
    """Pairs of all buckets: people by their rank, things numbered by content.

    Args:
        parts: persons, things (indices into the third), and what these are called (None: unknown).
        starts: how many people the buckets before each have.
    """
    names = sorted(
        {name for *_, used in parts for name in used}, key=lambda name: (name is not None, name or "")
    )
    number = {name: index for index, name in enumerate(names)}
    person = _joined(rank[who + start] for (who, *_), start in zip(parts, starts, strict=False))
    thing = _joined(np.array([number[name] for name in used], np.int64)[what] for _, what, used in parts)
    return names, pairs_of(person, thing, people=len(rank), things=len(names))


def _joined(arrays: Iterable[Int64s]) -> Int64s:
    return np.concatenate([np.zeros(0, np.int64), *arrays])
