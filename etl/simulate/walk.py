"""What people do on a day: episodes from their repertoire, with the noise of life, as runs of the same act.

Everything is arithmetic on flat arrays over many people at once; a counter within the person's day feeds every draw, so
that the result does not depend on who else is in the batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.simulate.draws import Draws, For, Ints, below, draw
from etl.simulate.paths import INTERRUPTIONS, SLIPS
from etl.simulate.ragged import owners, starts
from etl.simulate.repertoire import SLOTS, repertoires
from etl.simulate.vocabulary import Kind
from etl.simulate.world import World

# of 1,000 steps: left out, done twice, followed by a slip, followed by an interruption
_SKIPPED, _TWICE, _SLIP, _INTERRUPTED = 20, 45, 57, 66
_MEAN_RUN: Final = {Kind.KEY: 9.0, Kind.SCROLL: 4.0}


def _run_lengths(mean: float) -> Ints:
    """Quantiles of a geometric distribution; the mean of 1 is the constant."""
    if mean == 1:
        return np.ones(256, np.int64)
    rate = math.log1p(-1 / mean)
    return np.array([1 + int(math.log1p(-(i + 0.5) / 256) / rate) for i in range(256)], np.int64)


RUN_LENGTHS: Final = np.stack([_run_lengths(_MEAN_RUN.get(kind, 1.0)) for kind in Kind])
"""[kinds, 256]: how many events one act takes: a key stroke for each letter, a turn of the wheel …"""
_MEAN_RUN_16: Final = (16 * RUN_LENGTHS.mean(axis=1)).astype(np.int64)


@dataclass(frozen=True)
class Runs:
    """Runs of one act, in order, the days of several people one after the other."""

    day: Ints
    """Whose day: an index into the days asked for."""
    action: npt.NDArray[np.int32]
    length: Ints
    """Events in the run, at least 1."""
    opens: npt.NDArray[np.bool_]
    """Whether an episode begins here."""
    episode: Ints
    """Which of the day's episodes it is."""
    episodes: Ints
    """By day: about how many episodes it has."""


def walk(world: World, people: Ints, events: Ints, keys: Draws) -> Runs:
    """Walk through one day of each of some people.

    Args:
        world: the workplace.
        people: whose days.
        events: how many events each day has, at least 1.
        keys: of the days' streams.
    """
    repertoire = repertoires(world, people)
    mean_16 = _expected_events_16(world)[repertoire].mean(axis=1).astype(np.int64)
    expected = events * 16 // mean_16
    # so many that running out is next to impossible; what if is answered in `_cut`
    day, number = owners(expected * 6 // 5 + 12)
    path = repertoire[day, below(draw(keys[day], For.EPISODE, number), SLOTS)]

    episode, place = owners(world.paths.length[path])
    action = world.paths.steps[world.paths.start[path][episode] + place]
    opens = place == 0
    source, action, kept = _disturb(world, keys, day[episode], action, opens)
    episode, opens = episode[source], opens[source] & kept
    return _cut(world, keys, day[episode], action, opens, number[episode], events, expected)


def _disturb(
    world: World, keys: Draws, day: Ints, action: npt.NDArray[np.int32], opens: npt.NDArray[np.bool_]
) -> tuple[Ints, npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Leave steps out, repeat them, slip, get interrupted.

    Returns:
        For each step that is now there: the step it comes from, its action, and whether it is that step's first.
    """
    bounds = np.searchsorted(day, np.arange(len(keys)))
    chance = draw(keys[day], For.NOISE, np.arange(len(day)) - bounds[day])
    thousand = below(chance, 1000)
    times = np.ones(len(day), np.int64)
    times[(thousand < _SKIPPED) & ~opens] = 0
    times[(thousand >= _SKIPPED) & (thousand < _TWICE)] = 2
    app = world.action_app[action]
    inserted = np.full(len(day), -1, np.int64)
    slip = (thousand >= _TWICE) & (thousand < _SLIP)
    interrupted = (thousand >= _SLIP) & (thousand < _INTERRUPTED)
    inserted[slip] = world.slips[app[slip]] + below(chance[slip] << np.uint64(16), SLIPS)
    inserted[interrupted] = world.interruptions[app[interrupted]] + below(
        chance[interrupted] << np.uint64(16), INTERRUPTIONS
    )
    more = np.where(inserted >= 0, world.paths.length[inserted], 0)
    source, place = owners(times + more)
    disturbed = action[source]
    extra = np.flatnonzero(place >= times[source])
    step = source[extra]
    disturbed[extra] = world.paths.steps[world.paths.start[inserted[step]] + place[extra] - times[step]]
    return source, disturbed, place == 0


def _cut(
    world: World,
    keys: Draws,
    day: Ints,
    action: npt.NDArray[np.int32],
    opens: npt.NDArray[np.bool_],
    episode: Ints,
    events: Ints,
    episodes: Ints,
) -> Runs:
    """Give every act its run length, and end each day at its last event."""
    bounds = np.searchsorted(day, np.arange(len(keys) + 1))
    chance = draw(keys[day], For.RUN, np.arange(len(day)) - bounds[day])
    length = RUN_LENGTHS[world.action_kind[action], (chance >> np.uint64(56)).astype(np.int64)]
    total = starts(length)
    length[bounds[1:] - 1] += np.maximum(events - (total[bounds[1:]] - total[bounds[:-1]]), 0)
    total = starts(length)
    before = total[:-1] - total[bounds[:-1]][day]
    keep = before < events[day]
    length = np.minimum(length, events[day] - before)[keep]
    return Runs(day[keep], action[keep], length, opens[keep], episode[keep], np.maximum(episodes, 1))


def _expected_events_16(world: World) -> Ints:
    """Of each path: sixteen times the events that a walk on it takes on average."""
    by_step = _MEAN_RUN_16[world.action_kind[world.paths.steps]]
    return np.add.reduceat(by_step, world.paths.start[:-1])
