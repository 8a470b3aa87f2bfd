"""Cut sessions into segments: the best non-overlapping phrases of an inventory, and single actions between them."""

from __future__ import annotations

import numpy as np

from transforms.kernel import kernel
from transforms.segmentation.inventory import Int8, Int32, Int64, Inventory, Segments, Sessions
from transforms.segmentation.lookup import build_lookup, longest_nodes
from transforms.segmentation.program import choose, living_prefixes


def cut(sessions: Sessions, inventory: Inventory, *, threads: int = 1) -> Segments:
    """The segments of every session, in order; a session's cut depends on its own tokens and the inventory only.

    Linear in the tokens, times max_length at most; building the lookup is linear in the inventory.

    Every token ≥ 0 is in exactly one segment, a token −1 in none, and no segment leaves its session.

    Args:
        threads: how many may work side by side; nothing depends on it.
    """
    sessions = sessions.checked()
    lookup = build_lookup(inventory)
    longest = longest_nodes(lookup, sessions.tokens, sessions.starts, threads=threads)
    up = np.empty(len(lookup.parent), np.int32)
    living_prefixes(lookup.parent, lookup.length, lookup.alive, up)
    gain = np.empty(len(longest), np.int32)
    choice = np.empty(len(longest), np.int32)
    choose(longest, lookup.length, lookup.weight, lookup.alive, up, gain, choice)
    return Segments(*_walk(sessions.tokens, choice, lookup.length, lookup.phrase))


@kernel
def _walk(tokens: Int32, choice: Int32, length: Int8, phrase: Int32) -> tuple[Int64, Int32, Int32]:
    n = len(tokens)
    start = np.empty(n, np.int64)
    size = np.empty(n, np.int32)
    index = np.empty(n, np.int32)
    filled = 0
    i = 0
    while i < n:
        x = choice[i]
        step = 1 if x < 0 else int(length[x])
        if x >= 0 or tokens[i] >= 0:
            start[filled] = i
            size[filled] = step
            index[filled] = -1 if x < 0 else phrase[x]
            filled += 1
        i += step
    return start[:filled].copy(), size[:filled].copy(), index[:filled].copy()
