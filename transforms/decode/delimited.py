"""Delimited text (CSV, TSV …): one record a line, or over several where a quoted field holds line ends."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from transforms.decode import Decoded, Fed, cut_at_end, reasons, reject_table
from transforms.decode.arrays import Int64s
from transforms.decode.delimited_scan import (
    ANY_LINES,
    CAREFUL,
    FIELD_COUNT,
    FINE,
    ONE_LINE,
    QUOTE_MALFORMED,
    QUOTE_UNCLOSED,
    TOO_LONG,
    Dialect,
    Fields,
    scan_fields,
)
from transforms.decode.header_again import ColumnsChangeError, judge
from transforms.decode.rows import invalid_utf8, raw_table
from transforms.decode.spans import DOUBLED_QUOTES, PLAIN, spans_to_strings
from transforms.mapping import Mapping

_REASONS: Final = {
    FIELD_COUNT: reasons.FIELD_COUNT,
    QUOTE_UNCLOSED: reasons.QUOTE_UNCLOSED,
    QUOTE_MALFORMED: reasons.QUOTE_MALFORMED,
    TOO_LONG: reasons.RECORD_TOO_LONG,
}
_MOST_FIELDS: Final = 1 << 16
_HEADER: Final = 127
"""The status of a record that is the header again."""
_BEGINS_TIME: Final = np.isin(np.arange(256), np.frombuffer(b"+-0123456789", np.uint8))
"""Whether a byte may be the first of a plain time."""
_DIGIT: Final = re.compile(rb"[0-9]")
_INCOMPLETE: Final = frozenset({reasons.FIELD_COUNT, reasons.QUOTE_UNCLOSED, reasons.UTF8_INVALID})
"""What is wrong with a record of which the end is missing."""


def dialect_of(mapping: Mapping, *, newline: int, max_record_bytes: int) -> Dialect:
    """How the mapping says that a file is written.

    Raises:
        ValueError: the quote is no ASCII character.
    """
    quote = -1
    if mapping.quote:
        if not mapping.quote.isascii():
            raise ValueError("quote must be an ASCII character, or null for none")
        quote = ord(mapping.quote)
    separator = np.frombuffer(mapping.separator.encode(), np.uint8)
    lines = CAREFUL if mapping.multiline is None else ANY_LINES if mapping.multiline else ONE_LINE
    return Dialect(separator, quote, newline, lines, max_record_bytes)


class Delimited:
    """A `Decoder` of the records that start before byte `end` of the file (None: all). The header is not fed.

    Every value is a string; an empty field is null, quoted or not.

    A header in the middle that says the same as the first is no record; another one raises ColumnsChangeError.

    Args:
        names: the file's columns, in order; they hold every mapped column.
        newline: the byte that ends a line, LF or CR.
        skip_first: the first byte fed is inside (or the end of) a line that belongs to the split before.
    """

    def __init__(
        self,
        mapping: Mapping,
        *,
        names: Sequence[str],
        record_key: bytes | None,
        newline: int,
        end: int | None,
        skip_first: bool,
        max_record_bytes: int,
    ) -> None:
        self._columns = mapping.columns
        self._names = tuple(names)
        self._time = mapping.time.column
        self._dialect = dialect_of(mapping, newline=newline, max_record_bytes=max_record_bytes)
        self._expected = len(names)
        self._slots = np.full(len(names), -1, np.int64)
        for slot, column in enumerate(mapping.columns):
            self._slots[names.index(column)] = slot
        self._record_key = record_key
        self._end = sys.maxsize if end is None else end
        self._skipping = skip_first

    def feed(self, data: bytes, offset: int, *, final: bool) -> Fed:
        """See `Decoder.feed`. Linear in the bytes, but for quotes that stay unclosed: each of these costs its reach."""
        begin = data.find(self._dialect.newline) + 1 if self._skipping else 0
        inside = self._skipping and not begin  # all of it is the line that is skipped
        decoded, found = self._decoded(data, offset, len(data) if inside else begin, final=final)
        self._skipping = inside or found.unfinished
        return Fed(decoded, found.consumed)

    def break_off(self, data: bytes, offset: int, reason: str) -> Decoded:
        """See `Decoder.break_off`: complete lines behind an open quote are rescued, the last one is broken."""
        whole = data[: data.rfind(self._dialect.newline) + 1]
        decoded = self.feed(whole, offset, final=True).decoded
        broken = reject_table([offset + len(whole)], [reason])
        return Decoded(decoded.rows, pa.concat_tables([decoded.rejects, broken]))

    def _decoded(self, data: bytes, offset: int, begin: int, *, final: bool) -> tuple[Decoded, Fields]:
        buffer = np.frombuffer(data, np.uint8)
        found = scan_fields(
            buffer,
            begin=begin,
            limit=max(min(self._end - offset, len(data)), 0),
            final=final,
            dialect=self._dialect,
            slots=self._slots,
            expected=self._expected,
            most=0,
        )
        self._pass_over_headers(data, offset, found)
        bad = (found.status == FINE) & invalid_utf8(data, found.starts, found.ends)
        good = np.flatnonzero((found.status == FINE) & ~bad)
        columns = [
            spans_to_strings(buffer, values[good], sizes[good], kinds[good], self._dialect.quote)
            for values, sizes, kinds in zip(found.values, found.sizes, found.kinds, strict=True)
        ]
        starts, ends = found.starts[good], found.ends[good]
        rows = raw_table(self._columns, columns, data, offset, starts, ends, self._record_key)
        failed = np.flatnonzero(((found.status != FINE) & (found.status != _HEADER)) | bad)
        why = [reasons.UTF8_INVALID if bad[i] else _REASONS[int(found.status[i])] for i in failed]
        rejects = reject_table((found.starts[failed] + offset).tolist(), why)
        if final and len(failed) and found.consumed == len(data):
            rejects = self._with_cut(rejects, data, offset, found, good)
        return Decoded(rows, rejects), found

    def _with_cut(self, rejects: pa.Table, data: bytes, offset: int, found: Fields, good: Int64s) -> pa.Table:
        """The same, where a file ends inside a record: before its last field or its line's end, or in an open quote.

        A last line that has all its fields is complete: many writers leave its end out.
        """
        last = len(found.starts) - 1
        too_many = found.counts[last] > self._expected
        if data.find(self._dialect.newline, int(found.ends[last])) < 0 and not too_many:
            rejects = cut_at_end(rejects, int(found.starts[last]) + offset, _INCOMPLETE)
        behind = found.status[int(good[-1]) + 1 if len(good) else 0 :]
        still_open = np.flatnonzero(behind == QUOTE_UNCLOSED)
        first = (
            int(found.starts[len(found.starts) - len(behind) + int(still_open[0])]) if len(still_open) else 0
        )
        # No record behind it could be read either. Where more follows, it was judged before the end was known.
        near = len(data) - first <= self._dialect.max_record_bytes
        if len(still_open) and near and self._dialect.multiline:
            rejects = cut_at_end(rejects, first + offset, {reasons.QUOTE_UNCLOSED})
        return rejects

    def _pass_over_headers(self, data: bytes, offset: int, found: Fields) -> None:
        """Mark headers that say the same again; raise ColumnsChangeError at the first that says something else."""
        at = self._columns.index(self._time)
        buffer = np.frombuffer(data, np.uint8)
        begins = np.minimum(found.values[at], max(len(data) - 1, 0))
        # A time begins with a digit or a sign; where it begins with a word or a blank, most have a digit behind it.
        if not len(found.starts):
            return
        odd = (found.status == FINE) & (found.sizes[at] > 0) & ~_BEGINS_TIME[buffer[begins]]
        rows = np.flatnonzero(odd | (found.status == FIELD_COUNT))
        wanted = self._time.casefold().encode()
        for row in map(int, rows):
            start, end = int(found.starts[row]), int(found.ends[row])
            if found.status[row] == FINE:
                begin = int(found.values[at, row])
                time = data[begin : begin + int(found.sizes[at, row])]
                if _DIGIT.search(time) and time.decode(errors="replace") not in self._names:
                    continue
            elif wanted not in data[start:end].lower():
                continue
            try:
                header = read_header(data[start:end], final=True, dialect=self._dialect)
            except ValueError:
                continue
            said = "record" if header is None else judge(header[0], self._names, self._time)
            if said == "other":
                raise ColumnsChangeError(offset + start)
            if said == "same":
                found.status[row] = _HEADER


def read_header(head: bytes, *, final: bool, dialect: Dialect) -> tuple[tuple[str, ...], int] | None:
    """The names in the first record of `head` that is no blank line, and where the records behind it begin.

    Args:
        final: `head` is the whole file.

    Returns:
        None: the header is not complete in `head`, or (if final) there is none.

    Raises:
        ValueError: it cannot be read; the message says why.
    """
    slots = np.arange(min(len(head) + 1, _MOST_FIELDS), dtype=np.int64)
    found = scan_fields(
        np.frombuffer(head, np.uint8),
        begin=0,
        limit=len(head),
        final=final,
        dialect=dialect,
        slots=slots,
        expected=0,
        most=1,
    )
    if not len(found.starts):
        return None
    if found.status[0] != FINE:
        raise ValueError(_REASONS[int(found.status[0])])
    fields = []
    for slot in range(min(int(found.counts[0]), len(slots))):
        start = int(found.values[slot, 0])
        field = head[start : start + int(found.sizes[slot, 0])]
        if found.kinds[slot, 0] == DOUBLED_QUOTES:
            field = field.replace(bytes([dialect.quote]) * 2, bytes([dialect.quote]))
        elif found.kinds[slot, 0] != PLAIN:
            field = b""
        try:
            fields.append(field.decode())
        except UnicodeDecodeError:
            raise ValueError(reasons.UTF8_INVALID) from None
    return tuple(fields), found.consumed
