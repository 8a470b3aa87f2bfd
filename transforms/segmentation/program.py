"""The dynamic program: the non-overlapping phrases of largest total weight, for all sessions in one pass.

Backwards over the tokens, best(i) = max(best(i + 1), max over living phrases x at i of weight(x) + best(i + len(x))); since
no phrase crosses a session, the sessions need no loop of their own. Only best(i) − best(i + 1) is kept: 32 bits suffice.
Ties go to the longest phrase, which depends on content only. O(actions × living prefixes), at most max_length each.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from transforms.kernel import kernel
from transforms.segmentation.inventory import Int8, Int32

Flags = npt.NDArray[np.uint8]


@kernel
def living_prefixes(parent: Int32, length: Int8, alive: Flags, up: Int32) -> None:
    """Set `up[x]` to the longest living phrase that is a proper prefix of x, −1: none (parents come first).

    Linear in the nodes.
    """
    for x in range(len(parent)):
        y = parent[x]
        if y >= 0 and not alive[y]:
            y = up[y]
        up[x] = y


@kernel
def choose(
    longest: Int32, length: Int8, weight: Int32, alive: Flags, up: Int32, gain: Int32, choice: Int32
) -> None:
    """Fill `choice` (the phrase to take from here; −1: step over one token) and `gain` (best(i) − best(i + 1))."""
    n = len(longest)
    best = np.zeros(128, np.int64)  # best(i) for the last 128 i; max_length is below
    for i in range(n - 1, -1, -1):
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
        gain[i] = top - stay
        choice[i] = take
