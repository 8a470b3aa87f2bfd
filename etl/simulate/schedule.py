"""How many events each person logs on each day, so that all of them together are exactly as many as asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np

from etl.simulate.cast import CAST
from etl.simulate.draws import Draws, For, Ints, below, draw
from etl.simulate.world import World

ABSENT_PERCENT: Final = 7
WEEKEND_DIVISOR: Final = 12


def day_keys(world: World, people: Ints, day: int) -> Draws:
    """The key of each person's stream of one day."""
    return draw(world.key[people], For.DAY, day)


def events_by_day(world: World) -> Ints:
    """Deal the events to the people's days.

    Activity times presence times a day's form; weekends are quiet. Rounded so that the running total is exact.

    Returns:
        [nights, people]: events, whose sum is the simulation's.
    """
    simulation = world.simulation
    people = np.arange(len(world.key))
    weights = np.zeros((simulation.nights, len(people)), np.int64)
    cast = simulation.hostile & ((people < CAST) | (people >= simulation.people))
    activity = np.where(
        cast, np.maximum(world.activity, 2 * np.median(world.activity).astype(np.int64)), world.activity
    )
    for day in range(simulation.nights):
        chance = day_keys(world, people, day)
        present = cast | (below(chance, 100) >= ABSENT_PERCENT)
        form = 60 + below(chance << np.uint64(16), 81)
        weekend = (simulation.start + timedelta(days=day)).weekday() >= 5
        weights[day] = present * activity * form // (WEEKEND_DIVISOR if weekend else 1)
    if not weights.any():
        weights[:] = 1
    running = np.cumsum(weights)
    running //= (int(running[-1]) * simulation.events >> 62) + 1  # the product below stays within 63 bits
    edges = running * simulation.events // int(running[-1])
    return np.diff(edges, prepend=0).reshape(weights.shape)
