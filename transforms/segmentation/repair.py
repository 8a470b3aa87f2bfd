"""Repair: drop failing phrases, weakest first, until everyone that is emitted is emitted by enough people."""

from __future__ import annotations

import numpy as np

from transforms.segmentation.inventory import Int64
from transforms.segmentation.state import State


def repair(state: State) -> int:
    """Drop a share of the failing phrases a round until none fails; return the transitions then released."""
    while True:
        state.evaluate()
        failing = state.failing()
        if len(failing) == 0:
            return state.transitions
        floor = 20 if int(state.alive.sum()) >= 2000 else 1
        count = max(int(state.settings.drop_share * len(failing)), floor)
        state.alive[failing[np.lexsort((failing, _strength(state, failing)))[:count]]] = 0


def _strength(state: State, failing: Int64) -> Int64:
    """10 e + min(S, 6 k): who emits it now, and a little of who could (DESIGN §5)."""
    have = np.minimum(state.trie.people[failing], 6 * state.settings.k)
    return 10 * state.emitters[failing].astype(np.int64) + have
