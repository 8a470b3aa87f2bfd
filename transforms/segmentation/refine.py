"""Refine: search on from an inventory that stands, after some tokens of the sessions were made coarser."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from transforms.kernel import kernel
from transforms.segmentation.compact import compact
from transforms.segmentation.evaluate import evaluate
from transforms.segmentation.inventory import SCALE, Int32, Int64, Inventory, Sessions, Settings
from transforms.segmentation.mine import mine
from transforms.segmentation.solve import improve, inventory_of, mend, phrase_weights
from transforms.segmentation.world import build_world

Bools = npt.NDArray[np.bool_]

COARSE: Final = SCALE // 2
"""What a transition weighs that has a coarse end: where both can be had the finer phrase is taken."""


def refine(
    sessions: Sessions,
    vocabulary_size: int,
    settings: Settings,
    *,
    known: Inventory,
    coarse: Bools,
    released: int,
) -> Inventory | None:
    """Add phrases to the known ones, where that releases more transitions.

    Args:
        sessions: as in `solve`; every phrase of the known inventory must be frequent in them.
        known: what was solved before.
        coarse: for each token whether it is coarser than the finest level.
        released: transitions that are released so far.

    Returns:
        An inventory that depends on content only and releases more transitions; None: none was found.
    """
    sessions = sessions.checked()
    trie = mine(sessions, vocabulary_size, settings)
    if not bool((trie.length >= 2).any()):
        return None
    weight = phrase_weights(trie, settings.k)
    weight -= _coarse_pairs(trie.token, trie.parent, coarse) * np.int32(SCALE - COARSE)
    world = build_world(sessions, compact(trie), weight, settings)
    nodes = _nodes(known.offsets, known.tokens, trie.token, world.end)
    world.alive[:] = 0
    world.alive[nodes] = 1
    world.weight[nodes] = known.weights
    mend(world, nodes, settings)
    improve(world, settings)
    return inventory_of(world, trie.token) if evaluate(world) > released else None


@kernel
def _coarse_pairs(token: Int32, parent: Int32, coarse: Bools) -> Int32:
    """How many transitions of each node have a coarse end."""
    pairs = np.zeros(len(token), np.int32)
    for x in range(len(token)):
        if parent[x] >= 0:
            pairs[x] = pairs[parent[x]] + (coarse[token[x]] or coarse[token[parent[x]]])
    return pairs


@kernel
def _nodes(offsets: Int64, tokens: Int32, token: Int32, end: Int32) -> Int32:
    """The node of each phrase; all are frequent."""
    nodes = np.empty(len(offsets) - 1, np.int32)
    for p in range(len(nodes)):
        x = 0
        for at in range(offsets[p], offsets[p + 1]):
            if at > offsets[p]:
                x += 1  # the first child
            while token[x] != tokens[at]:
                x = end[x]
        nodes[p] = x
    return nodes
