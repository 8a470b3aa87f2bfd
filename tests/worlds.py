"""Small worlds for the tests: events written as tuples, and the whole chain as plain function calls, without Beam."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from transforms.buckets import compact, partition
from transforms.count import add, count
from transforms.emit import Emitted, emit
from transforms.pack import merge, pack
from transforms.participation import UNITS
from transforms.plan import Plan, find_plan
from transforms.policy import AnonymityPolicy
from transforms.release import Release, release
from transforms.schemas import EVENTS
from transforms.sequence import build_actions, order_events

MINUTE = 60_000_000


class Act(NamedTuple):
    """One event: who, when (minutes), the levels of its action, and where it stood."""

    person: str
    minute: float
    levels: tuple[str, ...]
    unit: str | None = None
    file: int = 0
    position: int = 0
    record_id: str | None = None
    account: str | None = None
    fragment: int | None = None


def digest(name: str) -> bytes:
    """A stand-in pseudonym."""
    return blake2b(name.encode(), digest_size=16).digest()


def record_number(name: str) -> int:
    """A stand-in for the digest of a record's id."""
    return int.from_bytes(digest(name)[:8], "big", signed=True)


def events_of(acts: Sequence[Act]) -> pa.RecordBatch:
    """The acts as EVENTS, in the given order; positions count up unless given."""
    columns = {
        "person": [digest(act.person) for act in acts],
        "unit": pa.array([act.unit for act in acts], pa.string()).dictionary_encode(),
        "time_us": [int(act.minute * MINUTE) for act in acts],
        "file": [act.file for act in acts],
        "position": [act.position or index for index, act in enumerate(acts)],
        "path": pa.array(["\x1f".join(act.levels) for act in acts], pa.string()).dictionary_encode(),
        "record_id": [None if act.record_id is None else record_number(act.record_id) for act in acts],
        "account": [digest(act.account or act.person) for act in acts],
        "fragment": [act.fragment for act in acts],
        "identity": [
            None
            if act.fragment is not None
            else record_number(f"{act.account or act.person} {act.minute} {act.levels}")
            for act in acts
        ],
    }
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, EVENTS.field(name).type)
        for name, column in columns.items()
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=EVENTS)


def policy(**changes: int | bool) -> AnonymityPolicy:
    """A policy for small worlds: k = 2, no units, no caps."""
    values: dict[str, int | bool] = {
        "k": 2,
        "min_outside_unit": 0,
        "cap_per_person": 0,
        "max_per_person": 0,
        "min_active": 1,
        "max_length": 12,
        "gap_us": 30 * MINUTE,
        "drop_repeats": True,
        "levels": 1,
    }
    return AnonymityPolicy(**{**values, **changes})  # type: ignore[arg-type]


class Direct(NamedTuple):
    """What the chain gives when it is called directly."""

    released: Release
    plan: Plan
    emitted: list[Emitted]

    @property
    def records(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """Record → (exact people, exact occurrences)."""
        rows = zip(
            self.released.table.column("actions").to_pylist(),
            self.released.people.tolist(),
            self.released.occurrences.tolist(),
            strict=True,
        )
        return {tuple(actions): (people, occurrences) for actions, people, occurrences in rows}


def run_directly(
    events: pa.RecordBatch,
    policy: AnonymityPolicy,
    *,
    buckets: int = 1,
    salt: bytes = b"v",
    held: pa.Table | None = None,
) -> Direct:
    """EVENTS to release by plain calls of the pure functions.

    Args:
        held: UNITS; None: only events know units.
    """
    held = UNITS.empty_table() if held is None else held
    parts = [batch for _, batch in partition(pa.Table.from_batches([events]), buckets=buckets)]
    staged = [order_events([part]).events for part in parts]
    sequenced = [
        build_actions(part, gap_us=policy.gap_us, drop_repeats=policy.drop_repeats) for part in staged
    ]
    packed = [
        pack(one, part, held=held, named=UNITS.empty_table())
        for one, part in zip(sequenced, staged, strict=True)
    ]
    everybody = merge(packed)
    outside = policy.min_outside_unit if held.num_rows or everybody.units_known else 0
    plan = find_plan(everybody, policy, min_outside_unit=outside)
    emitted = [
        emit(
            one,
            np.append(np.asarray(sequence.actions.column("first_row")), part.num_rows),
            plan,
            cap_per_person=policy.cap_per_person,
            max_per_person=policy.max_per_person,
            drop_repeats=policy.drop_repeats,
            salt=salt,
        )
        for one, sequence, part in zip(packed, sequenced, staged, strict=True)
    ]
    counts = add([count(one, len(plan.digests)) for one in emitted], len(plan.digests))
    return Direct(release(counts, plan, k=policy.k, min_outside_unit=outside), plan, emitted)


def shuffled(events: pa.RecordBatch, seed: int) -> pa.RecordBatch:
    """The same events in another order."""
    order = np.random.default_rng(seed).permutation(events.num_rows)
    return compact(pa.Table.from_batches([events]).take(pa.array(order)))
