"""A person's repertoire: 256 paths that the person's episodes are rolled from.

The company's and the unit's work, walked in one's favourite variants, one's own habits, and idle visits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from etl.simulate.cast import MOVED
from etl.simulate.draws import Draws, For, Ints, below, draw
from etl.simulate.habits import PERSONAL_PATHS, UNIT_VARIANTS, UNIT_WORKFLOWS
from etl.simulate.paths import VARIANTS, WANDERINGS
from etl.simulate.world import ROLLS, World

SLOTS: Final = 256
FAVOURITES: Final = 8

_COMPANY, _SPECIAL, _UNIT, _PERSONAL = 146, 204, 214, 226  # upper bounds in 256; the rest is wandering


def repertoires(world: World, people: Ints) -> npt.NDArray[np.int32]:
    """The repertoires of some people.

    Returns:
        [people, SLOTS]: path numbers.
    """
    roll = draw(world.key[people][:, None], For.REPERTOIRE, np.arange(SLOTS))
    sort = below(roll, SLOTS)
    unit = world.unit[people][:, None]
    table = below(roll << np.uint64(8), ROLLS)
    workflow = np.where(sort < _COMPANY, world.company[unit, table], world.special[unit, table])
    own = world.unit_own.first + unit * (UNIT_WORKFLOWS * UNIT_VARIANTS)
    personal = world.personal.first + people[:, None] * PERSONAL_PATHS
    visit = world.app_visits[unit, below(roll << np.uint64(8), world.app_visits.shape[1])]
    slots = np.select(
        [sort < _SPECIAL, sort < _UNIT, sort < _PERSONAL],
        [
            workflow + _variant(world.key[people][:, None], workflow, roll),
            own + below(roll << np.uint64(8), UNIT_WORKFLOWS * UNIT_VARIANTS),
            personal + below(roll << np.uint64(8), PERSONAL_PATHS),
        ],
        visit + below(roll << np.uint64(20), WANDERINGS),
    )
    _play_parts(world, people, slots)
    return slots.astype(np.int32)


def _variant(person_key: Draws, workflow: Ints, roll: Draws) -> Ints:
    """Two walks in three are one of the person's favourites of that workflow, the others any.

    A product of two uniform numbers: some walks are everybody's, many are few people's.
    """
    favourite = draw(
        person_key, For.PERSONAL, workflow * FAVOURITES + below(roll << np.uint64(16), FAVOURITES)
    )
    chosen = np.where(below(roll << np.uint64(24), 3) < 2, favourite, draw(roll, For.REPERTOIRE))
    return below(chosen, VARIANTS) * below(chosen << np.uint64(32), VARIANTS) // VARIANTS


def _play_parts(world: World, people: Ints, slots: Ints) -> None:
    """Put the hostile paths into the last slots of those who have a part."""
    unit = world.unit[people]
    largest = np.bincount(world.unit[: world.simulation.people]).argmax()
    at_home = (unit == largest) & (people < world.simulation.people) & (people != MOVED)
    for part, pool in world.parts:
        plays = at_home if part.person is None else people == part.person
        slots[plays, SLOTS - part.slots :] = pool.first + np.arange(part.slots) % pool.size
