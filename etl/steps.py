"""The steps after the shuffle, each a thin wire around pure functions: per bucket, except for the one that solves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.job import Job
from etl.progress import advance
from etl.sealed import write_sealed
from transforms.count import Counts, count
from transforms.emit import emissions_table, emit
from transforms.pack import Packed, merge, pack
from transforms.plan import Plan, empty_plan, find_plan
from transforms.sequence import build_actions, order_events


@dataclass(frozen=True)
class Bucket:
    """One bucket after sequencing: what cutting needs, and its part of the totals.

    `first_row`: for each action its first row in the staged EVENTS, and after the last the number of rows.
    """

    number: int
    packed: Packed
    first_row: npt.NDArray[np.int64]
    persons: pa.Array
    duplicates: int
    duplicate_people: int
    sessions: int
    transitions: int


class SequenceBuckets(beam.PTransform):  # type: ignore[misc]
    """(bucket, EVENTS batches) → Bucket; the ordered events are staged for the verifier."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, grouped: Any) -> Any:
        """Wire the step."""
        return grouped | "Sequence" >> beam.ParDo(_Sequence(self._job))


class _Sequence(beam.DoFn):  # type: ignore[misc]
    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, element: tuple[int, Iterable[pa.RecordBatch]]) -> Iterator[Bucket]:
        number, batches = element
        policy = self._job.anonymity
        ordered = order_events(list(batches))
        write_sealed(
            pa.Table.from_batches([ordered.events]), self._job.staging.events(number), self._job.sealing_key
        )
        sequenced = build_actions(ordered.events, gap_us=policy.gap_us, drop_repeats=policy.drop_repeats)
        advance("sequence", 1)
        yield Bucket(
            number,
            pack(sequenced, ordered.events, held=self._job.held),
            np.append(np.asarray(sequenced.actions.column("first_row")), ordered.events.num_rows),
            sequenced.persons,
            ordered.duplicates,
            ordered.duplicate_people,
            sequenced.sessions,
            sequenced.transitions,
        )


def solve_plan(_: object, packed: Iterable[Packed], job: Job) -> Plan:
    """What may be released, found from the packed sessions of everybody, on one worker."""
    policy = job.anonymity
    everybody = merge(list(packed))
    # Known of anybody in the window, here or not: whether G2 is in force must not tell who was at work.
    known = job.held.num_rows > 0 or everybody.units_known
    outside = policy.min_outside_unit if known else 0
    if everybody.people < policy.min_active:  # G6: too few people in the night; nothing is released
        return empty_plan(everybody.paths, min_outside_unit=outside)
    plan = find_plan(everybody, policy, min_outside_unit=outside)
    advance("solve", 1)
    return plan


class CutBuckets(beam.PTransform):  # type: ignore[misc]
    """Bucket → Counts, given the Plan; the emissions are staged, sealed, for the verifier."""

    def __init__(self, job: Job, plan: Any) -> None:
        super().__init__()
        self._job, self._plan = job, plan

    def expand(self, buckets: Any) -> Any:
        """Wire the step."""
        return buckets | "Cut" >> beam.ParDo(_Cut(self._job), plan=beam.pvalue.AsSingleton(self._plan))


class _Cut(beam.DoFn):  # type: ignore[misc]
    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, bucket: Bucket, plan: Plan) -> Iterator[Counts]:
        policy = self._job.anonymity
        emitted = emit(
            bucket.packed,
            bucket.first_row,
            plan,
            cap_per_person=policy.cap_per_person,
            max_per_person=policy.max_per_person,
            drop_repeats=policy.drop_repeats,
            salt=self._job.version_salt,
        )
        table = emissions_table(emitted, bucket.persons, plan)
        write_sealed(table, self._job.staging.emissions(bucket.number), self._job.sealing_key)
        advance("cut", 1)
        yield count(emitted, len(plan.digests))
