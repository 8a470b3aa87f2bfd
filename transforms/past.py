"""What becomes of an event by its time alone: its night may be this window, published before, or withdrawn
(docs/decisions/0014)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

OUTSIDE: Final = 0
WINDOW: Final = 1
LATE: Final = 2
"""Of a published night, recent enough to be recognised: taken if no version consumed it."""
TOO_LATE: Final = 3
BURNED: Final = 4
"""Of a withdrawn night."""
NEAR: Final = 5
"""Of the night before or after, and not late, in a file that claims to be the night's."""
AHEAD: Final = 6
"""More than a night later than the window, and than what enough people of the batch did: perhaps a clock that is ahead."""


class PastSpan(NamedTuple):
    """[from_us, to_us), µs UTC, has a fate."""

    from_us: int
    to_us: int
    fate: int


def fates(
    time_us: npt.NDArray[np.int64], *, first_us: int, end_us: int, past: Sequence[PastSpan]
) -> npt.NDArray[np.int8]:
    """The fate of each event.

    Args:
        first_us, end_us: the window, µs UTC, half-open. past: disjoint spans before it, in any order.

    >>> fates(np.array([0, 5, 10, 15]), first_us=10, end_us=20, past=[PastSpan(3, 10, LATE)]).tolist()
    [0, 2, 1, 1]
    """
    spans = [*sorted(past), PastSpan(first_us, end_us, WINDOW)]
    begin, end, fate = (np.array(column, np.int64) for column in zip(*spans, strict=True))
    found = np.maximum(np.searchsorted(begin, time_us, side="right") - 1, 0)
    inside = (begin[found] <= time_us) & (time_us < end[found])
    return np.where(inside, fate[found], OUTSIDE).astype(np.int8)
