"""The steps after the shuffle, each a thin wire around pure functions: per bucket, except for the one that solves."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.budget import SEQUENCE_BYTES, room_for
from etl.job import Job
from etl.progress import advance
from etl.sealed import read_sealed_or, write_sealed
from etl.shuffle import Travelling, receive
from etl.threaded import OneForOne
from transforms.believed import Believed, part
from transforms.count import Counts, count
from transforms.draw import DrawPolicy, content, draw
from transforms.emit import emissions_table, emit
from transforms.ledger import Content
from transforms.named import units_of
from transforms.pack import Packed, merge, pack
from transforms.plan import Plan, empty_plan, find_plan
from transforms.schemas import LEDGER
from transforms.sequence import build_actions


@dataclass(frozen=True)
class Bucket:
    """One bucket after sequencing: what cutting needs, and its part of the totals (`transforms.draw` names them; also
    people, sessions, actions and transitions of closed sessions).

    `first_row`: for each action its first row in the staged EVENTS, and after the last the number of rows. `letters`:
    DEAD_LETTERS of events that are not believed.
    """

    number: int
    packed: Packed
    first_row: npt.NDArray[np.int64]
    persons: pa.Array
    totals: Counter[str]
    content: Content
    letters: pa.Table


class SequenceBuckets(beam.PTransform):  # type: ignore[misc]
    """(bucket, Travellings) → Bucket, given what is believed; the ordered events are staged for the verifier."""

    def __init__(self, job: Job, believed: Any) -> None:
        super().__init__()
        self._job, self._believed = job, believed

    def expand(self, grouped: Any) -> Any:
        """Wire the step."""
        return grouped | "Sequence" >> beam.ParDo(
            _Sequence(self._job), beam.pvalue.AsSingleton(self._believed)
        )


class _Sequence(OneForOne):
    def work(self, element: tuple[int, Iterable[Travelling]], believed: Believed | None = None) -> Bucket:
        number, travelled = element
        job, policy = self._job, self._job.anonymity
        staging, key = job.staging, job.sealing_key
        received = receive(number, travelled, job)
        room_for(sum(batch.num_rows for batch in received), job.memory_bytes, each_bytes=SEQUENCE_BYTES)
        parted = part(received, believed)
        drawn = draw(
            parted.inside,
            ledger=read_sealed_or(LEDGER.empty_table(), staging.known(number), key),
            spent=job.spent,
            policy=_bounded(job.draw, believed),
            going_on=parted.going_on,
        )
        kept = {
            staging.events(number): pa.Table.from_batches([drawn.closed]),
            staging.waiting(number): pa.Table.from_batches([drawn.waiting]),
            staging.named(number): drawn.named,
            staging.consumed(number): drawn.consumed,
        }
        for path, table in kept.items():
            if table.num_rows:
                write_sealed(table, path, key)
        sequenced = build_actions(
            drawn.closed,
            gap_us=policy.gap_us,
            drop_repeats=policy.drop_repeats,
            spent=job.spent,
            longest_us=policy.longest_us,
        )
        packed = pack(sequenced, drawn.closed, held=job.held, named=units_of(drawn.named))
        advance("sequence", 1)
        totals = drawn.counts + parted.counts
        totals += Counter(
            people=packed.people,
            sessions=sequenced.sessions,
            actions=len(packed.path),
            transitions=sequenced.transitions,
        )
        return Bucket(
            number,
            packed,
            np.append(np.asarray(sequenced.actions.column("first_row")), drawn.closed.num_rows),
            sequenced.persons,
            totals,
            drawn.content,
            parted.letters,
        )


def _bounded(policy: DrawPolicy, believed: Believed | None) -> DrawPolicy:
    return policy if believed is None else replace(policy, first_us=believed.first_us, end_us=believed.end_us)


class ContentOfBuckets(beam.PTransform):  # type: ignore[misc]
    """(bucket, Travellings) → Content of the window's own events, given what is believed."""

    def __init__(self, job: Job, believed: Any) -> None:
        super().__init__()
        self._job, self._believed = job, believed

    def expand(self, grouped: Any) -> Any:
        """Wire the step."""
        return grouped | "Content" >> beam.ParDo(_Content(self._job), beam.pvalue.AsSingleton(self._believed))


class _Content(OneForOne):
    def work(self, element: tuple[int, Iterable[Travelling]], believed: Believed | None = None) -> Content:
        parted = part(receive(*element, self._job), believed)
        return content(parted.inside, policy=_bounded(self._job.draw, believed))


@dataclass(frozen=True)
class Told:
    """The plan as every worker is told it: as bytes, since a runner that keeps it at hand looks through all its objects."""

    content: bytes

    @cached_property
    def plan(self) -> Plan:
        """The plan itself."""
        plan: Plan = pickle.loads(self.content)
        return plan

    def __reduce__(self) -> tuple[type[Told], tuple[bytes]]:
        """What was made of the bytes does not travel."""
        return Told, (self.content,)


def solve_plan(_: object, packed: Iterable[Packed], totals: Iterable[Counter[str]], job: Job) -> Told:
    """What may be released, found from the packed sessions of everybody, on one worker."""
    advance("solve")
    plan = _plan(merge(list(packed)), totals, job)
    advance("solve", 1)
    return Told(pickle.dumps(plan))


def _plan(everybody: Packed, totals: Iterable[Counter[str]], job: Job) -> Plan:
    policy = job.anonymity
    room_for(len(everybody.path), job.memory_bytes)
    # Known of anybody in the window, here or not: whether G2 is in force must not tell who was at work.
    known = job.held.num_rows > 0 or everybody.units_known
    outside = policy.min_outside_unit if known else 0
    active = sum(part["active"] for part in totals)
    if active < policy.min_active:  # G6: too few people in the night itself; nothing is released
        return empty_plan(everybody.paths, min_outside_unit=outside)
    return find_plan(everybody, policy, min_outside_unit=outside, threads=job.threads)


class CutBuckets(beam.PTransform):  # type: ignore[misc]
    """Bucket → Counts, given the plan (Told); the emissions are staged, sealed, for the verifier."""

    def __init__(self, job: Job, plan: Any) -> None:
        super().__init__()
        self._job, self._plan = job, plan

    def expand(self, buckets: Any) -> Any:
        """Wire the step."""
        return buckets | "Cut" >> beam.ParDo(_Cut(self._job), beam.pvalue.AsSingleton(self._plan))


class _Cut(OneForOne):
    def work(self, bucket: Bucket, told: Told) -> Counts:
        policy, plan = self._job.anonymity, told.plan
        emitted = emit(
            bucket.packed,
            bucket.first_row,
            plan,
            cap_per_person=policy.cap_per_person,
            max_per_person=policy.max_per_person,
            drop_repeats=policy.drop_repeats,
            salt=self._job.version_salt,
        )
        staging, key = self._job.staging, self._job.sealing_key
        if len(bucket.packed.path):
            table = emissions_table(emitted, bucket.persons, plan)
            write_sealed(table, staging.emissions(bucket.number), key)
            write_sealed(pa.table(emitted.capped._asdict()), staging.capped(bucket.number), key)
        advance("cut", 1)
        return count(emitted, len(plan.digests))
