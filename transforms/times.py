"""Times as they are written in logs → microseconds since the epoch, UTC; what cannot be one gets a reason instead.

ISO 8601 and numbers are read by compiled kernels, value by value and column by column at once, so that a value's time
never depends on its neighbours. Without an offset a time is local in the mapping's timezone; one that a clock change
repeats is the earlier of the two, one that it skips is the last moment before the change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.decode import reasons
from transforms.decode.arrays import Bools, Doubles, Int8s, Int64s
from transforms.decode.time_scan import (
    ASK,
    EMPTY,
    FARTHEST_US,
    LOCAL,
    MALFORMED,
    RANGE,
    ZONED,
    scan_iso,
    scan_numbers,
)
from transforms.mapping import TimeSpec
from transforms.text import as_text
from transforms.zone_names import read_named

_UNITS_US: Final = {
    "epoch_s": 1_000_000,
    "relative_s": 1_000_000,
    "epoch_ms": 1_000,
    "epoch_us": 1,
    "iso8601_or_epoch_us": 1,
}
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REASONS: Final = pa.array(
    [
        None,
        reasons.TIME_MISSING,
        reasons.TIME_MALFORMED,
        reasons.TIME_OUT_OF_RANGE,
        reasons.TIME_WITHOUT_OFFSET,
        reasons.TIME_ZONE_UNKNOWN,
    ],
    pa.string(),
)
_UNKNOWN_ZONE: Final = 6
"""A state behind those of `time_scan`: a name that means no certain zone."""
_REASON_OF: Final = {EMPTY: 1, MALFORMED: 2, RANGE: 3, _UNKNOWN_ZONE: 5}


class ParsedTimes(NamedTuple):
    """`time_us`: int64, null where rejected. `reason`: string, null where not. Each as long as the column."""

    time_us: pa.Array
    reason: pa.Array


def parse_times(
    column: pa.ChunkedArray | pa.Array,
    spec: TimeSpec,
    timezone: str | None,
    zones: Mapping[str, str] | None = None,
) -> ParsedTimes:
    """Read a time column.

    Args:
        column: string, int64, double, bool or timestamp[us] (zoned: UTC; not zoned: local); null and "": missing.
        spec: how the times are written. A timestamp column is read the same whatever the format says. A numeric format
            takes numbers, and text that is one; what is finer than a microsecond is rounded to the nearest (even), a double
            through its shortest decimal form. An ISO 8601 fraction is cut to microseconds; hours and minutes are needed,
            seconds are not; a leap second is malformed, and so is an offset beyond 14 hours.
        timezone: an IANA name for times without an offset; None: they are rejected.
        zones: what names of zones in times mean (`zone_names`); others than these, UTC's and the timezone's are rejected.

    Returns:
        Times inside [spec.earliest, spec.latest). Linear in the bytes, but for strptime patterns: one Python call for each
        distinct value.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        raise OverflowError("a batch holds more than 2 GiB of text in one column")
    time_us, state = _read(array, spec, timezone, zones or {})
    reason = np.zeros(len(array), np.int8)
    for bad, code in _REASON_OF.items():
        reason[state == bad] = code
    local = state == LOCAL
    if local.any():
        if timezone is None:
            reason[local] = 4
        else:
            time_us = np.where(local, _to_utc(time_us, timezone, local), time_us)
    first, end = _to_us(spec.earliest), _to_us(spec.latest)
    reason[(reason == 0) & ((time_us < first) | (time_us >= end))] = 3
    rejected = reason != 0
    if not rejected.any():
        return ParsedTimes(pa.array(time_us, pa.int64()), pa.nulls(len(array), pa.string()))
    return ParsedTimes(pa.array(time_us, pa.int64(), mask=rejected), _REASONS.take(pa.array(reason)))


def _read(
    array: pa.Array, spec: TimeSpec, timezone: str | None, zones: Mapping[str, str]
) -> tuple[Int64s, Int8s]:
    kind = array.type
    state = np.full(len(array), MALFORMED, np.int8)
    time_us = np.zeros(len(array), np.int64)
    if pa.types.is_timestamp(kind):
        state[:] = LOCAL if kind.tz is None else ZONED
        time_us = np.asarray(pc.fill_null(array.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()), 0))
    elif pa.types.is_null(kind):
        state[:] = EMPTY
    elif spec.format in _UNITS_US and not pa.types.is_string(kind):
        unit = _UNITS_US[spec.format]
        if pa.types.is_integer(kind):
            time_us, state = _from_whole(np.asarray(pc.fill_null(array, 0)), unit)
        elif pa.types.is_floating(kind):
            time_us, state = _from_doubles(np.asarray(pc.fill_null(array, 0.0)), unit)
    elif spec.format in _UNITS_US:
        if spec.format == "iso8601_or_epoch_us":
            time_us, state = scan_iso(array)
            other = state == MALFORMED
            if other.any():
                us, numeric_state = _from_numeric_text(array, _UNITS_US[spec.format])
                time_us, state = np.where(other, us, time_us), np.where(other, numeric_state, state)
        else:
            time_us, state = _from_numeric_text(array, _UNITS_US[spec.format])
    elif spec.format == "iso8601":
        if pa.types.is_string(kind):
            time_us, state = scan_iso(array)
    else:
        time_us, state = _from_pattern(as_text(array), spec.format, timezone, zones)
    if spec.anchor is not None and not pa.types.is_timestamp(kind):
        time_us = time_us + _to_us(spec.anchor)
    state = np.where(np.asarray(pc.is_null(array)), np.int8(EMPTY), state)
    return time_us, state


def _from_whole(numbers: Int64s, unit: int) -> tuple[Int64s, Int8s]:
    far = (numbers > FARTHEST_US // unit) | (numbers < -FARTHEST_US // unit)
    return np.where(far, 0, numbers) * unit, np.where(far, RANGE, ZONED).astype(np.int8)


def _from_doubles(numbers: Doubles, unit: int) -> tuple[Int64s, Int8s]:
    finite = np.isfinite(numbers)
    near = finite & (np.abs(numbers) < (1 << 51) / unit)
    safe = np.where(near, numbers, 0.0)
    whole = np.floor(safe)
    fraction = (safe - whole) * unit
    nearest = np.rint(fraction)
    time_us = whole.astype(np.int64) * unit + nearest.astype(np.int64)
    # A double is within 2**-53 of the decimal it stands for, here an eighth of a microsecond; a third of one from the
    # middle between two microseconds both round alike. Nearer to it (or farther from zero) the decimal itself decides.
    ask = finite & ~(near & (np.abs(fraction - nearest) < 0.33))
    state = np.where(finite, ZONED, MALFORMED).astype(np.int8)
    for row in np.flatnonzero(ask).tolist():
        time_us[row], state[row] = _from_decimal(repr(float(numbers[row])), unit)
    return time_us, state


def _from_numeric_text(array: pa.Array, unit: int) -> tuple[Int64s, Int8s]:
    time_us, state = scan_numbers(array, unit)
    for row in np.flatnonzero(state == ASK).tolist():
        time_us[row], state[row] = _from_decimal(array[row].as_py(), unit)
    return time_us, state


def _from_decimal(text: str, unit: int) -> tuple[int, int]:
    found = _NUMBER.fullmatch(text)
    if not found:
        return 0, MALFORMED
    if len(found["exponent"] or "") > 6:
        return 0, RANGE
    number = Decimal(text)
    if number and number.adjusted() > 19:
        return 0, RANGE
    if not number or number.adjusted() < -19:
        return 0, ZONED
    exact = Context(prec=len(text) + 20).multiply(number, unit)
    time_us = int(exact.to_integral_value(ROUND_HALF_EVEN))
    return (time_us, ZONED) if abs(time_us) < FARTHEST_US else (0, RANGE)


def _from_pattern(
    array: pa.Array, pattern: str, timezone: str | None, zones: Mapping[str, str]
) -> tuple[Int64s, Int8s]:
    encoded = array.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    if "%Z" in pattern:
        parsed = [_named(word, pattern, timezone, zones) for word in words] or [(0, EMPTY)]
    else:
        parsed = [_strptime(word, pattern) for word in words] or [(0, EMPTY)]
    if _says_utc(pattern):
        parsed = [(time_us, ZONED if state == LOCAL else state) for time_us, state in parsed]
    at = np.asarray(pc.fill_null(encoded.indices, 0))
    return np.array([t for t, _ in parsed], np.int64)[at], np.array([s for _, s in parsed], np.int8)[at]


def _says_utc(pattern: str) -> bool:
    """Whether a pattern ends with a zone as plain letters, as in `%H:%M:%SZ`.

    >>> _says_utc("%H:%M:%SZ"), _says_utc("%H:%M GMT"), _says_utc("%H:%M %Z"), _says_utc("%H:%M")
    (True, True, False, False)
    """
    return re.search(r"(?:^|[^A-Za-z])(?:Z|UTC|GMT)$", re.sub(r"%.", "%", pattern)) is not None


def _named(word: str, pattern: str, timezone: str | None, zones: Mapping[str, str]) -> tuple[int, int]:
    if not word:
        return 0, EMPTY
    try:
        moment = read_named(word, pattern, timezone=timezone, zones=zones)
    except OverflowError:
        return 0, MALFORMED
    if moment is None:
        return 0, MALFORMED
    return (0, _UNKNOWN_ZONE) if isinstance(moment, str) else (_to_us(moment), ZONED)


def _strptime(word: str, pattern: str) -> tuple[int, int]:
    if not word:
        return 0, EMPTY
    try:
        moment = datetime.strptime(word, pattern)
        offset = moment.utcoffset()
    except (ValueError, OverflowError):
        return 0, MALFORMED
    if offset is None:
        return _to_us(moment.replace(tzinfo=UTC)), LOCAL
    if abs(offset) > timedelta(hours=14):
        return 0, MALFORMED
    return _to_us(moment.replace(tzinfo=UTC)) - offset // timedelta(microseconds=1), ZONED


def _to_utc(time_us: Int64s, timezone: str, local: Bools) -> Int64s:
    if timezone == "UTC":
        return time_us
    clock = pa.array(time_us, pa.timestamp("us"), mask=~local)
    zoned = pc.assume_timezone(clock, timezone, ambiguous="earliest", nonexistent="earliest")
    return np.asarray(pc.fill_null(zoned.cast(pa.int64()), 0))


def _to_us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
