"""Solve: mine, segment, repair, add back; what is left is the inventory."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from transforms.kernel import kernel
from transforms.segmentation.addback import add_back
from transforms.segmentation.compact import compact
from transforms.segmentation.evaluate import evaluate
from transforms.segmentation.inventory import SCALE, Int32, Int64, Inventory, Sessions, Settings
from transforms.segmentation.journal import close
from transforms.segmentation.mine import Trie, mine
from transforms.segmentation.repair import repair
from transforms.segmentation.search import local_search
from transforms.segmentation.world import TRANSITIONS, World, build_world

MOST_LENT: Final = 300_000
TRIES_PER_PHRASE: Final = 50
LARGE: Final = 1_000_000
"""A log with more covered tokens is large: a round of repair then costs more, and one more or less matters less."""

Progress = Callable[[str, float], None]


def solve(
    sessions: Sessions, vocabulary_size: int, settings: Settings, *, progress: Progress | None = None
) -> Inventory:
    """The phrases to release: those that, when `cut` takes the best of them in every session, enough people emit.

    Mining and each whole pass are linear in the tokens, times max_length at most. How many rounds the repair takes depends
    on the log: each drops a share of what fails. Add back and local search are bounded by the settings.

    Args:
        sessions: who did what; token ids below `vocabulary_size`.
        vocabulary_size: one more than the largest token id.
        settings: policy and knobs.
        progress: called with the step's name and the share of transitions released so far.

    Returns:
        An inventory that depends on the content of the sessions only, never on the order or numbering of persons.

    Raises:
        ValueError: the arrays do not fit together; a bug of the caller, never a matter of the input.
    """
    sessions = sessions.checked()
    if int(sessions.tokens.max(initial=-1)) >= vocabulary_size:
        raise ValueError("solve: a token id is not below vocabulary_size")
    trie = mine(sessions, vocabulary_size, settings)
    if not bool((trie.length >= 2).any()):
        return Inventory.empty()
    tell = progress or _silent
    pairs = max(int(np.maximum(np.diff(sessions.starts) - 1, 0).sum()), 1)
    tell("mine", 0.0)
    world = build_world(sessions, compact(trie), phrase_weights(trie, settings.k), settings)
    phrases = np.flatnonzero(trie.length >= 2).astype(np.int32)
    tokens = len(world.longest)
    drop_permille = round(1000 * (settings.drop_share if tokens <= LARGE else settings.drop_share_large))
    repair(world, phrases, drop_permille, MOST_LENT)
    close(world, False)
    tell("repair", int(world.tally[TRANSITIONS]) / pairs)
    # What pays on a small log costs seconds on a large one and brings less there: the effort is bounded.
    passes = min(settings.add_back, max(settings.add_back_work // tokens, 1))
    add_back(world, passes, drop_permille, MOST_LENT)
    tell("add back", int(world.tally[TRANSITIONS]) / pairs)
    if len(phrases) <= settings.local_search:
        tries = min(settings.local_search, TRIES_PER_PHRASE * len(phrases))
        local_search(world, tries, settings.local_work, settings.seed)
    tell("local search", int(world.tally[TRANSITIONS]) / pairs)
    evaluate(world)
    return _inventory(world, trie.token)


def _silent(_step: str, _share: float) -> None:
    return None


def phrase_weights(trie: Trie, k: int) -> Int32:
    """len − 1 − 0.05 · ln(S / k) in millionths: among equal totals the rarer phrase (DESIGN §5)."""
    people, which = np.unique(trie.people, return_inverse=True)
    rarity = np.array([round(SCALE * 0.05 * math.log(have / k)) for have in people.tolist()], np.int64)
    return ((trie.length.astype(np.int64) - 1) * SCALE - rarity[which]).astype(np.int32)


def _inventory(world: World, token: Int32) -> Inventory:
    kept = np.flatnonzero(world.emitters > 0).astype(np.int32)
    offsets = np.zeros(len(kept) + 1, np.int64)
    np.cumsum(world.length[kept], out=offsets[1:])
    tokens = _spell(kept, offsets, token, world.parent)
    return Inventory(offsets, tokens, world.weight[kept].astype(np.int64))


@kernel
def _spell(kept: Int32, offsets: Int64, token: Int32, parent: Int32) -> Int32:
    """The tokens of each kept node, root first."""
    tokens = np.empty(offsets[-1], np.int32)
    for r in range(len(kept)):
        x = kept[r]
        for at in range(offsets[r + 1] - 1, offsets[r] - 1, -1):
            tokens[at] = token[x]
            x = parent[x]
    return tokens
