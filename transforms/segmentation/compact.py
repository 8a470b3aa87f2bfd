"""Compact: keep only the tokens that some frequent n-gram of length ≥ 2 covers; the rest can only be left over."""

from __future__ import annotations

import numpy as np

from transforms.kernel import kernel
from transforms.segmentation.inventory import Int8, Int32
from transforms.segmentation.mine import Flags, Trie


def compact(trie: Trie) -> Trie:
    """The same trie over fewer tokens: a covered n-gram stays contiguous, and none is new, for occurrences are kept.

    Linear in the tokens and in the nodes.

    Ranges of single tokens may then point at −1; those of phrases never do.
    """
    kept = _covered(trie.longest, trie.length)
    index = np.cumsum(kept, dtype=np.int32) - np.int32(1)
    index[kept == 0] = -1
    chosen = kept.astype(np.bool_)
    return trie._replace(
        positions=index[trie.positions], longest=trie.longest[chosen], person=trie.person[chosen]
    )


@kernel
def _covered(longest: Int32, length: Int8) -> Flags:
    kept = np.zeros(len(longest), np.uint8)
    until = 0
    for i in range(len(longest)):
        if longest[i] >= 0 and length[longest[i]] >= 2:
            until = max(until, i + length[longest[i]])
        kept[i] = i < until
    return kept
