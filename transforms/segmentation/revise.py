"""Revise: after a few phrases died, revived or changed weight, mend the cut only where that matters.

A phrase's occurrences are known, so the dynamic program runs again from each of them leftwards until the last max_length − 1
gains come out as before: from there on nothing can differ. Then the paths are walked side by side until they meet. The result
is the same, bit by bit, as that of a whole pass (a test compares them).
"""

from __future__ import annotations

import numpy as np

from transforms.segmentation.inventory import Int32
from transforms.segmentation.jit import kernel
from transforms.segmentation.world import AFFECTED, CLOCK, OFF, TRANSITIONS, Bits, World


@kernel
def revise(world: World, changed: Int32) -> None:
    """Bring gain, choice, emitted, the transitions and the affected phrases' counts up to date."""
    for x in changed:
        _living_below(world, x)
        for r in range(world.first[x], world.last[x]):
            i = world.positions[r]
            world.dirty[i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    _choose_again(world)
    _walk_again(world)
    for a in range(world.tally[AFFECTED]):
        _recount(world, world.affected[a])


@kernel
def _living_below(world: World, x: int) -> None:
    """Refresh `up` of everything below x: preorder puts parents first."""
    for y in range(x + 1, world.end[x]):
        p = world.parent[y]
        world.up[y] = p if world.alive[p] else world.up[p]


@kernel
def _highest(bits: Bits, below: int) -> int:
    """The largest set bit < `below`; −1: none."""
    if below <= 0:
        return -1
    at = (below - 1) >> 6
    word = bits[at] & (np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(63 - ((below - 1) & 63)))
    while word == 0:
        at -= 1
        if at < 0:
            return -1
        word = bits[at]
    bit = 0
    for step in (32, 16, 8, 4, 2, 1):
        if word >> np.uint64(step):
            word >>= np.uint64(step)
            bit += step
    return (at << 6) + bit


@kernel
def _choose_again(world: World) -> None:
    n = len(world.longest)
    window = world.max_length - 1
    best = np.zeros(128, np.int64)
    i = _highest(world.dirty, n)
    while i >= 0:
        value = 0  # best(i + 1), taken as zero: only differences matter
        for t in range(window + 1):
            best[(i + 1 + t) & 127] = value
            if i + 1 + t < n:
                value -= world.gain[i + 1 + t]
        same = 0
        while i >= 0:
            bit = np.uint64(1) << np.uint64(i & 63)
            if world.dirty[i >> 6] & bit:
                world.dirty[i >> 6] ^= bit
            elif same >= window:
                break
            stay = best[(i + 1) & 127]
            top = stay
            take = -1
            x = world.longest[i]
            if x >= 0 and not world.alive[x]:
                x = world.up[x]
            while x >= 0:
                value = world.weight[x] + best[(i + world.length[x]) & 127]
                if value > top:
                    top = value
                    take = x
                x = world.up[x]
            best[i & 127] = top
            same = same + 1 if world.gain[i] == top - stay else 0
            world.gain[i] = top - stay
            if world.choice[i] != take:
                world.choice[i] = take
                world.moved[i >> 6] |= bit
            i -= 1
        i = _highest(world.dirty, i + 1)


@kernel
def _affect(world: World, x: int, sign: int) -> None:
    world.tally[TRANSITIONS] += sign * (world.length[x] - 1)
    if world.mark[x] != world.tally[CLOCK]:
        world.mark[x] = world.tally[CLOCK]
        world.affected[world.tally[AFFECTED]] = x
        world.tally[AFFECTED] += 1


@kernel
def _walk_again(world: World) -> None:
    """From each changed choice on the path walk the old and the new path until they meet."""
    world.tally[CLOCK] += 1
    world.tally[AFFECTED] = 0
    for at in range(len(world.moved)):
        while world.moved[at]:
            word = world.moved[at]
            lowest = word & (~word + np.uint64(1))
            world.moved[at] ^= lowest
            bit = 0
            while lowest > np.uint64(1):
                lowest >>= np.uint64(1)
                bit += 1
            i = (at << 6) + bit
            if world.emitted[i] == OFF or world.emitted[i] == world.choice[i]:
                continue
            old = i
            new = i
            while True:
                if old <= new:
                    x = world.emitted[old]
                    world.emitted[old] = OFF
                    if x >= 0:
                        _affect(world, x, -1)
                    step = 1 if x < 0 else np.int64(world.length[x])
                    if old == new:
                        # Both start here: put the new one in before the old one moves on.
                        y = world.choice[new]
                        world.emitted[new] = y
                        if y >= 0:
                            _affect(world, y, 1)
                        new += 1 if y < 0 else np.int64(world.length[y])
                    old += step
                else:
                    y = world.choice[new]
                    world.emitted[new] = y
                    if y >= 0:
                        _affect(world, y, 1)
                    new += 1 if y < 0 else np.int64(world.length[y])
                if old == new:
                    break


@kernel
def _recount(world: World, x: int) -> None:
    """Count the people who emit x, as far as needed to know that it passes."""
    world.tally[CLOCK] += 1
    stamp = world.tally[CLOCK]
    count = 0
    largest = 0
    for r in range(world.first[x], world.last[x]):
        i = world.positions[r]
        if world.emitted[i] != x or world.seen[world.person[i]] == stamp:
            continue
        who = world.person[i]
        world.seen[who] = stamp
        count += 1
        if world.min_outside > 0:
            for u in range(world.unit_offsets[who], world.unit_offsets[who + 1]):
                world.by_unit[world.units[u]] += 1
                largest = max(largest, world.by_unit[world.units[u]])
        if count >= world.k and count - largest >= world.min_outside:
            break
    if world.min_outside > 0:
        for r in range(world.first[x], world.last[x]):
            who = world.person[world.positions[r]]
            if world.seen[who] == stamp:
                for u in range(world.unit_offsets[who], world.unit_offsets[who + 1]):
                    world.by_unit[world.units[u]] = 0
    world.emitters[x] = count
    world.outside[x] = count - largest
