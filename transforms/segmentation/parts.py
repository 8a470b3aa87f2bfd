"""Work on parts of the tokens or phrases side by side: kernels let go of the interpreter's lock.

Parts are cut where a person's tokens end, so that no session is in two of them, and a phrase's people are a sum over parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from transforms.segmentation.inventory import Int32, Int64

SMALLEST: Final = 1 << 16
"""Tokens that are worth a thread."""

Part = TypeVar("Part")
Made = TypeVar("Made")


def each(function: Callable[[Part], Made], parts: Sequence[Part], *, threads: int) -> list[Made]:
    """What the function makes of each part, in order, several at a time."""
    if threads == 1 or len(parts) == 1:
        return [function(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, parts))


def worth(tokens: int, parts: int) -> int:
    """How many parts, at most so many, some tokens are worth."""
    return max(min(parts, tokens // SMALLEST), 1)


def parts_of(person: Int32, *, threads: int) -> list[slice]:
    """About equal parts of the tokens, one a thread where there are enough; each has whole persons.

    Args:
        person: of each token, non-decreasing.
    """
    count = worth(len(person), threads)
    about = len(person) * np.arange(1, count) // count
    return _between(np.searchsorted(person, person[about]), len(person))


def parts_by_weight(weight: npt.NDArray[np.integer], *, parts: int) -> list[slice]:
    """Parts of a sequence that weigh about the same."""
    ends = np.cumsum(weight)
    whole = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, whole * np.arange(1, parts) // parts) + 1
    return _between(np.minimum(cuts, len(weight)), len(weight))


def _between(cuts: Int64, size: int) -> list[slice]:
    bounds = np.unique(np.concatenate([[0], cuts, [size]])).tolist()
    return [slice(start, stop) for start, stop in pairwise(bounds)] or [slice(0, 0)]
