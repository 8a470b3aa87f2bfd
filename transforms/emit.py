"""Cut a bucket's sessions into released phrases: what each person emits, caps applied, and what was withheld why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.caps import apply_caps
from transforms.distinct import distinct
from transforms.lift import Lift, tokens_of
from transforms.pack import Packed
from transforms.records import record_digest
from transforms.schemas import EMISSIONS
from transforms.segmentation import Inventory, Sessions, cut

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

RARE_TOKEN: Final = "rare_token"
MERGED: Final = "merged_by_lifting"
CAPPED: Final = "cap"
UNSHARED: Final = "no_shared_sequence"


@dataclass(frozen=True)
class Plan:
    """What the solving worker broadcasts: the recoding, the phrases, and the number and digest of every record.

    Record i < len(inventory) is phrase i; after the phrases comes one record per token: the action alone.
    `min_outside_unit`: the j in force, 0 where nobody's unit is known.
    """

    recoding: Lift
    inventory: Inventory
    digests: tuple[bytes, ...]
    min_outside_unit: int

    @property
    def phrases(self) -> int:
        """How many records are phrases."""
        return len(self.inventory.offsets) - 1

    @property
    def lengths(self) -> Int64s:
        """How many actions each record has."""
        return np.concatenate([np.diff(self.inventory.offsets), np.ones(len(self.recoding.tokens), np.int64)])

    def actions(self) -> list[list[str]]:
        """Every record's actions, in order."""
        names = self.recoding.tokens.to_pylist()
        bounds = self.inventory.offsets.tolist()
        flat = [names[token] for token in self.inventory.tokens]
        return [*(flat[start:stop] for start, stop in pairwise(bounds)), *([name] for name in names)]


class Emitted(NamedTuple):
    """Segments that a bucket emits, in order, after caps; arrays of equal length but for the counts.

    `person`: index into the bucket's persons. `session`: of the bucket. `start`, `length`: rows of the bucket's staged
    EVENTS. `withheld`: reason → (actions, people behind it), for reasons known before the filter.
    """

    record: Int32s
    person: Int32s
    session: Int32s
    start: Int64s
    length: Int32s
    actions: Int32s
    packed: Packed
    withheld: dict[str, tuple[int, int]]


def make_plan(recoding: Lift, inventory: Inventory, *, min_outside_unit: int) -> Plan:
    """Number and hash the records that the inventory and the single tokens can become."""
    plan = Plan(recoding, inventory, (), min_outside_unit)
    return replace(plan, digests=tuple(record_digest(actions) for actions in plan.actions()))


def lifted_sessions(packed: Packed, token: Int32s, *, drop_repeats: bool) -> tuple[Sessions, Int64s]:
    """Sessions in tokens, new repeats collapsed, and for each token the index of its first action.

    Args:
        token: for each action its token, -1: withheld, which is never collapsed over.
    """
    session = np.repeat(np.arange(len(packed.person)), np.diff(packed.starts))
    fresh = np.ones(len(token), np.bool_)
    if drop_repeats:
        fresh[1:] = (token[1:] != token[:-1]) | (session[1:] != session[:-1]) | (token[1:] < 0)
    first = np.flatnonzero(fresh)
    starts = np.searchsorted(first, packed.starts).astype(np.int64)
    return Sessions(token[first], starts, packed.person, packed.unit_offsets, packed.units), first


def emit(
    packed: Packed,
    first_row: Int64s,
    plan: Plan,
    *,
    cap_per_person: int,
    max_per_person: int,
    drop_repeats: bool,
    salt: bytes,
) -> Emitted:
    """Cut one bucket and apply the caps c and C (0: none).

    Args:
        packed: the bucket's sessions.
        first_row: for each action its first row in the bucket's staged EVENTS, and after the last the number of rows.
        salt: the version's name: what keys the choice of the segments that C keeps.
    """
    token = tokens_of(packed.paths, plan.recoding)[packed.path]
    sessions, first = lifted_sessions(packed, token, drop_repeats=drop_repeats)
    segments = cut(sessions, plan.inventory)
    session_of = np.repeat(np.arange(len(packed.person), dtype=np.int32), np.diff(sessions.starts))
    session = session_of[segments.start]
    person = packed.person[session]
    single = segments.phrase < 0
    record = np.where(single, plan.phrases + sessions.tokens[segments.start], segments.phrase).astype(
        np.int32
    )
    keep = apply_caps(
        person, record, plan.digests, cap_per_person=cap_per_person, max_per_person=max_per_person, salt=salt
    )
    stop_action = np.append(first, len(token))[segments.start + segments.length]
    start, stop = first_row[first[segments.start]], first_row[stop_action]
    holder = np.repeat(packed.person, np.diff(packed.starts))
    withheld = {
        RARE_TOKEN: (int((token < 0).sum()), len(distinct(holder[token < 0]))),
        CAPPED: (int(segments.length[~keep].sum()), len(distinct(person[~keep]))),
        MERGED: (len(token) - len(first), len(distinct(np.delete(holder, first)))),
    }
    return Emitted(
        record[keep],
        person[keep],
        session[keep],
        start[keep],
        (stop - start)[keep].astype(np.int32),
        segments.length[keep].astype(np.int32),
        packed,
        withheld,
    )


def emissions_table(emitted: Emitted, persons: pa.Array, plan: Plan) -> pa.Table:
    """What the verifier recounts (EMISSIONS).

    Args:
        persons: binary(16), the bucket's people.
    """
    used, code = np.unique(emitted.record, return_inverse=True)
    digests = pa.array([plan.digests[record] for record in used], pa.binary(32))
    record = pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), digests)
    columns = {
        "record": record,
        "person": persons.take(pa.array(emitted.person)),
        "session": pa.array(emitted.session),
        "start": pa.array(emitted.start),
        "length": pa.array(emitted.length),
    }
    return pa.table(columns, schema=EMISSIONS)
