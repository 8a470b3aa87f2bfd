"""The plan: what may be released, found from the packed sessions of everybody, and what every bucket is told of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.context import first_round, next_round
from transforms.lift import Lift, lift, steps_of
from transforms.pack import Packed
from transforms.policy import AnonymityPolicy
from transforms.records import record_digest
from transforms.segmentation import Inventory, Settings, cut, refine, solve
from transforms.tokens import are_finest

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """What the solving worker broadcasts: the recoding, the phrases, and the number and digest of every record.

    `rounds`: the inventories to cut by in turn (`transforms.context`); the last is the one that is released. Record
    i < len(inventory) is its phrase i; after the phrases comes one record per token: the action alone.
    `min_outside_unit`: the j in force, 0 where nobody's unit is known.
    """

    recoding: Lift
    rounds: tuple[Inventory, ...]
    digests: tuple[bytes, ...]
    min_outside_unit: int

    @property
    def inventory(self) -> Inventory:
        """The phrases that may be released."""
        return self.rounds[-1]

    @property
    def phrases(self) -> int:
        """How many records are phrases."""
        return len(self.inventory)

    @property
    def lengths(self) -> Int64s:
        """How many actions each record has."""
        return np.concatenate([np.diff(self.inventory.offsets), np.ones(len(self.recoding.tokens), np.int64)])

    @property
    def finest_transitions(self) -> Int64s:
        """How many transitions each record has with both actions at the finest level."""
        finest = are_finest(self.recoding.tokens)[self.inventory.tokens]
        pairs = np.append(0, np.cumsum(finest[1:] & finest[:-1]))
        first, last = self.inventory.offsets[:-1], self.inventory.offsets[1:] - 1
        return np.append(pairs[last] - pairs[first], np.zeros(len(self.recoding.tokens), np.int64))

    def actions(self) -> list[list[str]]:
        """Every record's actions, in order."""
        names = self.recoding.tokens.to_pylist()
        bounds = self.inventory.offsets.tolist()
        flat = [names[token] for token in self.inventory.tokens]
        return [*(flat[start:stop] for start, stop in pairwise(bounds)), *([name] for name in names)]


def make_plan(recoding: Lift, rounds: tuple[Inventory, ...], *, min_outside_unit: int) -> Plan:
    """Number and hash the records that the last inventory and the single tokens can become."""
    plan = Plan(recoding, rounds, (), min_outside_unit)
    return replace(plan, digests=tuple(record_digest(actions) for actions in plan.actions()))


def empty_plan(paths: pa.Array, *, min_outside_unit: int) -> Plan:
    """The plan that withholds everything."""
    nothing = Lift(paths, np.full((1, len(paths)), -1, np.int32), pa.array([], pa.string()))
    return make_plan(nothing, (Inventory.empty(),), min_outside_unit=min_outside_unit)


def find_plan(everybody: Packed, policy: AnonymityPolicy, *, min_outside_unit: int) -> Plan:
    """Lift, solve, and lift what is left alone for another round, as long as that releases more transitions.

    Args:
        everybody: all buckets' sessions.
        min_outside_unit: the j in force; 0: units are not known.
    """
    recoding = lift(everybody, levels=policy.levels, k=policy.k, min_outside_unit=min_outside_unit)
    steps, vocabulary = steps_of(everybody.paths, recoding), len(recoding.tokens)
    settings = Settings(k=policy.k, min_outside_unit=min_outside_unit, max_length=policy.max_length)
    coded = first_round(everybody, steps, drop_repeats=policy.drop_repeats)
    rounds = [solve(coded.sessions, vocabulary, settings)]
    coarse = ~are_finest(recoding.tokens)
    for _ in range(1, policy.levels):
        segments = cut(coded.sessions, rounds[-1])
        coded = next_round(everybody, steps, coded, segments, drop_repeats=policy.drop_repeats)
        released = int((segments.length - 1).sum())
        better = refine(
            coded.sessions, vocabulary, settings, known=rounds[-1], coarse=coarse, released=released
        )
        if better is None:
            break
        rounds.append(better)
    return make_plan(recoding, tuple(rounds), min_outside_unit=min_outside_unit)
