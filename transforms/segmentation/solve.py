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
"""So many covered tokens make a log large: repair then takes larger steps."""

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
    mend(world, phrases, settings)
    tell("repair", int(world.tally[TRANSITIONS]) / pairs)
    improve(world, settings, tell=lambda step: tell(step, int(world.tally[TRANSITIONS]) / pairs))
    evaluate(world)
    return inventory_of(world, trie.token)


def mend(world: World, changed: Int32, settings: Settings) -> None:
    """Repair around the changed phrases; nothing of it is undone."""
    repair(world, changed, _drop_permille(world, settings), MOST_LENT)
    close(world, False)


def improve(world: World, settings: Settings, *, tell: Callable[[str], None] = lambda _step: None) -> None:
    """Search on from a cut that stands; what is emitted in the end has enough people, too.

    What pays on small logs costs seconds on large ones and brings less there: the effort is bounded by their size.
    """
    phrases = int((world.length >= 2).sum())
    passes = min(settings.add_back, max(settings.add_back_work // len(world.longest), 1))
    add_back(world, passes, _drop_permille(world, settings), MOST_LENT)
    tell("add back")
    if phrases <= settings.local_search:
        tries = min(settings.local_search, TRIES_PER_PHRASE * phrases)
        local_search(world, tries, settings.local_work, settings.seed)
    tell("local search")


def _drop_permille(world: World, settings: Settings) -> int:
    share = settings.drop_share if len(world.longest) <= LARGE else settings.drop_share_large
    return round(1000 * share)


def _silent(_step: str, _share: float) -> None:
    return None


def phrase_weights(trie: Trie, k: int) -> Int32:
    """len − 1 − 0.05 · ln(S / k) in millionths: among equal totals the rarer phrase (DESIGN §5)."""
    people, which = np.unique(trie.people, return_inverse=True)
    rarity = np.array([round(SCALE * 0.05 * math.log(have / k)) for have in people.tolist()], np.int64)
    return ((trie.length.astype(np.int64) - 1) * SCALE - rarity[which]).astype(np.int32)


def inventory_of(world: World, token: Int32) -> Inventory:
    """The phrases that are emitted."""
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
