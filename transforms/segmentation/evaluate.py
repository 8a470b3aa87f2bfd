"""Evaluate: cut every session anew and recount, in two passes over all tokens."""

from __future__ import annotations

from transforms.kernel import kernel
from transforms.segmentation.emitters import people_per_phrase
from transforms.segmentation.program import choose, living_prefixes
from transforms.segmentation.world import OFF, STALE, TRANSITIONS, World


@kernel
def evaluate(world: World) -> int:
    """Bring everything but `emitted` up to date; return the transitions held by the phrases.

    Linear in nodes and tokens, times the living prefixes of a token, at most max_length.
    """
    world.tally[STALE] = 1
    living_prefixes(world.parent, world.length, world.alive, world.up)
    choose(world.longest, world.length, world.weight, world.alive, world.up, world.gain, world.choice)
    world.tally[TRANSITIONS] = people_per_phrase(
        world.choice,
        world.length,
        world.person,
        world.unit_offsets,
        world.units,
        world.min_outside > 0,
        world.emitters,
        world.outside,
    )
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
