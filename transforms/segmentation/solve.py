"""Solve: mine, segment, repair, add back; what is left is the inventory."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from transforms.segmentation.addback import add_back
from transforms.segmentation.inventory import SCALE, Int32, Inventory, Sessions, Settings
from transforms.segmentation.jit import kernel
from transforms.segmentation.mine import Trie, mine
from transforms.segmentation.repair import repair
from transforms.segmentation.state import State

Progress = Callable[[str, float], None]


def solve(
    sessions: Sessions, vocabulary_size: int, settings: Settings, *, progress: Progress | None = None
) -> Inventory:
    """The phrases to release: those that, when `cut` takes the best of them in every session, enough people emit.

    Args:
        sessions: who did what; token ids below `vocabulary_size`.
        vocabulary_size: one more than the largest token id.
        settings: policy and knobs.
        progress: called with the step's name and the share of transitions released so far.

    Returns:
        An inventory that depends on the content of the sessions only, never on the order or numbering of persons.
    """
    sessions.check()
    trie = mine(sessions, vocabulary_size, settings)
    if not bool((trie.length >= 2).any()):
        return Inventory.empty()
    state = State(sessions, trie, phrase_weights(trie, settings.k), settings)
    repair(state)
    add_back(state, settings.add_back)
    return _inventory(state)


def phrase_weights(trie: Trie, k: int) -> Int32:
    """len − 1 − 0.05 · ln(S / k) in millionths: among equal totals the rarer phrase (DESIGN §5)."""
    most = int(trie.people.max(initial=k))
    rarity = np.array([round(SCALE * 0.05 * math.log(max(s, k) / k)) for s in range(most + 1)], np.int64)
    return ((trie.length.astype(np.int64) - 1) * SCALE - rarity[trie.people]).astype(np.int32)


def _inventory(state: State) -> Inventory:
    trie = state.trie
    kept = np.flatnonzero(state.emitters > 0).astype(np.int32)
    offsets = np.zeros(len(kept) + 1, np.int64)
    np.cumsum(trie.length[kept], out=offsets[1:])
    tokens = _spell(kept, offsets, trie.token, trie.parent)
    return Inventory(offsets, tokens, state.weight[kept].astype(np.int64))


@kernel
def _spell(kept: Int32, offsets: Int32, token: Int32, parent: Int32) -> Int32:
    """The tokens of each kept node, root first."""
    tokens = np.empty(offsets[-1], np.int32)
    for r in range(len(kept)):
        x = kept[r]
        for at in range(offsets[r + 1] - 1, offsets[r] - 1, -1):
            tokens[at] = token[x]
            x = parent[x]
    return tokens
