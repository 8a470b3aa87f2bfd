"""Text by its address, eight bytes at a time: what a kernel needs to go through text faster than byte by byte.

A word holds the first byte lowest, whatever the machine. Addresses are whole numbers (`address_of`), so that small
kernels cost nothing to call; nobody checks them (Mycroft 1987; H. Warren, Hacker's Delight, ch. 6).
"""

from __future__ import annotations

import sys
from typing import Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped, unused-ignore]
from numba.extending import intrinsic

from transforms.decode.arrays import Bytes, Int64s
from transforms.kernel import inner, kernel

_ONES = np.uint64(0x0101010101010101)
_HIGHS = np.uint64(0x8080808080808080)
_QUOTES = np.uint64(0x2222222222222222)
_BACKSLASHES = np.uint64(0x5C5C5C5C5C5C5C5C)
_BLANKS = np.uint64(0x2020202020202020)
_BYTE, _WORD = ir.IntType(8), ir.IntType(64)


@inner
def address_of(data: Bytes) -> int:
    """Where an array's bytes begin, as long as somebody holds the array."""
    return int(data.ctypes.data)


@intrinsic  # type: ignore[untyped-decorator, unused-ignore]
def word_at(_context: Any, address: Any) -> Any:
    """The eight bytes from an address on."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = builder.load(builder.inttoptr(arguments[0], _WORD.as_pointer()))
        word.align = 1
        return word if sys.byteorder == "little" else builder.bswap(word)

    return numba.types.uint64(numba.types.intp), build


@intrinsic  # type: ignore[untyped-decorator, unused-ignore]
def byte_at(_context: Any, address: Any) -> Any:
    """The byte at an address."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        byte = builder.load(builder.inttoptr(arguments[0], _BYTE.as_pointer()))
        return builder.zext(byte, _WORD)

    return numba.types.intp(numba.types.intp), build


@intrinsic  # type: ignore[untyped-decorator, unused-ignore]
def lowest_byte(_context: Any, flags: Any) -> Any:
    """Which byte, from 0, has the lowest set bit of a word that is not 0."""

    def build(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        zeros = builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))
        return builder.lshr(zeros, ir.Constant(_WORD, 3))

    return numba.types.intp(numba.types.uint64), build


@kernel
def find_byte(data: Bytes, wanted: int, places: Int64s) -> int:
    """Where a byte stands in the data, in the first of `places`, which are as many as bytes; returns how often it does."""
    base, stop = address_of(data), len(data)
    pattern = np.uint64(wanted) * _ONES
    at = found = 0
    while at + 8 <= stop:
        word = word_at(base + at) ^ pattern
        # Exact for every byte, unlike the shorter form: only a byte that is 0 leaves its highest bit.
        flags = ~(((word & ~_HIGHS) + ~_HIGHS) | word | ~_HIGHS)
        while flags:
            places[found] = at + lowest_byte(flags)
            found += 1
            flags &= flags - np.uint64(1)
        at += 8
    while at < stop:
        if byte_at(base + at) == wanted:
            places[found] = at
            found += 1
        at += 1
    return found


@inner
def until_special(at: int, end: int) -> int:
    """The address of the first byte that is a quote, a backslash or a control character; `end`: none is."""
    while at + 8 <= end:
        word = word_at(at)
        quotes, backslashes = word ^ _QUOTES, word ^ _BACKSLASHES
        # Of several flags the lowest is right, and no other is asked.
        flags = (
            ((quotes - _ONES) & ~quotes) | ((backslashes - _ONES) & ~backslashes) | ((word - _BLANKS) & ~word)
        ) & _HIGHS
        if flags:
            return at + int(lowest_byte(flags))
        at += 8
    while at < end:
        byte = byte_at(at)
        if byte == 0x22 or byte == 0x5C or byte < 0x20:
            break
        at += 1
    return at


@inner
def same_bytes(one: int, other: int, length: int) -> bool:
    """Whether so many bytes at two addresses are equal."""
    while length >= 8:
        if word_at(one) != word_at(other):
            return False
        one, other, length = one + 8, other + 8, length - 8
    for at in range(length):  # noqa: SIM110 (no generator in a kernel)
        if byte_at(one + at) != byte_at(other + at):
            return False
    return True
