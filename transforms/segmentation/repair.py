"""Repair: drop failing phrases, weakest first, and lend weight to the others, until every emitted phrase passes.

A price method: a phrase that fails but survives the round gains a hundredth of a transition, so that ties and near-ties tip
towards it and it finds its k people (measured: half a point of transitions; see the decision record). Lending is bounded.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from transforms.kernel import inner, kernel
from transforms.segmentation.evaluate import evaluate, lay_path
from transforms.segmentation.inventory import Int32
from transforms.segmentation.journal import change
from transforms.segmentation.revise import revise
from transforms.segmentation.sort import sort_numbers
from transforms.segmentation.world import AFFECTED, STALE, Flags, World

LOAN: Final = 10_000
MANY: Final = 2_000
AT_ONCE: Final = 20
CHEAPER: Final = 6
"""An incremental step costs about so much more per occurrence than a whole pass per token (measured)."""


@kernel
def repair(world: World, changed: Int32, drop_permille: int, most_lent: int) -> None:
    """Bring the cut up to date with the changed phrases, then mend it until no emitted phrase has too few people.

    A round costs a whole pass, or the occurrences of the phrases that it changes where these are few, and a sort of what
    fails; there are at most as many rounds as living phrases.

    Each round drops `drop_permille` of the failing phrases, at least AT_ONCE while MANY phrases fail or live, else 1; the
    others gain LOAN, up to `most_lent` above their first weight. Ends, for every round drops a phrase.
    """
    m = len(world.parent)
    failing = np.empty(m, np.int32)
    listed = np.zeros(m, np.uint8)
    fails = 0
    living = 0
    for x in range(m):
        living += world.alive[x]
    while True:
        fails = _failing(world, failing, listed, fails, bring_up_to_date(world, changed))
        if fails == 0:
            return
        keys = np.empty(fails, np.int64)
        for f in range(fails):
            x = failing[f]
            # Who emits it now, and a little of who could (DESIGN §5); content settles ties.
            keys[f] = (10 * world.emitters[x] + min(world.people[x], 6 * world.k)) * m + x
        sort_numbers(keys)
        drop = max(fails * drop_permille // 1000, AT_ONCE if living >= MANY and fails > AT_ONCE else 1)
        changed = np.empty(fails, np.int32)
        for f in range(fails):
            x = keys[f] % m
            changed[f] = x
            if f < drop:
                change(world, x, 0, world.weight[x])
            else:
                change(
                    world, x, 1, max(world.weight[x], min(world.weight[x] + LOAN, world.base[x] + most_lent))
                )
        living -= min(drop, fails)


@kernel
def bring_up_to_date(world: World, changed: Int32) -> bool:
    """Incrementally where that is cheaper; return whether it was (then only `affected` phrases are recounted).

    Linear in the tokens, or in the occurrences of the changed phrases, whichever is estimated to be less.
    """
    occurrences = 0
    for x in changed:
        occurrences += world.last[x] - world.first[x]
    if occurrences * CHEAPER > len(world.longest):
        evaluate(world)
        return False
    if world.tally[STALE]:
        lay_path(world)
    revise(world, changed)
    return True


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
