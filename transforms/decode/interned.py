"""Spans of a byte buffer as an Arrow dictionary column: each distinct text is copied once, a row costs a look-up.

Names of people, programs and elements come again and again; a column in which they do not is left to `spans`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from transforms.decode.arrays import Bytes, Int8s, Int32s, Int64s
from transforms.decode.spans import NULL, PLAIN, spans_to_strings
from transforms.decode.words import address_of, byte_at, same_bytes, word_at
from transforms.kernel import inner, kernel

_SLOTS: Final = 1 << 17
_MOST: Final = _SLOTS // 4
"""Distinct texts, beyond which a column is none for a dictionary."""
_FEW: Final = 1 << 10
"""Distinct texts up to which it is one, however few rows they have."""


def spans_to_dictionary(
    data: Bytes, starts: Int64s, lengths: Int32s, kinds: Int8s
) -> pa.DictionaryArray | None:
    """One string for each span, as a dictionary in order of first appearance. Linear in the rows and their bytes.

    Args:
        data, starts, lengths, kinds: as of `spans_to_strings`; each span NULL or PLAIN.

    Returns:
        dictionary<int32, string>, null where the kind is NULL; None: there are too many distinct texts.
    """
    codes = np.zeros(len(starts), np.int32)
    first = np.zeros(_MOST, np.int64)
    count = _intern(data, starts, lengths, kinds, np.full(_SLOTS, -1, np.int32), first, codes)
    if count < 0:
        return None
    rows = first[:count]
    texts = spans_to_strings(data, starts[rows], lengths[rows], kinds[rows])
    nulls = kinds == NULL
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=nulls if nulls.any() else None), texts)


@kernel
def _intern(
    data: Bytes, starts: Int64s, lengths: Int32s, kinds: Int8s, slots: Int32s, first: Int64s, codes: Int32s
) -> int:
    base, stop = address_of(data), len(data)
    mask = len(slots) - 1
    count = 0
    for row in range(len(starts)):
        if kinds[row] != PLAIN:
            continue
        begin, length = starts[row], lengths[row]
        slot = _hash(base + begin, length, base + stop) & mask
        while True:
            code = slots[slot]
            if code < 0:
                if count == len(first) or (count >= _FEW and 2 * count > row):
                    return -1
                slots[slot] = count
                first[count] = row
                codes[row] = count
                count += 1
                break
            known = first[code]
            if lengths[known] == length and same_bytes(base + starts[known], base + begin, length):
                codes[row] = code
                break
            slot = (slot + 1) & mask
    return count


@inner
def _hash(at: int, length: int, stop: int) -> int:
    """Multiply and shift, a word at a time; no byte beyond `stop` is read."""
    state = np.uint64(length) * np.uint64(0x9E3779B97F4A7C15)
    while length >= 8:
        state = (state ^ word_at(at)) * np.uint64(0x9E3779B97F4A7C15)
        state ^= state >> np.uint64(29)
        at, length = at + 8, length - 8
    if length > 0:
        word = np.uint64(0)
        if at + 8 <= stop:
            word = word_at(at) & (np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - 8 * length))
        else:
            for i in range(length):
                word |= np.uint64(byte_at(at + i)) << np.uint64(8 * i)
        state = (state ^ word) * np.uint64(0x9E3779B97F4A7C15)
    return int((state ^ (state >> np.uint64(32))) & np.uint64(0x7FFFFFFF))
