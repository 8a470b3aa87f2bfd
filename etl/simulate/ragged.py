"""Lists of different lengths as flat arrays: the index arithmetic that replaces nested loops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def starts(lengths: Ints) -> Ints:
    """Where each list starts in the flat array; one more at the end: the flat length.

    >>> starts(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    bounds = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=bounds[1:])
    return bounds


def owners(lengths: Ints) -> tuple[Ints, Ints]:
    """For each element of the flat array its list, and its place in that list.

    >>> [part.tolist() for part in owners(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    owner = np.repeat(np.arange(len(lengths)), lengths)
    return owner, np.arange(len(owner)) - starts(lengths)[owner]
