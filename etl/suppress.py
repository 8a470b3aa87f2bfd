"""Small counts: nothing about fewer than k people is told (DESIGN §4), neither directly nor by subtraction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OTHER: Final = "other"


def tell(reasons: Mapping[str, tuple[int, int]], k: int) -> dict[str, int]:
    """Counts by reason, those with fewer than k people behind them told together with another reason.

    Args:
        reasons: reason → (count, people behind it). Reasons without a count are not told.

    Returns:
        The total stays the same. Where every reason has fewer than k people there is nothing to hide them among: then
        only their total is told, which the totals beside it say anyway.

    >>> tell({"a": (50, 3), "b": (9, 30), "c": (70, 40)}, 10)
    {'c': 70, 'other': 59}
    """
    present = {reason: counts for reason, counts in reasons.items() if counts[0]}
    small = {reason for reason, (_, people) in present.items() if people < k}
    large = sorted(present.keys() - small, key=lambda reason: (present[reason][0], reason))
    if small and large:
        small.add(large[0])
    told = {reason: present[reason][0] for reason in sorted(present.keys() - small)}
    return told | ({OTHER: sum(present[reason][0] for reason in small)} if small else {})


def fewer_than(k: int) -> str:
    """What stands in the place of a count about fewer than k people."""
    return f"< {k}"
