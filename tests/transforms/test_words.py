"""Going through text by the word finds what going through it byte by byte finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.decode.lines import CR, LF, cut_lines
from transforms.decode.words import find_byte

NEAR = st.sampled_from([0x00, 0x09, 0x0A, 0x0B, 0x0D, 0x7F, 0x80, 0x8A, 0x8B, 0xFF])
"""The bytes wanted, and those that differ from one of them in one bit or by one."""


@settings(deadline=None, max_examples=300)
@given(st.lists(NEAR | st.integers(0, 255), max_size=70).map(bytes), NEAR, st.integers(0, 9))
@example(b"\n" * 17, 10, 1)
@example(b"\n\x0b" * 9, 10, 0)
def test_a_byte_is_found_wherever_it_stands(data: bytes, wanted: int, offset: int) -> None:
    array = np.frombuffer(data, np.uint8)[offset:]  # at any address
    places = np.full(len(array), -1, np.int64)
    found = find_byte(array, wanted, places)
    assert places[:found].tolist() == [at for at, byte in enumerate(data[offset:]) if byte == wanted]
    assert (places[found:] == -1).all()


@pytest.mark.parametrize("length", range(20))
def test_at_every_place_of_every_length(length: int) -> None:
    for at in range(length):
        array = np.zeros(length, np.uint8)
        array[at] = 10
        places = np.zeros(length, np.int64)
        assert (find_byte(array, 10, places), places[0]) == (1, at)


def lines_of(
    data: bytes, piece: int, *, newline: int, limit: int, longest: int
) -> tuple[list[tuple[int, bytes]], list[int]]:
    """(where, line) and where the too long ones start, cut in pieces, what was not consumed being fed again."""
    lines, long = [], []
    offset, until, skipping = 0, piece, False
    while True:
        held = data[offset:until]
        cut = cut_lines(
            held,
            newline=newline,
            final=until >= len(data),
            skipping=skipping,
            limit=max(limit - offset, 0),
            max_record_bytes=longest,
        )
        lines += [
            (offset + s, held[s:e]) for s, e in zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)
        ]
        long += [offset + start for start in cut.too_long.tolist()]
        offset, skipping = offset + cut.consumed, cut.unfinished
        if until >= len(data) or (offset >= limit and not skipping):
            return lines, long
        until = max(until, offset) + piece


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from([b"a", b"bc", b"\n", b"\r", b"\r\n", b"longer than it may be"]), max_size=25
    ).map(b"".join),
    st.integers(1, 90),
    st.integers(0, 90),
    st.sampled_from([LF, CR]),
)
def test_lines_are_the_same_in_any_pieces(data: bytes, piece: int, limit: int, newline: int) -> None:
    expected, too_long, at = [], [], 0
    pieces = data.split(bytes([newline]))
    for number, line in enumerate(pieces):
        if at < limit and (line or number < len(pieces) - 1):
            shown = line.removesuffix(b"\r") if newline == LF else line
            if len(shown) > 12:
                too_long.append(at)
            else:
                expected.append((at, shown))
        at += len(line) + 1
    assert lines_of(data, piece, newline=newline, limit=limit, longest=12) == (expected, too_long)
