"""JSON Lines: one object a line, blank lines aside. A bad line never costs its neighbours."""

from __future__ import annotations

import sys
from typing import Final

import pyarrow as pa

from transforms.decode import Decoded, Fed, cut_at_end, reasons, reject_table
from transforms.decode.json_records import JsonRecords
from transforms.decode.lines import cut_lines
from transforms.mapping import Mapping

_INCOMPLETE: Final = frozenset({reasons.JSON_MALFORMED, reasons.UTF8_INVALID})
"""What is wrong with a line of which the end is missing: at the end of a file that does not end a line it was cut."""


class JsonLines:
    """A `Decoder` of the lines that start before byte `end` of the file (None: all).

    Args:
        newline: the byte that ends a line, LF or CR.
        skip_first: the first byte fed is inside (or the end of) a line that belongs to the split before.
    """

    def __init__(
        self,
        mapping: Mapping,
        *,
        record_key: bytes | None,
        newline: int,
        end: int | None,
        skip_first: bool,
        max_record_bytes: int,
    ) -> None:
        self._records = JsonRecords(mapping, record_key)
        self._newline = newline
        self._end = sys.maxsize if end is None else end
        self._skipping = skip_first
        self._max_record_bytes = max_record_bytes

    def feed(self, data: bytes, offset: int, *, final: bool) -> Fed:
        """See `Decoder.feed`. Linear in the bytes; holds one piece and its columns."""
        lines = cut_lines(
            data,
            newline=self._newline,
            final=final,
            skipping=self._skipping,
            limit=self._end - offset,
            max_record_bytes=self._max_record_bytes,
        )
        if lines.consumed:
            self._skipping = lines.unfinished
        decoded = self._records.decode(data, offset, lines.starts, lines.ends)
        if len(lines.too_long):
            long = (lines.too_long + offset).tolist()
            rejects = reject_table(long, [reasons.RECORD_TOO_LONG] * len(long))
            decoded = Decoded(decoded.rows, pa.concat_tables([decoded.rejects, rejects]).sort_by("position"))
        bare = final and lines.consumed == len(data) and not data.endswith(bytes([self._newline]))
        if bare and len(lines.starts) and decoded.rejects.num_rows:
            start = (
                int(lines.starts[-1]) + offset
            )  # of a line too long its end is not looked for, here or elsewhere
            decoded = Decoded(decoded.rows, cut_at_end(decoded.rejects, start, _INCOMPLETE))
        return Fed(decoded, lines.consumed)

    def break_off(self, data: bytes, offset: int, reason: str) -> Decoded:
        """See `Decoder.break_off`: what is left is one broken line."""
        return Decoded(self.feed(b"", offset, final=True).decoded.rows, reject_table([offset], [reason]))
