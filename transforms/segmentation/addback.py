"""Add back: revive dropped phrases that would raise the total for enough people, then repair again."""

from __future__ import annotations

import numpy as np

from transforms.kernel import kernel
from transforms.segmentation.evaluate import evaluate
from transforms.segmentation.inventory import Int8, Int32, Int64
from transforms.segmentation.journal import close, revive
from transforms.segmentation.parts import each, parts_by_weight, worth
from transforms.segmentation.repair import repair
from transforms.segmentation.world import TRANSITIONS, Flags, World


def add_back(world: World, passes: int, drop_permille: int, most_lent: int) -> None:
    """At most `passes` times revive every dropped phrase that ≥ k people would gain from; keep what releases more.

    Each pass is a look at all occurrences of the dropped phrases, and a repair.
    """
    for _ in range(passes):
        best = world.tally[TRANSITIONS]
        gaining = gaining_people(world)
        revived = np.flatnonzero(gaining >= world.k).astype(np.int32)
        if len(revived) == 0:
            return
        revive(world, revived)
        repair(world, revived, drop_permille, most_lent)
        worse = world.tally[TRANSITIONS] <= best
        close(world, worse)
        if worse:
            evaluate(world)
            return


def gaining_people(world: World) -> Int32:
    """For each dropped phrase the people with an occurrence at which taking it would raise the total weight; else 0.

    Linear in the tokens and in the occurrences of the dropped phrases. On as many threads as the world has, each with
    phrases of its own.
    """

    before = _before(world.longest, world.length, world.weight, world.alive, world.up)
    after = _after(world.gain)

    def gaining(at: slice) -> Int32:
        return _gaining(
            world.first[at], world.last[at], world.positions, world.person, world.length[at], world.alive[at],
            world.weight[at], before, after, len(world.seen),
        )  # fmt: skip

    occurrences = np.where(world.alive == 0, world.last - world.first, 0).astype(np.int64)
    parts = parts_by_weight(occurrences, parts=worth(len(world.longest), world.threads))
    return np.concatenate(each(gaining, parts, threads=world.threads))


@kernel
def _before(longest: Int32, length: Int8, weight: Int32, alive: Flags, up: Int32) -> Int64:
    """The best total weight of the tokens before each boundary."""
    n = len(longest)
    best = np.zeros(n + 1, np.int64)
    for i in range(n):
        best[i + 1] = max(best[i + 1], best[i])
        x = longest[i]
        if x >= 0 and not alive[x]:
            x = up[x]
        while x >= 0:
            best[i + length[x]] = max(best[i + length[x]], best[i] + weight[x])
            x = up[x]
    return best


@kernel
def _after(gain: Int32) -> Int64:
    """The best total weight of the tokens after each boundary."""
    best = np.zeros(len(gain) + 1, np.int64)
    for i in range(len(gain) - 1, -1, -1):
        best[i] = best[i + 1] + gain[i]
    return best


@kernel
def _gaining(
    first: Int32,
    last: Int32,
    positions: Int32,
    person: Int32,
    length: Int8,
    alive: Flags,
    weight: Int32,
    before: Int64,
    after: Int64,
    people: int,
) -> Int32:
    total = after[0]
    seen_by = np.full(people, -1, np.int32)
    gaining = np.zeros(len(first), np.int32)
    for x in range(len(first)):
        if alive[x] or length[x] < 2:
            continue
        for r in range(first[x], last[x]):
            i = positions[r]
            if seen_by[person[i]] != x and before[i] + weight[x] + after[i + length[x]] > total:
                seen_by[person[i]] = x
                gaining[x] += 1
    return gaining
