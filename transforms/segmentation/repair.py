"""Repair: drop failing phrases, weakest first, and lend weight to the others, until every emitted phrase passes.

A price method: a phrase that fails but survives the round gains a hundredth of a transition, so that ties and near-ties tip
towards it and it finds its k people (measured: half a point of transitions; see the decision record). Lending is bounded.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from transforms.kernel import inner, kernel
from transforms.segmentation.evaluate import evaluate, evaluate_alone, lay_path
from transforms.segmentation.inventory import Int32, Int64
from transforms.segmentation.journal import change
from transforms.segmentation.parts import parts_of
from transforms.segmentation.revise import revise
from transforms.segmentation.sort import sort_numbers
from transforms.segmentation.world import AFFECTED, STALE, Flags, World

LOAN: Final = 10_000
MANY: Final = 2_000
AT_ONCE: Final = 20
CHEAPER: Final = 6
"""An incremental step costs about so much more per occurrence than a whole pass per token (measured)."""


class Failing(NamedTuple):
    """The phrases that fail, in the first tally[FAILS] places; `listed`: whether a phrase is among them."""

    phrases: Int32
    listed: Flags
    tally: Int64
    """FAILS, and how many phrases are LIVING."""


FAILS: Final = 0
LIVING: Final = 1


def repair(world: World, changed: Int32, drop_permille: int, most_lent: int) -> None:
    """Bring the cut up to date with the changed phrases, then mend it until no emitted phrase has too few people.

    A round (`_weaken`) costs a whole pass, or the occurrences of the phrases that it changes where these are few, and a sort
    of what fails; there are at most as many rounds as living phrases, for each drops one. Whole passes are on as many
    threads as the world has.
    """
    parts = len(parts_of(world.person, threads=world.threads))
    if parts == 1:
        repair_alone(world, changed, drop_permille, most_lent)
        return
    failing = _nothing_fails(world)
    while True:
        # Either way the same phrases fail, and these are counted in full: nothing depends on which was cheaper.
        incremental = _touch_few(world, changed, CHEAPER * parts)
        if incremental:
            _revise(world, changed)
        else:
            evaluate(world)
        changed = _weaken(world, failing, incremental, drop_permille, most_lent)
        if len(changed) == 0:
            return


@kernel
def repair_alone(world: World, changed: Int32, drop_permille: int, most_lent: int) -> None:
    """The same on one thread: what kernels can call."""
    failing = _nothing_fails(world)
    while True:
        changed = _weaken(world, failing, bring_up_to_date(world, changed), drop_permille, most_lent)
        if len(changed) == 0:
            return


@kernel
def _nothing_fails(world: World) -> Failing:
    m = len(world.parent)
    tally = np.zeros(2, np.int64)
    for x in range(m):
        tally[LIVING] += world.alive[x]
    return Failing(np.empty(m, np.int32), np.zeros(m, np.uint8), tally)


@kernel
def _weaken(world: World, failing: Failing, incremental: bool, drop_permille: int, most_lent: int) -> Int32:
    """Find what fails after a step; drop `drop_permille` of it, at least AT_ONCE while MANY phrases live, else 1; the others
    gain LOAN, up to `most_lent` above their first weight. Return all of these, none if nothing fails.

    A sort of what fails; after a whole pass also linear in the nodes.
    """
    m = len(world.parent)
    fails = _failing(world, failing.phrases, failing.listed, failing.tally[FAILS], incremental)
    failing.tally[FAILS] = fails
    keys = np.empty(fails, np.int64)
    for f in range(fails):
        x = failing.phrases[f]
        # Who emits it now, and a little of who could (DESIGN §5); content settles ties.
        keys[f] = (10 * world.emitters[x] + min(world.people[x], 6 * world.k)) * m + x
    sort_numbers(keys)
    many = failing.tally[LIVING] >= MANY and fails > AT_ONCE
    drop = min(max(fails * drop_permille // 1000, AT_ONCE if many else 1), fails)
    changed = np.empty(fails, np.int32)
    for f in range(fails):
        x = keys[f] % m
        changed[f] = x
        if f < drop:
            change(world, x, 0, world.weight[x])
        else:
            change(world, x, 1, max(world.weight[x], min(world.weight[x] + LOAN, world.base[x] + most_lent)))
    failing.tally[LIVING] -= drop
    return changed


@kernel
def bring_up_to_date(world: World, changed: Int32) -> bool:
    """Incrementally where that is cheaper; return whether it was (then only `affected` phrases are recounted).

    Linear in the tokens, or in the occurrences of the changed phrases, whichever is estimated to be less.
    """
    incremental = _touch_few(world, changed, CHEAPER)
    if incremental:
        _revise(world, changed)
    else:
        evaluate_alone(world)
    return incremental


@kernel
def _touch_few(world: World, changed: Int32, dearer: int) -> bool:
    """Whether the changed phrases have so few occurrences that an incremental step, which costs `dearer` times as much for
    each as a whole pass does for a token, is the cheaper one."""
    occurrences = 0
    for x in changed:
        occurrences += world.last[x] - world.first[x]
    return occurrences * dearer <= len(world.longest)


@kernel
def _revise(world: World, changed: Int32) -> None:
    if world.tally[STALE]:
        lay_path(world)
    revise(world, changed)


@inner
def _failing(world: World, failing: Int32, listed: Flags, fails: int, incremental: bool) -> int:
    """Refresh the list of failing phrases; return how many there are."""
    if incremental:
        for a in range(world.tally[AFFECTED]):
            x = world.affected[a]
            if not listed[x]:
                listed[x] = 1
                failing[fails] = x
                fails += 1
    else:
        for f in range(fails):
            listed[failing[f]] = 0
        fails = len(listed)
        for x in range(fails):
            failing[x] = x
            listed[x] = 1
    left = 0
    for f in range(fails):
        x = failing[f]
        weak = world.emitters[x] < world.k or world.outside[x] < world.min_outside
        listed[x] = world.emitters[x] > 0 and weak
        if listed[x]:
            failing[left] = x
            left += 1
    return left
