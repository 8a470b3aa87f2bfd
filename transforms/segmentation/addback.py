"""Add back: revive dropped phrases that would raise the total for enough people, then repair again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from transforms.segmentation.inventory import Int8, Int32, Int64
from transforms.segmentation.jit import kernel
from transforms.segmentation.repair import repair
from transforms.segmentation.state import State

Flags = npt.NDArray[np.uint8]


def add_back(state: State, passes: int) -> None:
    """At most `passes` times revive every dropped phrase that ≥ k people would gain from; keep what releases more."""
    for _ in range(passes):
        alive, transitions = state.alive.copy(), state.transitions
        revived = np.flatnonzero(gaining_people(state) >= state.settings.k)
        if len(revived) == 0:
            return
        state.alive[revived] = 1
        if repair(state) <= transitions:
            state.alive[:] = alive
            state.evaluate()
            return


def gaining_people(state: State) -> Int32:
    """For each dropped phrase the people with an occurrence at which taking it would raise the total weight; else 0."""
    trie = state.trie
    after = np.zeros(len(state.gain) + 1, np.int64)
    after[:-1] = np.cumsum(state.gain[::-1], dtype=np.int64)[::-1]
    before = _before(trie.longest, trie.length, state.weight, state.alive, state.up)
    return _gaining(
        trie.first,
        trie.last,
        trie.positions,
        trie.person,
        trie.length,
        state.alive,
        state.weight,
        before,
        after,
        np.int64(state.sessions.people),
    )


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
    total = before[-1]
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
