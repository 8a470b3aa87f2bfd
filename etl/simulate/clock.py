"""When things happen: a pause before each act, shorter ones within a run, breaks that end a session, time zones.

A working day of eight to ten hours holds one to four breaks of 35 to 110 minutes. Somebody who does more than fits in
the rest works faster. Pauses are log-normal; the medians are guesses, not measurements.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from etl.simulate.draws import Draws, For, Ints, below, draw
from etl.simulate.ragged import starts
from etl.simulate.walk import Runs
from etl.simulate.world import World

DAY_US: Final = 86_400_000_000
MOST_BREAKS: Final = 4
BREAK_US: Final = (35 * 60_000_000, 110 * 60_000_000)

_TABLE: Final = 1024


def _log_normal_us(median_s: float, sigma: float) -> Ints:
    return np.array(
        [
            round(1e6 * median_s * math.exp(sigma * NormalDist().inv_cdf((i + 0.5) / _TABLE)))
            for i in range(_TABLE)
        ],
        np.int64,
    )


_BEFORE: Final = np.stack(
    [
        _log_normal_us(median, sigma)
        for median, sigma in [
            (1.6, 0.7),
            (1.2, 0.7),
            (1.0, 0.6),
            (4.0, 0.9),
            (1.4, 0.6),
        ]  # in the order of Kind
    ]
)
_WITHIN: Final = np.stack(
    [
        _log_normal_us(median, sigma)
        for median, sigma in [(0.4, 0.3), (0.14, 0.5), (0.22, 0.4), (0.5, 0.3), (0.4, 0.3)]
    ]
)
_BETWEEN_EPISODES: Final = _log_normal_us(9.0, 1.0)

_BREAKS_AT, _BREAK_LENGTH, _BREAKS, _DELAY, _HOURS = 0, 100, 200, 201, 202  # counters of a day's BREAK stream


def times_us(world: World, people: Ints, keys: Draws, runs: Runs, chance: Draws) -> Ints:
    """When each event happens.

    Args:
        world: the workplace.
        people: whose days, as given to `walk`.
        keys: of the days' streams.
        runs: of `walk`.
        chance: for each event 64 bits, of which the lower 40 are used.

    Returns:
        For each event µs since 00:00 UTC of the day's date; may be negative, or beyond the day. Within a day strictly
        ascending.
    """
    first = starts(runs.length)
    kind = world.action_kind[runs.action]
    low = (chance & np.uint64(_TABLE - 1)).astype(np.int64)
    jitter = (chance >> np.uint64(10) & np.uint64(1023)).astype(np.int64)
    gap = _WITHIN[np.repeat(kind, runs.length), low]
    opening = (chance[first[:-1]] >> np.uint64(20) & np.uint64(_TABLE - 1)).astype(np.int64)
    gap[first[:-1]] = _BEFORE[kind, low[first[:-1]]] + np.where(runs.opens, _BETWEEN_EPISODES[opening], 0)
    gap += jitter

    bounds = first[np.searchsorted(runs.day, np.arange(len(people) + 1))]
    breaks = _breaks_us(keys, runs)
    broken = np.flatnonzero(breaks)
    away = np.bincount(runs.day[broken], breaks[broken], minlength=len(people)).astype(np.int64)
    hours_us = (480 + below(draw(keys, For.BREAK, _HOURS), 120)) * 60_000_000
    active = np.add.reduceat(gap, bounds[:-1])
    haste_q16 = np.minimum(
        (np.maximum(hours_us - away, DAY_US // 24) << 16) // np.maximum(active, 1), 1 << 16
    )
    gap = (gap * np.repeat(haste_q16, np.diff(bounds)) >> 16) + 1
    gap[first[broken]] += breaks[broken]

    running = np.cumsum(gap)
    delay = below(draw(keys, For.BREAK, _DELAY), 3_600_000) * 1000
    begins = world.begins_us[people] + delay - world.offset_us[people]
    offset = begins - (running[bounds[:-1]] - gap[bounds[:-1]])
    offset = np.where(world.works_at_midnight[people], _around_midnight(keys, bounds, running, gap), offset)
    running += np.repeat(offset, np.diff(bounds))
    return running


def _around_midnight(keys: Draws, bounds: Ints, running: Ints, gap: Ints) -> Ints:
    """What to add to each day's running times so that midnight falls between two acts of its middle half."""
    events = np.diff(bounds)
    at = bounds[:-1] + events // 4 + below(draw(keys, For.SHIFT), events // 2 + 1)
    at = np.minimum(at, bounds[1:] - 1)
    offset: Ints = DAY_US - running[at] + gap[at] // 2
    return offset


def _breaks_us(keys: Draws, runs: Runs) -> Ints:
    """The break before each run, µs: 0 for most. A break falls on the beginning of an episode."""
    number = np.arange(MOST_BREAKS)
    at = below(draw(keys[:, None], For.BREAK, _BREAKS_AT + number), runs.episodes[:, None])
    low, high = (bound // 1000 for bound in BREAK_US)
    length = (low + below(draw(keys[:, None], For.BREAK, _BREAK_LENGTH + number), high - low)) * 1000
    length[number >= 1 + below(draw(keys, For.BREAK, _BREAKS), MOST_BREAKS)[:, None]] = 0
    breaks = np.zeros(len(runs.day), np.int64)
    opening = runs.opens & (runs.episode > 0)
    for n in range(MOST_BREAKS):
        here = opening & (runs.episode == at[runs.day, n])
        breaks = np.where(here, np.maximum(breaks, length[runs.day, n]), breaks)
    return breaks
