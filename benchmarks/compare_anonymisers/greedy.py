"""Greedy longest match with repair: from the left always the longest phrase; phrases that fail are dropped."""

from __future__ import annotations

import numpy as np

from benchmarks.compare_anonymisers.emissions import Emissions
from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.phrases import Int32s, drop_weakest, emit_choice, mine_phrases, walk
from transforms.distinct import distinct
from transforms.segmentation.program import living_prefixes
from transforms.segmentation.world import World


def greedy(log: Log, *, k: int, max_length: int) -> Emissions:
    """Cut, count, drop the weakest 30 % of the failing phrases, again."""
    world = mine_phrases(log, k=k, max_length=max_length)
    while True:
        choice = _longest_living(world)
        if not drop_weakest(world, _emitters(choice, world), k=k):
            return emit_choice(log, choice, world)


def _longest_living(world: World) -> Int32s:
    """For each action the longest living phrase that starts there; −1: none."""
    living_prefixes(world.parent, world.length, world.alive, world.up)
    nodes = np.arange(len(world.parent), dtype=np.int32)
    best = np.append(np.where(world.alive, nodes, world.up), np.int32(-1))  # what −1 picks is −1
    return best[world.longest]


def _emitters(choice: Int32s, world: World) -> Int32s:
    start = walk(choice, world)
    people = len(world.seen)
    pairs = distinct(choice[start].astype(np.int64) * people + world.person[start])
    return np.bincount(pairs // people, minlength=len(world.length)).astype(np.int32)
