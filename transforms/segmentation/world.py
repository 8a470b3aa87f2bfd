"""Everything the search reads and writes, as one tuple of arrays that kernels can take."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.kernel import kernel
from transforms.segmentation.inventory import Int8, Int32, Int64, Sessions, Settings
from transforms.segmentation.mine import Trie

Flags = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]

OFF: Final = -2
"""`emitted` where no segment starts."""


class World(NamedTuple):
    """Nodes are mined n-grams by rank of content; tokens those that some n-gram of length ≥ 2 covers."""

    parent: Int32
    length: Int8
    end: Int32
    """One past the last node below: descendants of x are x + 1 … end[x] − 1."""
    people: Int32
    first: Int32
    last: Int32
    positions: Int32
    longest: Int32
    person: Int32
    unit_offsets: Int64
    units: Int32
    weight: Int32
    alive: Flags
    up: Int32
    """The longest living proper prefix; −1: none."""
    gain: Int32
    """best(i) − best(i + 1)."""
    choice: Int32
    """The phrase to take if a segment starts at this token; −1: step over one token."""
    emitted: Int32
    """The phrase that the cut takes here; −1: a single action; OFF: no segment starts here."""
    head: Int32
    """Where each phrase's list of its emissions starts; −1: none. `after` and `before` link its places."""
    after: Int32
    before: Int32
    emitters: Int32
    """Distinct people per emitted phrase; after an incremental step exact only where it fails."""
    outside: Int32
    """… less those of the fullest unit; all of them where units are not known."""
    dirty: Bits
    moved: Bits
    affected: Int32
    """Phrases whose emissions the last incremental step changed, in its first tally[AFFECTED] places."""
    mark: Int32
    seen: Int32
    by_unit: Int32
    tally: Int64
    """TRANSITIONS held by the emitted phrases, AFFECTED, CLOCK (the latest mark), STALE (1: `emitted` must be laid anew)
    WORK (occurrences of the phrases that incremental steps changed) and LOGGED."""
    base: Int32
    """The weights at the start; `weight` stays near."""
    logged: Flags
    """Phrases changed since the journal was opened; `log` lists them, in its first tally[LOGGED] places …"""
    log: Int32
    alive_then: Flags
    """… with what they were."""
    weight_then: Int32
    k: int
    min_outside: int
    max_length: int
    threads: int
    """How many may work side by side; nothing depends on it."""


TRANSITIONS: Final = 0
AFFECTED: Final = 1
CLOCK: Final = 2
STALE: Final = 3
WORK: Final = 4
LOGGED: Final = 5


def build_world(sessions: Sessions, trie: Trie, weight: Int32, settings: Settings) -> World:
    """Everything alive, nothing cut yet. Linear in nodes and tokens."""
    nodes, tokens = len(trie.token), len(trie.longest)
    return World(
        parent=trie.parent,
        length=trie.length,
        end=_ends(trie.parent),
        people=trie.people,
        first=trie.first,
        last=trie.last,
        positions=trie.positions,
        longest=trie.longest,
        person=trie.person,
        unit_offsets=sessions.unit_offsets,
        units=sessions.units,
        weight=weight,
        alive=(trie.length >= 2).astype(np.uint8),
        up=np.full(nodes, -1, np.int32),
        gain=np.zeros(tokens, np.int32),
        choice=np.full(tokens, -1, np.int32),
        emitted=np.full(tokens, OFF, np.int32),
        head=np.full(nodes, -1, np.int32),
        after=np.full(tokens, -1, np.int32),
        before=np.full(tokens, -1, np.int32),
        emitters=np.zeros(nodes, np.int32),
        outside=np.zeros(nodes, np.int32),
        dirty=np.zeros((tokens >> 6) + 1, np.uint64),
        moved=np.zeros((tokens >> 6) + 1, np.uint64),
        affected=np.zeros(nodes, np.int32),
        mark=np.zeros(nodes, np.int32),
        seen=np.full(sessions.people, 0, np.int32),
        by_unit=np.zeros(int(sessions.units.max(initial=0)) + 1, np.int32),
        tally=np.zeros(6, np.int64),
        base=weight.copy(),
        logged=np.zeros(nodes, np.uint8),
        log=np.zeros(nodes, np.int32),
        alive_then=np.zeros(nodes, np.uint8),
        weight_then=np.zeros(nodes, np.int32),
        k=settings.k,
        min_outside=settings.min_outside_unit,
        max_length=settings.max_length,
        threads=settings.threads,
    )


@kernel
def _ends(parent: Int32) -> Int32:
    """One past the last descendant of each node; descendants follow their ancestors."""
    end = np.arange(1, len(parent) + 1).astype(np.int32)
    for x in range(len(parent) - 1, -1, -1):
        if parent[x] >= 0:
            end[parent[x]] = max(end[parent[x]], end[x])
    return end
