"""Where the lines of a piece of text are, and which of them are too long to be looked at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transforms.decode.arrays import Int64s
from transforms.decode.words import find_byte

LF, CR = 10, 13


class Lines(NamedTuple):
    """Complete lines `starts[i] : ends[i]` without their ends, where the too long ones start, how many bytes are done with,
    and whether the last of them is a line that goes on (it is in `too_long`)."""

    starts: Int64s
    ends: Int64s
    too_long: Int64s
    consumed: int
    unfinished: bool


def cut_lines(
    data: bytes, *, newline: int, final: bool, skipping: bool, limit: int, max_record_bytes: int
) -> Lines:
    """Cut bytes at line ends.

    Linear in the bytes.

    Args:
        newline: LF (a CR before it belongs to the line's end) or CR.
        skipping: the bytes start inside a line that is not wanted: go on behind its end.
        limit: lines that start here or later belong to somebody else.
        max_record_bytes: longer lines are too long, and need not be in `data` as a whole.
    """
    array = np.frombuffer(data, np.uint8)
    places = np.empty(len(data), np.int64)  # room that is not used is never touched, and so takes no memory
    breaks = places[: find_byte(array, newline, places)].copy()
    begin = 0
    nothing = np.zeros(0, np.int64)
    if skipping:
        if not len(breaks):
            return Lines(nothing, nothing, nothing, len(data), not final)
        begin, breaks = int(breaks[0]) + 1, breaks[1:]
    last = int(breaks[-1]) + 1 if len(breaks) else begin
    unfinished = False
    if last < len(data):
        unfinished = not final and len(data) - last > max_record_bytes + 1
        if final or unfinished:
            breaks = np.append(breaks, len(data))
            last = len(data)
    starts = np.concatenate([np.array([begin], np.int64), breaks[:-1] + 1]) if len(breaks) else nothing
    mine = int(np.searchsorted(starts, limit))
    if mine < len(starts):
        last, unfinished = int(starts[mine]), False
        starts, breaks = starts[:mine], breaks[:mine]
    ends = breaks
    if newline == LF:
        ends = ends - ((ends > starts) & (array[ends - 1] == CR))
    long = ends - starts > max_record_bytes
    if long.any():
        return Lines(starts[~long], ends[~long], starts[long], last, unfinished)
    return Lines(starts, ends, nothing, last, unfinished)
