"""The plan: what may be released, found from the packed sessions of everybody, and what every bucket is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.context import Round, code, further
from transforms.lift import Lift, lift, steps_of
from transforms.pack import Packed
from transforms.policy import AnonymityPolicy
from transforms.records import record_digest
from transforms.segmentation import Inventory, Settings, cut, solve
from transforms.tokens import are_finest

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """What the solving worker broadcasts: the recoding, the phrases, and the number and digest of every record.

    `rounds`: by which phrases to cut, in turn (`transforms.context`). `spelled`: the distinct phrases of all rounds, as
    indices into the recoding's tokens. Record i < len(spelled) is phrase i; after the phrases comes one record per token:
    the action alone. `min_outside_unit`: the j in force, 0 where nobody's unit is known.
    """

    recoding: Lift
    rounds: tuple[Round, ...]
    spelled: tuple[tuple[int, ...], ...]
    digests: tuple[bytes, ...]
    min_outside_unit: int

    @property
    def phrases(self) -> int:
        """How many records are phrases."""
        return len(self.spelled)

    @property
    def lengths(self) -> Int64s:
        """How many actions each record has."""
        return np.array([*map(len, self.spelled), *([1] * len(self.recoding.tokens))], np.int64)

    @property
    def finest_transitions(self) -> Int64s:
        """How many transitions each record has with both actions at the finest level."""
        finest = are_finest(self.recoding.tokens).tolist()
        pairs = [sum(finest[a] and finest[b] for a, b in pairwise(phrase)) for phrase in self.spelled]
        return np.array([*pairs, *([0] * len(finest))], np.int64)

    def actions(self) -> list[list[str]]:
        """Every record's actions, in order."""
        names = self.recoding.tokens.to_pylist()
        return [*([names[token] for token in phrase] for phrase in self.spelled), *([name] for name in names)]


def make_plan(recoding: Lift, inventories: Sequence[Inventory], *, min_outside_unit: int) -> Plan:
    """Number and hash the records that the phrases and the single tokens can become; a phrase of two rounds is one.

    Linear in the tokens of all phrases: one hash a record.
    """
    number: dict[tuple[int, ...], int] = {}
    rounds = []
    for inventory in inventories:
        spelled = [inventory.phrase(index) for index in range(len(inventory))]
        rounds.append(
            Round(inventory, np.array([number.setdefault(one, len(number)) for one in spelled], np.int32))
        )
    plan = Plan(recoding, tuple(rounds), tuple(number), (), min_outside_unit)
    return replace(plan, digests=tuple(record_digest(actions) for actions in plan.actions()))


def empty_plan(paths: pa.Array, *, min_outside_unit: int) -> Plan:
    """The plan that withholds everything."""
    nothing = Lift(paths, np.full((1, len(paths)), -1, np.int32), pa.array([], pa.string()))
    return make_plan(nothing, [Inventory.empty()], min_outside_unit=min_outside_unit)


def find_plan(everybody: Packed, policy: AnonymityPolicy, *, min_outside_unit: int, threads: int = 1) -> Plan:
    """Lift and solve; then, level by level, lift what is left alone and solve for that.

    As many times `solve` as there are levels, each on what the one before left alone.

    Args:
        everybody: all buckets' sessions.
        min_outside_unit: the j in force; 0: units are not known.
        threads: how many may work side by side; nothing depends on it.
    """
    recoding = lift(everybody, levels=policy.levels, k=policy.k, min_outside_unit=min_outside_unit)
    settings = Settings(
        k=policy.k, min_outside_unit=min_outside_unit, max_length=policy.max_length, threads=threads
    )
    steps = steps_of(everybody.paths, recoding)
    step = np.zeros(len(everybody.path), np.int8)
    inventories: list[Inventory] = []
    for number in range(len(steps)):
        coded = code(everybody, steps, step, drop_repeats=policy.drop_repeats)
        inventories.append(solve(coded.sessions, len(recoding.tokens), settings))
        if number + 1 < len(steps):
            step = further(steps, step, coded, cut(coded.sessions, inventories[-1], threads=threads))
    return make_plan(recoding, inventories, min_outside_unit=min_outside_unit)
