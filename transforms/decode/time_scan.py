"""Compiled readers of single times and numbers in a string column."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from transforms.decode.arrays import Bytes, Int8s, Int32s, Int64s
from transforms.decode.words import address_of, byte_at, word_at
from transforms.kernel import inner, kernel

ZONED: Final = 0
"""A time in UTC."""
LOCAL: Final = 1
"""A time on a wall clock: no offset was written."""
EMPTY: Final = 2
MALFORMED: Final = 3
RANGE: Final = 4
"""A number that no time can be."""
FARTHEST_US: Final = 1 << 62
ASK: Final = 5
"""A number that takes more than 18 digits or an exponent: read it some other way."""

_NO_DAY: Final = -(1 << 40)
"""In the place of a day's number."""


def scan_iso(array: pa.Array) -> tuple[Int64s, Int8s]:
    """ISO 8601 as logs write it: `YYYY-MM-DD`, `T` or a space, `hh:mm[:ss[.fraction]]`, then nothing, `Z`, `UTC` or
    `±hh[[:]mm]`, with or without a space before it. Microseconds; a finer fraction is cut.

    Args:
        array: string; a null's result means nothing.
    """
    return _run(array, 0)


def scan_numbers(array: pa.Array, unit: int) -> tuple[Int64s, Int8s]:
    """Decimal numbers `[±]digits[.digits]`, times `unit`, rounded to the nearest whole number (even).

    Args:
        array: string; a null's result means nothing.
    """
    return _run(array, unit)


def _run(array: pa.Array, unit: int) -> tuple[Int64s, Int8s]:
    values, states = np.zeros(len(array), np.int64), np.zeros(len(array), np.int8)
    _, offsets, data = array.buffers()
    if len(array) and offsets is not None:
        ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
        text = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
        text.flags.writeable = False  # one type, so one compilation
        (_iso if unit == 0 else _numbers)(text, ends, unit, values, states)
    return values, states


@kernel
def _iso(text: Bytes, ends: Int32s, unit: int, values: Int64s, states: Int8s) -> None:
    base = address_of(text)
    # The date of the row before: its first eight bytes, the number that the others are, and its day.
    written, behind, day = np.uint64(0), 0, _NO_DAY
    for row in range(len(values)):
        i, end = base + ends[row], base + ends[row + 1]
        if i == end:
            states[row] = EMPTY
            continue
        if end - i < 16:
            states[row] = MALFORMED
            continue
        word, two = word_at(i), _two(i + 8)
        if word != written or two != behind or day == _NO_DAY:
            written, behind, day = word, two, _day(i)
        values[row], states[row] = (0, MALFORMED) if day == _NO_DAY else _on_day(day, i + 10, end)


@inner
def _day(i: int) -> int:
    """Days since 1970 of `YYYY-MM-DD` at an address; _NO_DAY: there is none."""
    century, years, month, day = _two(i), _two(i + 2), _two(i + 5), _two(i + 8)
    year = century * 100 + years
    if byte_at(i + 4) != 0x2D or byte_at(i + 7) != 0x2D or century < 0 or years < 0 or year < 1:
        return _NO_DAY
    if not 1 <= month <= 12 or not 1 <= day <= _days(year, month):
        return _NO_DAY
    # Days from a civil date: H. Hinnant, "chrono-compatible low-level date algorithms".
    y = year - 1 if month <= 2 else year
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    era = y // 400
    of_era = (y - era * 400) * 365 + (y - era * 400) // 4 - (y - era * 400) // 100 + of_year
    return era * 146_097 + of_era - 719_468


@inner
def _on_day(days: int, i: int, end: int) -> tuple[int, int]:
    """The time of a day, written from the `T` at an address on; there are at least six bytes."""
    if byte_at(i) != 0x54 and byte_at(i) != 0x20 and byte_at(i) != 0x74:  # T, space, t
        return 0, MALFORMED
    hour, minute, second, fraction = _two(i + 1), _two(i + 4), 0, 0
    if byte_at(i + 3) != 0x3A:
        return 0, MALFORMED
    i += 6
    if i < end and byte_at(i) == 0x3A:
        if i + 3 > end:
            return 0, MALFORMED
        second = _two(i + 1)
        i += 3
        if i < end and (byte_at(i) == 0x2E or byte_at(i) == 0x2C):
            i += 1
            first = i
            while i < end and 0x30 <= byte_at(i) <= 0x39:
                if i - first < 6:
                    fraction = fraction * 10 + byte_at(i) - 0x30
                i += 1
            if i == first:
                return 0, MALFORMED
            for _ in range(6 - (i - first)):
                fraction *= 10
    if not 0 <= hour <= 23 or not 0 <= minute <= 59 or not 0 <= second <= 59:
        return 0, MALFORMED
    time_us = ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + fraction
    if i == end:
        return time_us, LOCAL
    if byte_at(i) == 0x20 and i + 1 < end:
        i += 1
    if byte_at(i) == 0x5A or byte_at(i) == 0x7A:  # Z, z
        return (time_us, ZONED) if i + 1 == end else (0, MALFORMED)
    if i + 3 == end and byte_at(i) == 0x55 and byte_at(i + 1) == 0x54 and byte_at(i + 2) == 0x43:  # UTC
        return time_us, ZONED
    sign = 1 if byte_at(i) == 0x2B else -1
    if sign == -1 and byte_at(i) != 0x2D:
        return 0, MALFORMED
    i += 1
    left = end - i
    colon = left == 5 and byte_at(i + 2) == 0x3A
    if not (left == 2 or left == 4 or colon):
        return 0, MALFORMED
    hours = _two(i)
    minutes = 0 if left == 2 else _two(i + (3 if colon else 2))
    if hours < 0 or not 0 <= minutes <= 59 or hours * 60 + minutes > 14 * 60:
        return 0, MALFORMED
    return time_us - sign * (hours * 60 + minutes) * 60_000_000, ZONED


@inner
def _two(i: int) -> int:
    """Two digits at an address as a number, -1 if they are none."""
    tens, ones = byte_at(i) - 0x30, byte_at(i + 1) - 0x30
    if tens < 0 or tens > 9 or ones < 0 or ones > 9:
        return -1
    return int(tens * 10 + ones)


@inner
def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


@kernel
def _numbers(text: Bytes, ends: Int32s, unit: int, values: Int64s, states: Int8s) -> None:
    base = address_of(text)
    for row in range(len(values)):
        values[row], states[row] = _one_number(base + ends[row], base + ends[row + 1], unit)


@inner
def _one_number(i: int, end: int, unit: int) -> tuple[int, int]:
    if i == end:
        return 0, EMPTY
    negative = byte_at(i) == 0x2D
    if negative or byte_at(i) == 0x2B:
        i += 1
    number, digits, behind = 0, 0, -1
    while i < end:
        c = byte_at(i)
        if c == 0x2E and behind < 0:
            behind = 0
        elif 0x30 <= c <= 0x39:
            if digits < 18:
                number = number * 10 + (c - 0x30)
            if behind >= 0:
                behind += 1
            digits += 1
        elif digits > 0 and (c | 32) == 0x65:
            break
        else:
            return 0, MALFORMED
        i += 1
    if digits == 0:
        return 0, MALFORMED
    if i < end or digits > 18:
        return 0, ASK
    power = 1
    for _ in range(max(behind, 0)):
        power *= 10
    whole, rest = number // power, number % power
    if whole > FARTHEST_US // unit:
        return 0, RANGE
    if rest > FARTHEST_US // unit:  # too many places for this arithmetic
        return 0, ASK
    time_us, left = whole * unit + rest * unit // power, rest * unit % power
    if left * 2 > power or (left * 2 == power and time_us % 2 == 1):
        time_us += 1
    return (-time_us if negative else time_us), ZONED
