"""Small counts: nothing about fewer than k people is told (DESIGN §4), neither directly nor by subtraction."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from transforms.ladder import round_people

OTHER: Final = "other"
NOT_SHOWN: Final = "not shown"
"""What stands in the place of a total from which a count about fewer than k people could be computed."""
FEWEST: Final = 10
"""The first step of the ladder of rows and actions."""


def tell(reasons: Mapping[str, tuple[int, int]], k: int) -> dict[str, int | str]:
    """Round the counts by reason, those with fewer than k people behind them together with another reason.

    Args:
        reasons: reason → (count, people behind it). Reasons without a count are not told.

    Returns:
        Counts on the ladder of `tell_count`; or, where every reason has fewer than k people and there is nothing to hide
        them among, no count at all: then the total beside it must be hidden too (`is_hidden`).

    >>> tell({"a": (50, 3), "b": (9, 30), "c": (70, 40)}, 10), tell({"a": (50, 3)}, 10)
    ({'c': 50, 'other': 50}, {'other': '< 10'})
    """
    merged = _merged(reasons, k)
    return {OTHER: fewer_than(k)} if merged is None else {name: tell_count(n) for name, n in merged.items()}


def tell_shares(reasons: Mapping[str, tuple[int, int]], k: int, whole: int) -> dict[str, float | str]:
    """What `tell` counts as shares of the whole, to a hundredth.

    >>> tell_shares({"a": (50, 3), "b": (9, 30), "c": (70, 40)}, 10, 900), tell_shares({"a": (50, 3)}, 10, 900)
    ({'c': 0.07, 'other': 0.06}, {'other': '< 10'})
    """
    merged = _merged(reasons, k)
    if merged is None:
        return {OTHER: fewer_than(k)}
    return {name: coarse(n / whole) if whole else 0.0 for name, n in merged.items()}


def _merged(reasons: Mapping[str, tuple[int, int]], k: int) -> dict[str, int] | None:
    """Exact counts, those of few people together with the smallest of many; None: there is none of many."""
    present = {reason: counts for reason, counts in reasons.items() if counts[0]}
    small = {reason for reason, (_, people) in present.items() if people < k}
    large = sorted(present.keys() - small, key=lambda reason: (present[reason][0], reason))
    if small and not large:
        return None
    if small:
        small.add(large[0])
    told = {reason: present[reason][0] for reason in sorted(present.keys() - small)}
    return told | ({OTHER: sum(present[reason][0] for reason in small)} if small else {})


def is_hidden(told: Mapping[str, int | str]) -> bool:
    """Whether a count of `tell` is not told."""
    return any(isinstance(count, str) for count in told.values())


def tell_count(count: int) -> int | str:
    """A count of rows or actions rounded down to the ladder that people are told on, from ten on; 0 is told as it is.

    The night tells the same whatever was told before it, and still no difference of two nights says what few people did: a
    count of 300 and another of 337 are both told as 300.

    >>> [tell_count(count) for count in (0, 9, 14, 300, 337, 12_345)]
    [0, '< 10', 10, 300, 300, 10000]
    """
    if count == 0:
        return 0
    if count < FEWEST:
        return fewer_than(FEWEST)
    return int(round_people(np.array([count]), k=FEWEST)[0])


def tell_counts(counts: Mapping[str, int]) -> dict[str, int | str]:
    """`tell_count` of each."""
    return {name: tell_count(count) for name, count in sorted(counts.items()) if count}


def coarse(share: float) -> float:
    """A share rounded down to a hundredth: with more digits part and whole could be computed from it.

    >>> coarse(0.99987), coarse(0.29)
    (0.99, 0.29)
    """
    return math.floor(round(share * 100, 6)) / 100


def fewer_than(k: int) -> str:
    """What stands in the place of a count about fewer than k people."""
    return f"< {k}"


def tell_people(people: int, k: int) -> int | str:
    """A number of people in steps, so that no difference of two such numbers is about few.

    >>> tell_people(9, 10), tell_people(187, 10)
    ('< 10', 150)
    """
    return fewer_than(k) if people < k else int(round_people(np.array([people]), k=k)[0])


def all_but(k: int) -> str:
    """What stands in the place of a share of people that leaves out fewer than k of them."""
    return f"all but {fewer_than(k)}"


def tell_share_of_people(share: float, *, people: int, inside: int, outside: int, k: int) -> float | str:
    """A share of some people, told so that neither it, nor what is left, nor a difference of two such shares is about few.

    Args:
        share: of `people`; an average over draws, so that a person may count in part.
        inside, outside: how many people count at all towards the share, and towards what is left.

    Returns:
        0 and 1 mean nobody and everybody. Else the share in steps of k people, to two significant digits: two shares then
        differ by nothing or by k people. Of fewer than k people, on either side, only that; and of fewer than 2 k people
        nothing, since fewer than k on one side would be told by the other.

    >>> [tell_share_of_people(n / 400, people=400, inside=n, outside=400 - n, k=10) for n in (0, 9, 16, 391, 400)]
    [0.0, '< 10', 0.05, 'all but < 10', 1.0]
    """
    if inside == 0 or outside == 0:
        return float(outside == 0)
    if people < 2 * k:
        return NOT_SHOWN
    weight = share * people
    if min(inside, weight) < k:
        return fewer_than(k)
    if min(outside, people - weight) < k:
        return all_but(k)
    steps = min(math.floor(weight / k + 0.5), people // k - 1)
    return min(float(f"{k * steps / people:.2g}"), 0.99)


def tell_part(share: float, *, inside: int, outside: int, k: int) -> float | str:
    """The share of what a group of people did that something happened to, to two decimals.

    Args:
        inside, outside: of how many people there is anything inside, and outside, of that share.

    Returns:
        0 and 1 mean nothing and everything.

    >>> [tell_part(0.001, inside=n, outside=40, k=10) for n in (0, 9, 10)]
    [0.0, '< 10', 0.01]
    """
    if inside == 0 or outside == 0:
        return float(inside > 0)
    if inside < k:
        return fewer_than(k)
    if outside < k:
        return all_but(k)
    return min(max(round(share, 2), 0.01), 0.99)
