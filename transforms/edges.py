"""When a log begins and ends by the word of enough people, so that no single clock decides (docs/decisions/0023).

Mergeable: the latest and the earliest times of as many people as are asked for, whatever the batching.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Key = TypeVar("Key")

DAY_US: Final = 86_400_000_000
LONGEST_PAUSE_DAYS: Final = 31
"""What lies before the first event of enough people is of the log if no longer pause than this parts it from the rest."""


@dataclass(frozen=True)
class Edges:
    """`latest`, `earliest`: by person (a digest that means nothing after the run) the last and the first time, µs UTC, of
    the `support` people who are the last, or the first. `days`: by day since 1970 UTC with an event, its first time."""

    support: int = 1
    latest: Mapping[bytes, int] = field(default_factory=dict)
    earliest: Mapping[bytes, int] = field(default_factory=dict)
    days: Mapping[int, int] = field(default_factory=dict)

    def __add__(self, other: Edges) -> Edges:
        """The edges of both parts together."""
        support = max(self.support, other.support)
        return Edges(
            support,
            _first(_each(max, self.latest, other.latest), support, sign=-1),
            _first(_each(min, self.earliest, other.earliest), support, sign=1),
            _each(min, self.days, other.days),
        )

    @property
    def needed(self) -> int:
        """How many people's word it takes: `support`, or everybody's where these are fewer."""
        return min(self.support, len(self.latest))

    @property
    def last_us(self) -> int | None:
        """The latest time at or after which as many people as needed have an event; None: nobody has one."""
        return sorted(self.latest.values())[-self.needed] if self.latest else None

    @property
    def first_us(self) -> int | None:
        """The earliest time at or before which as many people have one, and what leads up to it without a long pause."""
        if not self.earliest:
            return None
        supported = sorted(self.earliest.values())[self.needed - 1]
        first = supported // DAY_US
        for day in sorted((day for day in self.days if day < first), reverse=True):
            if first - day > LONGEST_PAUSE_DAYS:
                break
            first = day
        return min(supported, self.days[first])


def edges_of(
    people: npt.NDArray[np.int64],
    time_us: Int64s,
    *,
    support: int,
    name: Callable[[list[int]], list[bytes]],
) -> Edges:
    """The edges of some events. O(n + p log p) for n events of p people.

    Args:
        people: whose each event is, as small numbers. support: how many people it takes.
        name: numbers of people → the digests by which parts are put together.
    """
    if not len(people):
        return Edges(support)
    size = int(people.max()) + 1
    last = np.full(size, np.iinfo(np.int64).min)
    first = np.full(size, np.iinfo(np.int64).max)
    np.maximum.at(last, people, time_us)
    np.minimum.at(first, people, time_us)
    there = np.flatnonzero(last >= first)
    latest, earliest = (
        _first(dict(zip(name(who), at[who].tolist(), strict=True)), support, sign=sign)
        for at, sign in ((last, -1), (first, 1))
        for who in [_outermost(there, sign * at, support)]
    )
    day = time_us // DAY_US
    days = np.unique(day)
    firsts = np.full(len(days), np.iinfo(np.int64).max)
    np.minimum.at(firsts, np.searchsorted(days, day), time_us)
    return Edges(support, latest, earliest, dict(zip(days.tolist(), firsts.tolist(), strict=True)))


def _outermost(people: Int64s, at: Int64s, number: int) -> list[int]:
    """So many of some people with the smallest values, and all who have the same as the last of them."""
    if len(people) <= number:
        return [int(one) for one in people]
    bound = np.partition(at[people], number - 1)[number - 1]
    return [int(one) for one in people[at[people] <= bound]]


def _each(
    choose: Callable[[int, int], int], one: Mapping[Key, int], other: Mapping[Key, int]
) -> dict[Key, int]:
    merged = dict(one)
    for key, value in other.items():
        merged[key] = choose(merged[key], value) if key in merged else value
    return merged


def _first(times: dict[bytes, int], number: int, *, sign: int) -> dict[bytes, int]:
    if len(times) <= number:
        return times
    return dict(sorted(times.items(), key=lambda item: (sign * item[1], item[0]))[:number])
