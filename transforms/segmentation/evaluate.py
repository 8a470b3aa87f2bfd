"""Evaluate: cut every session anew and recount, in two passes over all tokens."""

from __future__ import annotations

import numpy as np

from transforms.kernel import kernel
from transforms.segmentation.emitters import count_people, list_people, outside_units
from transforms.segmentation.parts import each, parts_by_weight, parts_of
from transforms.segmentation.program import choose, living_prefixes
from transforms.segmentation.world import OFF, STALE, TRANSITIONS, World


def evaluate(world: World) -> int:
    """Bring everything but `emitted` up to date; return the transitions held by the phrases.

    Linear in nodes and tokens, times the living prefixes of a token, at most max_length. On as many threads as the world
    has, each with tokens of its own.
    """
    parts = parts_of(world.person, threads=world.threads)
    if len(parts) == 1:
        return evaluate_alone(world)
    world.tally[STALE] = 1
    living_prefixes(world.parent, world.length, world.alive, world.up)
    emitters = np.empty((len(parts), len(world.length)), np.int32)

    def cut_and_count(number: int) -> int:
        at = parts[number]
        choose(
            world.longest[at],
            world.length,
            world.weight,
            world.alive,
            world.up,
            world.gain[at],
            world.choice[at],
        )
        return count_people(world.choice[at], world.length, world.person[at], emitters[number])

    world.tally[TRANSITIONS] = sum(each(cut_and_count, range(len(parts)), threads=world.threads))
    emitters.sum(0, out=world.emitters)
    world.outside[:] = world.emitters
    if world.min_outside > 0:
        ends = np.cumsum(world.emitters, dtype=np.int64)
        who = np.empty(world.emitters.sum(), np.int32)

        def listed(number: int) -> None:
            at = parts[number]
            free = ends - world.emitters + emitters[:number].sum(0)  # behind the people of the parts before
            list_people(world.choice[at], world.length, world.person[at], free, who)

        def outside(at: slice) -> None:
            outside_units(
                ends[at], world.emitters[at], who, world.unit_offsets, world.units, world.outside[at]
            )

        each(listed, range(len(parts)), threads=world.threads)
        each(outside, parts_by_weight(world.emitters, parts=world.threads), threads=world.threads)
    return int(world.tally[TRANSITIONS])


@kernel
def evaluate_alone(world: World) -> int:
    """The same on one thread: what kernels can call."""
    world.tally[STALE] = 1
    living_prefixes(world.parent, world.length, world.alive, world.up)
    choose(world.longest, world.length, world.weight, world.alive, world.up, world.gain, world.choice)
    world.tally[TRANSITIONS] = count_people(world.choice, world.length, world.person, world.emitters)
    world.outside[:] = world.emitters
    if world.min_outside > 0:
        ends = np.cumsum(world.emitters.astype(np.int64))
        who = np.empty(world.emitters.sum(), np.int32)
        list_people(world.choice, world.length, world.person, ends - world.emitters, who)
        outside_units(ends, world.emitters, who, world.unit_offsets, world.units, world.outside)
    return int(world.tally[TRANSITIONS])


@kernel
def lay_path(world: World) -> None:
    """Fill `emitted` and the lists of emissions from `choice`: what incremental steps start from.

    Linear in the tokens.
    """
    world.tally[STALE] = 0
    world.emitted[:] = OFF
    world.head[:] = -1
    i = 0
    while i < len(world.choice):
        x = world.choice[i]
        world.emitted[i] = x
        if x < 0:
            i += 1
            continue
        world.before[i] = -1
        world.after[i] = world.head[x]
        if world.head[x] >= 0:
            world.before[world.head[x]] = i
        world.head[x] = i
        i += int(world.length[x])
