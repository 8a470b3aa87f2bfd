"""Find the longest phrase of an inventory that starts at each token: a trie whose edges are one open-addressing table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.kernel import inner, kernel
from transforms.segmentation.inventory import Int8, Int32, Int64, Inventory
from transforms.segmentation.parts import each, parts_by_weight, worth

Flags = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Lookup:
    """A node for every prefix of a phrase; `phrase` is −1 where the prefix is no phrase itself."""

    keys: Int64
    """Edges: (node + 1) · vocabulary + token; −1: empty."""
    targets: Int32
    parent: Int32
    length: Int8
    phrase: Int32
    weight: Int32
    alive: Flags
    vocabulary: int
    """One more than the largest token id in the inventory."""


def build_lookup(inventory: Inventory) -> Lookup:
    """The trie of an inventory's phrases; O(their total length)."""
    vocabulary = int(inventory.tokens.max(initial=-1)) + 1
    offsets = np.require(inventory.offsets, np.int64, ("C", "A", "W"))
    tokens = np.require(inventory.tokens, np.int32, ("C", "A", "W"))
    size, nodes = 16, _nodes(offsets, tokens)
    while size < 2 * nodes:  # a small table stays in the cache
        size *= 2
    keys, targets, parent, length, phrase = _build(offsets, tokens, vocabulary, size)
    alive = (phrase >= 0).astype(np.uint8)
    weight = np.zeros(len(phrase), np.int32)
    weight[phrase >= 0] = inventory.weights[phrase[phrase >= 0]]
    return Lookup(keys, targets, parent, length, phrase, weight, alive, vocabulary)


def longest_nodes(lookup: Lookup, tokens: Int32, starts: Int64, *, threads: int = 1) -> Int32:
    """For each token the deepest node spelled from there inside its session; −1: none.

    Linear in the tokens, times the longest phrase. On so many threads, each with sessions of its own.
    """
    longest = np.full(len(tokens), -1, np.int32)

    def find(at: slice) -> None:
        bounds = starts[at.start : at.stop + 1]
        _longest(tokens, bounds, lookup.keys, lookup.targets, lookup.vocabulary, longest)

    parts = parts_by_weight(np.diff(starts), parts=worth(len(tokens), threads))
    each(find, parts, threads=threads)
    return longest


@inner
def _slot(keys: Int64, key: int) -> int:
    """Where the key is, or the free slot where it belongs (multiplicative hashing, Knuth 6.4)."""
    mask = len(keys) - 1
    at = ((key * 0x9E3779B97F4A7C1) >> 20) & mask
    while keys[at] != -1 and keys[at] != key:
        at = (at + 1) & mask
    return at


@kernel
def _nodes(offsets: Int64, tokens: Int32) -> int:
    """How many nodes phrases in the order of content have, and one more: what each does not share with the one before."""
    nodes = 1
    for p in range(len(offsets) - 1):
        shared = 0
        if p > 0:
            most = min(offsets[p] - offsets[p - 1], offsets[p + 1] - offsets[p])
            while shared < most and tokens[offsets[p - 1] + shared] == tokens[offsets[p] + shared]:
                shared += 1
        nodes += offsets[p + 1] - offsets[p] - shared
    return nodes


@kernel
def _build(
    offsets: Int64, tokens: Int32, vocabulary: int, size: int
) -> tuple[Int64, Int32, Int32, Int8, Int32]:
    keys = np.full(size, -1, np.int64)
    targets = np.empty(size, np.int32)
    parent = np.empty(len(tokens), np.int32)
    length = np.empty(len(tokens), np.int8)
    phrase = np.full(len(tokens), -1, np.int32)
    nodes = 0
    for p in range(len(offsets) - 1):
        node = -1
        for at in range(offsets[p], offsets[p + 1]):
            key = (node + 1) * vocabulary + tokens[at]
            slot = _slot(keys, key)
            if keys[slot] == -1:
                keys[slot] = key
                targets[slot] = nodes
                parent[nodes] = node
                length[nodes] = at - offsets[p] + 1
                nodes += 1
            node = targets[slot]
        phrase[node] = p
    return keys, targets, parent[:nodes].copy(), length[:nodes].copy(), phrase[:nodes].copy()


@kernel
def _longest(
    tokens: Int32, starts: Int64, keys: Int64, targets: Int32, vocabulary: int, longest: Int32
) -> None:
    for session in range(len(starts) - 1):
        for i in range(starts[session], starts[session + 1]):
            node = -1
            for at in range(i, starts[session + 1]):
                if tokens[at] < 0 or tokens[at] >= vocabulary:
                    break
                key = (node + 1) * vocabulary + tokens[at]
                slot = _slot(keys, key)
                if keys[slot] == -1:
                    break
                node = targets[slot]
            longest[i] = node
