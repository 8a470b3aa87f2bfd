"""A journal of changed phrases, so that a change that does not pay can be undone."""

from __future__ import annotations

from transforms.kernel import inner, kernel
from transforms.segmentation.inventory import Int32
from transforms.segmentation.world import LOGGED, World


@kernel
def revive(world: World, phrases: Int32) -> None:
    """Bring dropped phrases back with the weight they had."""
    for x in phrases:
        change(world, x, 1, world.weight[x])


@inner
def change(world: World, x: int, alive: int, weight: int) -> None:
    """Set a phrase's life and weight; note what they were when the journal was opened."""
    if not world.logged[x]:
        world.logged[x] = 1
        world.alive_then[x] = world.alive[x]
        world.weight_then[x] = world.weight[x]
        world.log[world.tally[LOGGED]] = x
        world.tally[LOGGED] += 1
    world.alive[x] = alive
    world.weight[x] = weight


@kernel
def close(world: World, undo: bool) -> None:
    """Forget the journal, or take every noted phrase back to what it was; the cut is left as it is."""
    for r in range(world.tally[LOGGED]):
        x = world.log[r]
        world.logged[x] = 0
        if undo:
            world.alive[x] = world.alive_then[x]
            world.weight[x] = world.weight_then[x]
    world.tally[LOGGED] = 0
