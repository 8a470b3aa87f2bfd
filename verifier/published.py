"""How exact counts may be published (DESIGN §4, G6), restated: the ladder for people, two digits for occurrences."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]

QUARTERS: Final = (4, 6, 8, 12, 20, 30)
"""1, 1.5, 2, 3, 5, 7.5, in quarters, so that whole numbers suffice."""

POWERS: Final = 10 ** np.arange(19, dtype=np.int64)


def rungs(k: int, *, up_to: int) -> Int64s:
    """The ladder: k itself and every step above it, ascending, up to a number.

    >>> rungs(10, up_to=90).tolist(), rungs(12, up_to=30).tolist(), rungs(1, up_to=9).tolist()
    ([10, 15, 20, 30, 50, 75], [12, 15, 20, 30], [1, 2, 3, 5, 7])
    """
    steps, decade = [k], 1
    while steps[-1] < up_to:
        steps += [step for quarters in QUARTERS if (step := quarters * decade // 4) > steps[-1]]
        decade *= 10
    return np.array([step for step in steps if step <= max(up_to, k)], np.int64)


def rounded_occurrences(exact: Int64s) -> Int64s:
    """Rounded down to two significant digits.

    >>> rounded_occurrences(np.array([7, 42, 99, 100, 119, 12_999])).tolist()
    [7, 42, 99, 100, 110, 12000]
    """
    digits = np.searchsorted(POWERS, exact, side="right")
    unit = POWERS[np.maximum(digits - 2, 0)]
    return np.asarray(exact - exact % unit, np.int64)
