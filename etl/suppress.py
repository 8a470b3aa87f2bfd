"""Small counts: nothing about fewer than k people is told (DESIGN §4), neither directly nor by subtraction."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

OTHER: Final = "other"
NOT_SHOWN: Final = "not shown"
"""What stands in the place of a total from which a count about fewer than k people could be computed."""


def tell(reasons: Mapping[str, tuple[int, int]], k: int) -> dict[str, int | str]:
    """Counts by reason, those with fewer than k people behind them told together with another reason.

    Args:
        reasons: reason → (count, people behind it). Reasons without a count are not told.

    Returns:
        Counts with the same total; or, where every reason has fewer than k people and there is nothing to hide them
        among, no count at all: then the totals beside it must be hidden too (`is_hidden`).

    >>> tell({"a": (50, 3), "b": (9, 30), "c": (70, 40)}, 10), tell({"a": (50, 3)}, 10)
    ({'c': 70, 'other': 59}, {'other': '< 10'})
    """
    present = {reason: counts for reason, counts in reasons.items() if counts[0]}
    small = {reason for reason, (_, people) in present.items() if people < k}
    large = sorted(present.keys() - small, key=lambda reason: (present[reason][0], reason))
    if small and not large:
        return {OTHER: fewer_than(k)}
    if small:
        small.add(large[0])
    told: dict[str, int | str] = {reason: present[reason][0] for reason in sorted(present.keys() - small)}
    return told | ({OTHER: sum(present[reason][0] for reason in small)} if small else {})


def is_hidden(told: Mapping[str, int | str]) -> bool:
    """Whether a count of `tell` is not told."""
    return any(isinstance(count, str) for count in told.values())


def coarse(share: float) -> float:
    """A share rounded down to a hundredth: what may be said of a share whose whole is not shown.

    >>> coarse(0.99987), coarse(0.29)
    (0.99, 0.29)
    """
    return math.floor(round(share * 100, 6)) / 100


def fewer_than(k: int) -> str:
    """What stands in the place of a count about fewer than k people."""
    return f"< {k}"
