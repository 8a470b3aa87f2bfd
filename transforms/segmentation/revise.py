"""Revise: after a few phrases died, revived or changed weight, mend the cut only where that matters.

A phrase's occurrences are known, so the dynamic program runs again from each of them leftwards until the last
max_length − 1 gains come out as before: from there on nothing can differ. Then the paths are walked side by side until they
meet. The result is the same, bit by bit, as that of a whole pass (a test compares them).
"""

from __future__ import annotations

import numpy as np

from transforms.kernel import inner, kernel
from transforms.segmentation.inventory import Int8, Int32, Int64
from transforms.segmentation.world import AFFECTED, CLOCK, OFF, TRANSITIONS, WORK, Bits, Flags, World


@kernel
def revise(world: World, changed: Int32) -> None:
    """Bring gain, choice, emitted, the transitions and the affected phrases' counts up to date.

    Linear in the occurrences of the changed phrases and in what the changes reach, times max_length at most.

    `changed`: the phrases whose `alive` or `weight` is new. Afterwards `affected` lists those whose emissions changed.
    """
    _mark(
        changed, world.parent, world.end, world.first, world.last, world.positions, world.alive, world.choice,
        world.up, world.dirty, world.tally,
    )  # fmt: skip
    _choose_again(
        world.longest, world.length, world.weight, world.alive, world.up, world.gain, world.choice, world.dirty,
        world.moved, world.max_length,
    )  # fmt: skip
    _walk_again(
        world.choice, world.emitted, world.length, world.head, world.after, world.before, world.moved, world.mark,
        world.affected, world.tally,
    )  # fmt: skip
    _recount(
        world.affected[: world.tally[AFFECTED]], world.head, world.after, world.person, world.unit_offsets,
        world.units, world.seen, world.by_unit, world.emitters, world.outside, world.tally, world.k,
        world.min_outside,
    )  # fmt: skip


@inner
def _mark(
    changed: Int32,
    parent: Int32,
    end: Int32,
    first: Int32,
    last: Int32,
    positions: Int32,
    alive: Flags,
    choice: Int32,
    up: Int32,
    dirty: Bits,
    tally: Int64,
) -> None:
    """Refresh `up` below the changed phrases (preorder puts parents first) and mark where the program must run again."""
    for x in changed:
        for y in range(x + 1, end[x]):
            up[y] = parent[y] if alive[parent[y]] else up[parent[y]]
        tally[WORK] += last[x] - first[x]
        for r in range(first[x], last[x]):
            i = positions[r]
            # A death matters only where the phrase was the choice.
            if alive[x] or choice[i] == x:
                dirty[i >> 6] |= np.uint64(1) << np.uint64(i & 63)


@inner
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


@inner
def _choose_again(
    longest: Int32,
    length: Int8,
    weight: Int32,
    alive: Flags,
    up: Int32,
    gain: Int32,
    choice: Int32,
    dirty: Bits,
    moved: Bits,
    max_length: int,
) -> None:
    n = len(longest)
    window = max_length - 1
    best = np.zeros(128, np.int64)
    i = _highest(dirty, n)
    while i >= 0:
        value = 0  # best(i + 1), taken as zero: only differences matter
        for t in range(i + 1, i + 2 + window):
            best[t & 127] = value
            if t < n:
                value -= gain[t]
        same = window  # nothing to the right has changed
        while i >= 0:
            bit = np.uint64(1) << np.uint64(i & 63)
            if dirty[i >> 6] & bit:
                dirty[i >> 6] ^= bit
            elif same >= window:
                break
            stay = best[(i + 1) & 127]
            top = stay
            take = -1
            x = longest[i]
            if x >= 0 and not alive[x]:
                x = up[x]
            while x >= 0:
                value = weight[x] + best[(i + length[x]) & 127]
                if value > top:
                    top = value
                    take = x
                x = up[x]
            best[i & 127] = top
            same = same + 1 if gain[i] == top - stay else 0
            gain[i] = top - stay
            if choice[i] != take:
                choice[i] = take
                moved[i >> 6] |= bit
            i -= 1
        i = _highest(dirty, i + 1)


@inner
def _walk_again(
    choice: Int32,
    emitted: Int32,
    length: Int8,
    head: Int32,
    after: Int32,
    before: Int32,
    moved: Bits,
    mark: Int32,
    affected: Int32,
    tally: Int64,
) -> None:
    """From each changed choice on the path walk the old and the new path until they meet."""
    tally[CLOCK] += 1
    stamp = tally[CLOCK]
    count = 0
    transitions = tally[TRANSITIONS]
    for at in range(len(moved)):
        while moved[at]:
            lowest = moved[at] & (~moved[at] + np.uint64(1))
            moved[at] ^= lowest
            i = at << 6
            while lowest > np.uint64(1):
                lowest >>= np.uint64(1)
                i += 1
            if emitted[i] == OFF or emitted[i] == choice[i]:
                continue
            old = i
            new = i
            begun = False
            while old != new or not begun:
                # Where both stand on the same token the old segment goes first, for both share its place.
                out = old < new or (not begun and old == i)
                x = emitted[old] if out else choice[new]
                if out:
                    emitted[old] = OFF
                else:
                    emitted[new] = x
                    begun = True
                step = 1
                if x >= 0:
                    step = int(length[x])
                    transitions += 1 - step if out else step - 1
                    if mark[x] != stamp:
                        mark[x] = stamp
                        affected[count] = x
                        count += 1
                    if out:
                        if before[old] < 0:
                            head[x] = after[old]
                        else:
                            after[before[old]] = after[old]
                        if after[old] >= 0:
                            before[after[old]] = before[old]
                    else:
                        after[new] = head[x]
                        before[new] = -1
                        if head[x] >= 0:
                            before[head[x]] = new
                        head[x] = new
                if out:
                    old += step
                else:
                    new += step
    tally[TRANSITIONS] = transitions
    tally[AFFECTED] = count


@inner
def _recount(
    affected: Int32,
    head: Int32,
    after: Int32,
    person: Int32,
    unit_offsets: Int64,
    units: Int32,
    seen: Int32,
    by_unit: Int32,
    emitters: Int32,
    outside: Int32,
    tally: Int64,
    k: int,
    min_outside: int,
) -> None:
    """Count the people who emit each phrase, as far as needed to know that it passes."""
    for x in affected:
        tally[CLOCK] += 1
        stamp = tally[CLOCK]
        count = 0
        largest = 0
        i = head[x]
        while i >= 0 and (count < k or count - largest < min_outside):
            who = person[i]
            i = after[i]
            if seen[who] == stamp:
                continue
            seen[who] = stamp
            count += 1
            if min_outside > 0:
                for u in range(unit_offsets[who], unit_offsets[who + 1]):
                    by_unit[units[u]] += 1
                    largest = max(largest, by_unit[units[u]])
        if min_outside > 0:
            until = i
            i = head[x]
            while i != until:
                for u in range(unit_offsets[person[i]], unit_offsets[person[i] + 1]):
                    by_unit[units[u]] = 0
                i = after[i]
        emitters[x] = count
        outside[x] = count - largest
