"""Seeded local search: try a small change, repair around it, keep it unless it releases less.

Every try is mended and, if it loses, undone with incremental steps, so that it costs the occurrences it touches. The numbers
are drawn from a counter hashed with the seed and choose phrases, which are numbered by content, never places in the logs:
the order of persons plays no part.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from transforms.kernel import inner, kernel
from transforms.segmentation.evaluate import lay_path
from transforms.segmentation.inventory import Int32
from transforms.segmentation.journal import change, close
from transforms.segmentation.repair import bring_up_to_date, repair_alone
from transforms.segmentation.world import LOGGED, STALE, TRANSITIONS, WORK, Bits, World

MOST_LENT: Final = 900_000
LOOKS: Final = 64


@inner
def draw(state: Bits, below: int) -> int:
    """The next number in 0 … below − 1: SplitMix64 (Steele, Lea and Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return int(np.int64((z >> np.uint64(11)) % np.uint64(below)))


@kernel
def local_search(world: World, tries: int, work: int, seed: int) -> int:
    """At most `tries` tries and about `work` occurrences looked at; return how many tries released more."""
    state = np.array([np.uint64(seed)], np.uint64)
    until = world.tally[WORK] + work
    won = 0
    for _ in range(tries):
        if world.tally[WORK] > until:
            break
        if world.tally[STALE]:
            lay_path(world)
        best = world.tally[TRANSITIONS]
        _perturb(world, state)
        if world.tally[LOGGED] == 0:
            continue
        repair_alone(world, world.log[: world.tally[LOGGED]].copy(), 100 + draw(state, 300), MOST_LENT)
        won += world.tally[TRANSITIONS] > best
        worse = world.tally[TRANSITIONS] < best
        touched = world.log[: world.tally[LOGGED]].copy()
        close(world, worse)
        if worse:
            bring_up_to_date(world, touched)
    return won


@inner
def _perturb(world: World, state: Bits) -> None:
    """One of four changes, each drawn equally often."""
    kind = draw(state, 4)
    for _ in range(LOOKS):
        x = draw(state, len(world.parent))
        if world.length[x] < 2:
            continue
        emitted = world.alive[x] and world.emitters[x] > 0
        if kind == 0 and not world.alive[x]:
            # Revive a phrase, and lend to it at once.
            change(world, x, 1, min(world.weight[x] + draw(state, 500_000), world.base[x] + MOST_LENT))
            return
        if kind == 1 and _kill_inside(world, state, x):
            _stir(world, state, x, draw(state, 100), False)
            return
        if kind == 2 and emitted:
            # Shift a phrase's weight.
            weight = world.weight[x] + draw(state, 1_200_000) - 600_000
            weight = min(max(weight, world.base[x] - MOST_LENT, 1), world.base[x] + MOST_LENT)
            change(world, x, 1, weight)
            return
        if kind == 3:
            _stir(world, state, x, 5 + draw(state, 50), draw(state, 3) == 0)
            return


@inner
def _inside(world: World, x: int, found: Int32) -> int:
    """List the phrases that are part of x, itself among them; return how many. Any occurrence tells: it is content."""
    count = 0
    at = world.positions[world.first[x]]
    for offset in range(world.length[x] - 1):
        y = world.longest[at + offset]
        while world.length[y] >= 2:
            if world.length[y] + offset <= world.length[x]:
                found[count] = y
                count += 1
            y = world.parent[y]
    return count


@inner
def _kill_inside(world: World, state: Bits, x: int) -> bool:
    """Kill one emitted phrase that is part of x; return whether there is one."""
    found = np.empty(world.max_length * world.max_length, np.int32)
    emitted = 0
    for r in range(_inside(world, x, found)):
        if world.alive[found[r]] and world.emitters[found[r]] > 0:
            found[emitted] = found[r]
            emitted += 1
    if emitted == 0:
        return False
    y = found[draw(state, emitted)]
    change(world, y, 0, world.weight[y])
    return True


@inner
def _stir(world: World, state: Bits, x: int, percent: int, reset: bool) -> None:
    """Revive the dropped parts of x with a chance; `reset`: all its parts take back their first weight."""
    found = np.empty(world.max_length * world.max_length, np.int32)
    for r in range(_inside(world, x, found)):
        y = found[r]
        if not world.logged[y]:
            weight = world.base[y] if reset else world.weight[y]
            if world.alive[y]:
                if reset:
                    change(world, y, 1, weight)
            elif draw(state, 100) < percent:
                change(world, y, 1, weight)
