"""JSON documents: arrays of objects, or objects one after the other, element by element in small memory.

Only the brackets and the quotes decide where an element ends; whether it is well formed is judged by itself, so that one
broken element costs itself alone as long as its brackets balance. Commas between elements are not insisted on.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from transforms.decode import Decoded, Fed, reasons, reject_table
from transforms.decode.arrays import Bytes, Int64s
from transforms.decode.json_records import JsonRecords
from transforms.kernel import kernel
from transforms.mapping import Mapping

_DEPTH, _IN_STRING, _ESCAPED, _IN_ARRAY, _START, _SCALAR = range(6)
_NONE: Final = -1
_SKIPPED: Final = -2
"""`_START` of an element that is too long: its bytes are gone, its brackets are still counted."""


class JsonDocument:
    """A `Decoder` of the elements of a file's top-level arrays, and of objects outside of them."""

    def __init__(self, mapping: Mapping, *, record_key: bytes | None, max_record_bytes: int) -> None:
        self._records = JsonRecords(mapping, record_key)
        self._max_record_bytes = max_record_bytes
        self._state = np.array([0, 0, 0, 0, _NONE, 0], np.int64)
        self._scanned = 0

    def feed(self, data: bytes, offset: int, *, final: bool) -> Fed:
        """See `Decoder.feed`. Every byte is scanned once, and parsed once."""
        buffer = np.frombuffer(data, np.uint8)
        begin = max(self._scanned - offset, 0)
        room = len(data) - begin + 1  # an element is at least a byte; one may have begun before
        starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
        count = _elements(buffer, begin, offset, self._state, starts, ends)
        self._scanned = offset + len(data)
        state = self._state
        positions: list[int] = []
        why: list[str] = []
        if final and state[_START] >= 0 and state[_SCALAR] and not state[_IN_STRING] and not state[_IN_ARRAY]:
            starts[count], ends[count] = state[_START], offset + len(data)
            count += 1
            state[_START], state[_SCALAR] = _NONE, 0
        elif state[_START] >= 0 and offset + len(data) - state[_START] > self._max_record_bytes:
            positions.append(int(state[_START]))
            why.append(reasons.RECORD_TOO_LONG)
            state[_START] = _SKIPPED
        if final and (state[_START] != _NONE or state[_IN_ARRAY]):
            positions.append(int(state[_START]) if state[_START] >= 0 else offset + len(data))
            why.append(reasons.STREAM_TRUNCATED)
        starts, ends = starts[:count], ends[:count]
        known = starts >= 0  # the others were rejected when they became too long
        starts, ends = starts[known], ends[known]
        long = ends - starts > self._max_record_bytes
        positions += starts[long].tolist()
        why += [reasons.RECORD_TOO_LONG] * int(long.sum())
        decoded = self._records.decode(data, offset, starts[~long] - offset, ends[~long] - offset)
        rejects = pa.concat_tables([decoded.rejects, reject_table(positions, why)]).sort_by("position")
        consumed = int(state[_START]) - offset if state[_START] >= 0 and not final else len(data)
        return Fed(Decoded(decoded.rows, rejects), consumed)

    def break_off(self, data: bytes, offset: int, reason: str) -> Decoded:
        """See `Decoder.break_off`: what is left is one broken element."""
        empty = self._records.decode(b"", offset, np.zeros(0, np.int64), np.zeros(0, np.int64))
        return Decoded(empty.rows, reject_table([offset], [reason]))


@kernel
def _elements(data: Bytes, begin: int, offset: int, state: Int64s, starts: Int64s, ends: Int64s) -> int:
    depth, in_string, escaped, in_array, start, scalar = state
    count = 0
    for i in range(begin, len(data)):
        c = data[i]
        if in_string:
            if escaped:
                escaped = 0
            elif c == 0x5C:
                escaped = 1
            elif c == 0x22:
                in_string = 0
                if depth == 0:  # a text as an element
                    starts[count], ends[count] = start, offset + i + 1
                    count += 1
                    start, scalar = _NONE, 0
            continue
        if depth > 0:
            if c == 0x22:
                in_string = 1
            elif c == 0x7B or c == 0x5B:
                depth += 1
            elif c == 0x7D or c == 0x5D:
                depth -= 1
                if depth == 0:
                    starts[count], ends[count] = start, offset + i + 1
                    count += 1
                    start = _NONE
            continue
        space = c == 0x20 or c == 0x0A or c == 0x0D or c == 0x09 or c == 0x2C
        opens = c == 0x7B or c == 0x5B
        closes = c == 0x5D and in_array == 1
        if scalar:
            if not (space or opens or closes or c == 0x22):
                continue
            starts[count], ends[count] = start, offset + i
            count += 1
            start, scalar = _NONE, 0
        if space:
            continue
        if closes:
            in_array = 0
        elif c == 0x5B and in_array == 0:
            in_array = 1
        else:
            start = offset + i
            if opens:
                depth = 1
            elif c == 0x22:
                in_string, scalar = 1, 1
            else:
                scalar = 1
    state[:] = (depth, in_string, escaped, in_array, start, scalar)
    return count
