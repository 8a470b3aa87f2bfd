"""How counts are published: people on a ladder, occurrences to two significant digits (DESIGN §4, G6)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]

_STEPS: Final = (1.0, 1.5, 2.0, 3.0, 5.0, 7.5)


def ladder(k: int, *, up_to: int) -> Int64s:
    """The steps from k on: k, then 10, 15, 20, 30, 50, 75, 100, 150 … above it.

    >>> ladder(10, up_to=120).tolist(), ladder(4, up_to=12).tolist()
    ([10, 15, 20, 30, 50, 75, 100], [4, 5, 7, 10])
    """
    steps, scale = {k}, 1
    while scale <= max(up_to, k):
        steps.update(int(step * scale) for step in _STEPS)
        scale *= 10
    return np.array([step for step in sorted(steps) if k <= step <= max(up_to, k)], np.int64)


def round_people(people: Int64s, *, k: int) -> Int64s:
    """People rounded down to the ladder. Every value must be at least k."""
    if len(people) == 0:
        return people
    if int(people.min()) < k:
        raise ValueError("a count below k must never be published")
    steps = ladder(k, up_to=int(people.max()))
    return np.asarray(steps[np.searchsorted(steps, people, side="right") - 1], np.int64)


def round_occurrences(occurrences: Int64s, people: Int64s) -> Int64s:
    """Occurrences rounded down to two significant digits, never below the published people.

    >>> round_occurrences(np.array([12_345, 99, 11]), np.array([50, 10, 10])).tolist()
    [12000, 99, 11]
    """
    unit = np.ones(len(occurrences), np.int64)
    for _ in range(17):
        unit = np.where(occurrences // unit >= 100, unit * 10, unit)
    return np.asarray(np.maximum(occurrences // unit * unit, people), np.int64)
