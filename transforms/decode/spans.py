"""Spans of a byte buffer as an Arrow string column, unescaped on the way."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from transforms.decode.arrays import Bytes, Int8s, Int32s, Int64s
from transforms.kernel import kernel

NULL: Final = 0
PLAIN: Final = 1
JSON_ESCAPES: Final = 2
"""Backslash escapes as RFC 8259 §7 has them, checked before, without surrogates."""
DOUBLED_QUOTES: Final = 3
"""RFC 4180: a quote inside a quoted field is written twice."""

_BACKSLASH, _LOWER_U = 0x5C, 0x75


def spans_to_strings(data: Bytes, starts: Int64s, lengths: Int32s, kinds: Int8s, quote: int = 0) -> pa.Array:
    """One string for each span.

    Linear in the bytes of the spans.

    Args:
        data: valid UTF-8, at least inside the spans.
        starts: where each span begins.
        lengths: its bytes.
        kinds: NULL, PLAIN, JSON_ESCAPES or DOUBLED_QUOTES; a NULL span is not looked at.
        quote: the byte that is doubled.

    Returns:
        string, as long as `starts`; null where the kind is NULL.
    """
    valid = kinds != NULL
    room = int(lengths[valid].sum(dtype=np.int64))
    out = np.empty(room, np.uint8)
    offsets = np.zeros(len(starts) + 1, np.int32)
    used = _copy(data, starts, lengths, kinds, quote, out, offsets)
    nulls = len(starts) - int(valid.sum())
    validity = pa.py_buffer(np.packbits(valid, bitorder="little")) if nulls else None
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(out[:used])]
    return pa.Array.from_buffers(pa.string(), len(starts), buffers, nulls)


@kernel
def _copy(
    data: Bytes, starts: Int64s, lengths: Int32s, kinds: Int8s, quote: int, out: Bytes, offsets: Int32s
) -> int:
    at = 0
    for row in range(len(starts)):
        kind = kinds[row]
        if kind != NULL:
            begin = starts[row]
            stop = begin + lengths[row]
            if kind == PLAIN:
                for i in range(begin, stop):
                    out[at] = data[i]
                    at += 1
            elif kind == DOUBLED_QUOTES:
                i = begin
                while i < stop:
                    out[at] = data[i]
                    at += 1
                    i += 2 if data[i] == quote else 1
            else:
                at = _unescape(data, begin, stop, out, at)
        offsets[row + 1] = at
    return at


@kernel
def _unescape(data: Bytes, begin: int, stop: int, out: Bytes, at: int) -> int:
    i = begin
    while i < stop:
        c = data[i]
        if c != _BACKSLASH:
            out[at] = c
            at += 1
            i += 1
            continue
        c = data[i + 1]
        i += 2
        if c != _LOWER_U:
            if c == 0x62:  # b
                c = np.uint8(0x08)
            elif c == 0x66:  # f
                c = np.uint8(0x0C)
            elif c == 0x6E:  # n
                c = np.uint8(0x0A)
            elif c == 0x72:  # r
                c = np.uint8(0x0D)
            elif c == 0x74:  # t
                c = np.uint8(0x09)
            out[at] = c
            at += 1
            continue
        point = 0
        for j in range(i, i + 4):
            digit = int(data[j])
            point = point * 16 + (digit - 48 if digit < 58 else (digit | 32) - 87)
        i += 4
        if point < 0x80:
            out[at] = point
            at += 1
        elif point < 0x800:
            out[at] = 0xC0 | (point >> 6)
            out[at + 1] = 0x80 | (point & 63)
            at += 2
        else:
            out[at] = 0xE0 | (point >> 12)
            out[at + 1] = 0x80 | ((point >> 6) & 63)
            out[at + 2] = 0x80 | (point & 63)
            at += 3
    return at
