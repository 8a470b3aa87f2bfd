"""Delimited text: where records and their fields are (RFC 4180), in one pass.

A field is quoted if a quote is its first byte; a quote anywhere else is ordinary text. An unclosed or malformed quote costs
its line, and reading resumes on the next one. So does a quoted field that runs over a line which reads as a record of its
own (CAREFUL): nothing tells a stray quote from a quoted line end there, and no record may be lost in another's field.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from transforms.decode.arrays import Bytes, Int8s, Int32s, Int64s
from transforms.decode.lines import CR, LF
from transforms.decode.spans import DOUBLED_QUOTES, NULL, PLAIN
from transforms.kernel import kernel

FINE: Final = 0
FIELD_COUNT: Final = 1
QUOTE_UNCLOSED: Final = 2
QUOTE_MALFORMED: Final = 3
TOO_LONG: Final = 4

ONE_LINE: Final = 0
ANY_LINES: Final = 1
CAREFUL: Final = 2
"""Whether a quoted field may hold line ends: never, always, or if none of its lines reads as a record."""

_COMPLETE, _CUT, _UNCLOSED, _MALFORMED = 0, 1, 2, 3
_UNKNOWN: Final = -1
_PLUS: Final = 0x2B
_MINUS: Final = 0x2D
_ZERO: Final = 0x30
_NINE: Final = 0x39


class Dialect(NamedTuple):
    """How a file is written. `quote` -1: there is none; `multiline`: ONE_LINE, ANY_LINES or CAREFUL."""

    separator: Bytes
    quote: int
    newline: int
    multiline: int
    max_record_bytes: int


class Fields(NamedTuple):
    """By record: `starts`, `ends` (without the line end), `status`, `counts` of fields. By slot and record, where the
    status is FINE: `kinds`, `values`, `sizes` of spans. `consumed` bytes; `unfinished`: the last record is a TOO_LONG
    line that goes on."""

    starts: Int64s
    ends: Int64s
    status: Int8s
    counts: Int32s
    kinds: Int8s
    values: Int64s
    sizes: Int32s
    consumed: int
    unfinished: bool


def scan_fields(
    data: Bytes,
    *,
    begin: int,
    limit: int,
    final: bool,
    dialect: Dialect,
    slots: Int64s,
    expected: int,
    most: int,
) -> Fields:
    """Scan complete records from `begin` on.

    Linear in the bytes, and once more in the reach of a quote that stays open.

    Args:
        limit: records that start here or later belong to somebody else.
        final: nothing comes behind the data.
        slots: the slot of each field, -1: not wanted.
        expected: how many fields a record has; 0: any number.
        most: scan at most so many records; 0: all.
    """
    room = most or int(np.count_nonzero(data[begin:] == dialect.newline)) + 1
    wide = int(slots.max(initial=-1)) + 1
    starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    status, counts = np.zeros(room, np.int8), np.zeros(room, np.int32)
    kinds = np.zeros((wide, room), np.int8)
    values, sizes = np.zeros((wide, room), np.int64), np.zeros((wide, room), np.int32)
    found, consumed, unfinished = _scan(
        data,
        begin,
        limit,
        final,
        *dialect,
        slots,
        expected,
        starts,
        ends,
        status,
        counts,
        kinds,
        values,
        sizes,
    )
    by_slot = (kinds[:, :found], values[:, :found], sizes[:, :found])
    return Fields(
        starts[:found], ends[:found], status[:found], counts[:found], *by_slot, consumed, unfinished
    )


def odd_records(data: Bytes, status: Int8s, values: Int64s, sizes: Int32s) -> Int64s:
    """The records with a wrong number of fields, and those whose field at `values` begins with no digit and no sign."""
    rows = np.empty(len(status), np.int64)  # room that is not used is never touched
    return rows[: _odd_records(data, status, values, sizes, rows)]


@kernel
def _odd_records(data: Bytes, status: Int8s, values: Int64s, sizes: Int32s, rows: Int64s) -> int:
    found = 0
    for row in range(len(status)):
        # A time begins with a digit or a sign; what begins with a word may be a header.
        odd = status[row] == FIELD_COUNT
        if status[row] == FINE and sizes[row] > 0:
            first = data[values[row]]
            odd = not (_ZERO <= first <= _NINE or first in (_PLUS, _MINUS))
        if odd:
            rows[found] = row
            found += 1
    return found


@kernel
def _scan(
    data: Bytes,
    begin: int,
    limit: int,
    final: bool,
    separator: Bytes,
    quote: int,
    newline: int,
    multiline: int,
    max_record_bytes: int,
    slots: Int64s,
    expected: int,
    starts: Int64s,
    ends: Int64s,
    status: Int8s,
    counts: Int32s,
    kinds: Int8s,
    values: Int64s,
    sizes: Int32s,
) -> tuple[int, int, bool]:
    size = len(data)
    record = 0
    start = begin
    while start < size and start < limit and record < len(starts):
        if data[start] == newline:
            start += 1
            continue
        if newline == LF and data[start] == CR and start + 1 < size and data[start + 1] == LF:
            start += 2
            continue
        enough = final or size - start > max_record_bytes + 2  # to judge the record, whatever comes behind
        outcome, end, fields = _record(
            data,
            start,
            final,
            separator,
            quote,
            newline,
            multiline,
            max_record_bytes,
            slots,
            expected,
            record,
            kinds,
            values,
            sizes,
        )
        if outcome == _CUT and not enough:
            break
        state = FINE
        resume = end + 1
        text_end = _without_cr(data, start, end, newline)
        if outcome != _COMPLETE or text_end - start > max_record_bytes:
            line = start
            while line < size and data[line] != newline:
                line += 1
            if line == size and not enough:
                break
            state = (
                QUOTE_MALFORMED
                if outcome == _MALFORMED and end - start <= max_record_bytes
                else QUOTE_UNCLOSED
            )
            text_end = _without_cr(data, start, line, newline)
            if text_end - start > max_record_bytes:
                state = TOO_LONG
            resume = line + 1
        elif expected > 0 and fields != expected:
            state = FIELD_COUNT
        if text_end > start:  # else a lone CR at the end of the file, which is a blank line
            starts[record], ends[record], status[record], counts[record] = start, text_end, state, fields
            record += 1
        start = resume
        if start > size:
            return record, size, state == TOO_LONG and not final
    return record, start, False


@kernel
def _record(
    data: Bytes,
    start: int,
    final: bool,
    separator: Bytes,
    quote: int,
    newline: int,
    multiline: int,
    max_record_bytes: int,
    slots: Int64s,
    expected: int,
    record: int,
    kinds: Int8s,
    values: Int64s,
    sizes: Int32s,
) -> tuple[int, int, int]:
    """Note one record's fields. Returns how it went, where (COMPLETE: the line end), and how many fields there are."""
    size = len(data)
    first = separator[0]
    wide = len(separator)
    bound = start + max_record_bytes + 3
    far = min(size, bound)  # an unclosed quote swallows no more
    field = 0
    i = start
    while True:  # one field a turn
        kind = PLAIN
        if i < size and data[i] == quote:
            begins = i + 1
            i += 1
            while True:
                while i < far and data[i] != quote and (multiline == ANY_LINES or data[i] != newline):
                    i += 1
                if multiline == CAREFUL and i < far and data[i] == newline and data[i] != quote:
                    judged = _reads_as_record(
                        data, start, i + 1, bound, final, separator, quote, newline, field, expected
                    )
                    if judged:
                        return (_CUT if judged == _UNKNOWN else _UNCLOSED), i, field
                    i += 1
                    continue
                if i >= far or data[i] != quote:
                    return (_CUT if i >= size and not final else _UNCLOSED), i, field
                if i + 1 < size and data[i + 1] == quote:
                    kind = DOUBLED_QUOTES
                    i += 2
                    continue
                break
            stops = i
            i += 1
            if i < size and data[i] == CR and newline == LF:
                if i + 1 < size:
                    i += 1 if data[i + 1] == LF else 0
                else:
                    i += 1
            more = _matches(data, i, separator)
            if i < size and data[i] != newline and not more:
                cut = not final and data[i] == first and i + wide > size
                return (_CUT if cut else _MALFORMED), i, field
        else:
            begins = i
            if wide == 1:
                while i < size and data[i] != first and data[i] != newline:
                    i += 1
                more = i < size and data[i] == first
            else:
                more = _matches(data, i, separator)
                while i < size and not more and data[i] != newline:
                    i += 1
                    more = _matches(data, i, separator)
            stops = i if more else _without_cr(data, begins, i, newline)
        if field < len(slots) and slots[field] >= 0:
            slot = slots[field]
            kinds[slot, record] = kind if stops > begins else NULL
            values[slot, record] = begins
            sizes[slot, record] = stops - begins
        field += 1
        if not more:
            return (_COMPLETE if i < size or final else _CUT), i, field
        i += wide


@kernel
def _reads_as_record(
    data: Bytes,
    start: int,
    line: int,
    bound: int,
    final: bool,
    separator: Bytes,
    quote: int,
    newline: int,
    field: int,
    expected: int,
) -> int:
    """Whether the line at `line`, inside a quoted field of the record at `start`, is a record by itself.

    The line that closes a record's first field has all the fields by nature: there the first line must have them, too.
    """
    if expected == 0:
        return 0
    end = line
    while end < bound and end < len(data) and data[end] != newline:
        end += 1
    if end >= bound:
        return 0  # the record is too long in any case
    if end == len(data) and not final:
        return _UNKNOWN
    found, quotes = _count_fields(data, line, end, separator, quote)
    if found != expected:
        return 0
    if field > 0 or not quotes:
        return 1
    first = start
    while data[first] != newline:
        first += 1
    found, _ = _count_fields(data, start, first, separator, -1)
    return 1 if found == expected else 0


@kernel
def _count_fields(data: Bytes, i: int, end: int, separator: Bytes, quote: int) -> tuple[int, bool]:
    """How many fields a line has, 0 if a quoted one of it does not end there; and whether a quote stands in it."""
    if end > i and data[end - 1] == CR:
        end -= 1
    wide = len(separator)
    fields, quotes = 0, False
    while True:  # one field a turn
        fields += 1
        if i < end and data[i] == quote:
            quotes = True
            i += 1
            while i < end and (data[i] != quote or (i + 1 < end and data[i + 1] == quote)):
                i += 2 if data[i] == quote else 1
            if i >= end or not (i + 1 == end or _matches(data, i + 1, separator)):
                return 0, True
            i += 1
        while i < end and not _matches(data, i, separator):
            quotes = quotes or data[i] == quote
            i += 1
        if i + wide > end:
            return fields, quotes
        i += wide


@kernel
def _without_cr(data: Bytes, start: int, end: int, newline: int) -> int:
    return end - 1 if newline == LF and end > start and data[end - 1] == CR else end


@kernel
def _matches(data: Bytes, i: int, separator: Bytes) -> bool:
    j = 0
    while j < len(separator) and i + j < len(data) and data[i + j] == separator[j]:
        j += 1
    return j == len(separator)
