"""Distinct numbers, quickly: by sorting, or by Arrow's hash table where the order does not matter.

`np.unique` without indices hashes since NumPy 2.3 and takes a second for half a million packed keys that sort in 0.02 s.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.kernel import kernel

Int64s = npt.NDArray[np.int64]


def repeated(values: Int64s) -> npt.NDArray[np.bool_]:
    """Which values stand more than once. Where few do, in two passes over a table of bits; only what shares a bit is sorted.

    Args:
        values: whose bits are as good as random, digests for instance.

    >>> repeated(np.array([7, 5, 7])).tolist()
    [True, False, True]
    """
    bits = max(10, len(values).bit_length() + 4)
    found = np.zeros(len(values), np.bool_)
    _share_a_bit(values, np.zeros((2, 1 << (bits - 6)), np.uint64), np.uint64((1 << bits) - 1), found)
    some = np.flatnonzero(found)
    ordered = np.sort(values[some])
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    found[some] = np.isin(values[some], twice)
    return found


@kernel
def _share_a_bit(
    values: Int64s, tables: npt.NDArray[np.uint64], mask: np.uint64, found: npt.NDArray[np.bool_]
) -> None:
    for value in values:
        place = np.uint64(value) & mask
        word, bit = place >> np.uint64(6), np.uint64(1) << (place & np.uint64(63))
        if tables[0, word] & bit:
            tables[1, word] |= bit
        tables[0, word] |= bit
    for row in range(len(values)):
        place = np.uint64(values[row]) & mask
        found[row] = (tables[1, place >> np.uint64(6)] >> (place & np.uint64(63))) & np.uint64(1)


class Numbered(NamedTuple):
    """`code`: for each value the number of its distinct value, `first`: where one such stands. As `number` counts them: in
    order of first appearance, and the first that stands."""

    code: Int64s
    first: Int64s


def distinct(values: npt.NDArray[np.integer]) -> Int64s:
    """The distinct values in ascending order.

    O(n log n).

    >>> distinct(np.array([3, 1, 3])).tolist(), distinct(np.array([], np.int64)).tolist()
    ([1, 3], [])
    """
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh].astype(np.int64, copy=False)


def number_below(values: Int64s, bound: int) -> Numbered:
    """`number`, in any order, of values from 0 to `bound` (exclusive). Linear in both where the bound is small."""
    if bound > max(1 << 20, 4 * len(values)):
        return number(values)
    place = np.full(bound, -1, np.int64)
    place[values] = np.arange(len(values))
    used = np.flatnonzero(place >= 0)
    first = place[used]
    place[used] = np.arange(len(used))
    return Numbered(place[values], first)


def number(values: Int64s) -> Numbered:
    """Number the distinct values in order of first appearance.

    Linear: a hash table.

    >>> number(np.array([7, 5, 7])).code.tolist(), number(np.array([7, 5, 7])).first.tolist()
    ([0, 1, 0], [0, 1])
    """
    encoded = pa.array(values).dictionary_encode()
    code = np.asarray(encoded.indices, np.int64)
    first = np.zeros(len(encoded.dictionary), np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)  # the last to write is the first to appear
    return Numbered(code, first)
