"""The n-grams that enough people have, and what it takes to cut sessions into them and to drop those that fail."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.compare_anonymisers.emissions import Emissions, emit_runs
from benchmarks.compare_anonymisers.log import Int64s, Log
from transforms.segmentation import Settings
from transforms.segmentation.mine import mine
from transforms.segmentation.world import World, build_world

Int32s = npt.NDArray[np.int32]

DROPPED_PERMILLE: Final = 300


def mine_phrases(log: Log, *, k: int, max_length: int) -> World:
    """Every n-gram of 2 … max_length actions that ≥ k people have, all alive; a node's number is its rank by content.

    A phrase weighs the transitions that it holds.
    """
    sessions = log.sessions.checked()
    settings = Settings(k=k, min_outside_unit=0, max_length=max_length)
    trie = mine(sessions, log.vocabulary, settings)
    return build_world(sessions, trie, trie.length.astype(np.int32) - 1, settings)


def emit_choice(log: Log, choice: Int32s, world: World) -> Emissions:
    """Walk the sessions: at each action take the chosen phrase, or step over it where there is none (−1)."""
    start = walk(choice, world)
    return emit_runs(log, start, world.length[choice[start]])


def walk(choice: Int32s, world: World) -> Int64s:
    """Where the chosen phrases start, from the left; none overlaps the one before."""
    phrase, length = choice.tolist(), world.length.tolist()
    start, at = [], 0
    while at < len(phrase):
        if phrase[at] < 0:
            at += 1
        else:
            start.append(at)
            at += length[phrase[at]]
    return np.array(start, np.int64)


def drop_weakest(world: World, emitters: Int32s, *, k: int) -> bool:
    """Drop 30 % (rounded up) of the phrases that some, but fewer than k people emit, those with the fewest first.

    Ties go by content. False: no phrase fails, and none was dropped.
    """
    failing = np.flatnonzero((emitters > 0) & (emitters < k))
    order = np.argsort(emitters[failing], kind="stable")
    world.alive[failing[order[: -(-len(failing) * DROPPED_PERMILLE // 1000)]]] = 0
    return len(failing) > 0
