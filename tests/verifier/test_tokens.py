"""The vectorised walk agrees with trying every reading of the rows, one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.verifier.honest import digest_of
from verifier.intervals import Claims
from verifier.release import Release
from verifier.tokens import give_their_record

PATHS = ["a\x1fx\x1fz", "b\x1fx\x1fz", "c\x1fy", "d", "x"]
TOKENS = ["a", "b", "x ↑1", "z ↑2", "c", "y ↑1", "d", "x", "z ↑1"]


def names(path: str) -> set[str]:
    return set(texts_of(path))


def gives(paths: list[str], record: list[str], *, drop_repeats: bool) -> bool:
    """Every way to read the rows, by recursion."""
    if drop_repeats:
        paths = [path for at, path in enumerate(paths) if at == 0 or paths[at - 1] != path]

    def read(row: int, token: int) -> bool:
        if token >= len(record) or record[token] not in names(paths[row]):
            return False
        if row == len(paths) - 1:
            return token == len(record) - 1
        return read(row + 1, token + 1) or (drop_repeats and read(row + 1, token))

    return read(0, 0)


def released(records: list[list[str]]) -> Release:
    flat = pa.array([token for record in records for token in record], pa.string()).dictionary_encode()
    offsets = np.cumsum([0, *map(len, records)], dtype=np.int64)
    none = np.zeros(len(records), np.int64)
    digests = [digest_of(record) for record in records]
    return Release(digests, np.asarray(flat.indices, np.int32), offsets, flat.dictionary, none, none)


def texts_of(path: str) -> list[str]:
    return [text + (f" ↑{level}" if level else "") for level, text in enumerate(path.split("\x1f"))]


@st.composite
def claims(draw: st.DrawFn) -> tuple[list[int], int, int, list[str]]:
    """Rows, an interval of them, and a record: a reading of the interval, or nearly one."""
    rows = draw(st.lists(st.sampled_from(range(len(PATHS))), min_size=1, max_size=12))
    start = draw(st.integers(0, len(rows) - 1))
    length = draw(st.integers(1, len(rows) - start))
    record: list[str] = []
    for row in rows[start : start + length]:
        token = draw(st.sampled_from(texts_of(PATHS[row])))
        if draw(st.booleans()) or not record or record[-1] != token:
            record.append(token)
    if draw(st.booleans()):
        at = draw(st.integers(0, len(record) - 1))
        record[at : at + draw(st.integers(0, 1))] = draw(st.lists(st.sampled_from(TOKENS), max_size=1))
    return rows, start, length, record or TOKENS[:1]


@settings(max_examples=300, deadline=None)
@given(drawn=st.lists(claims(), min_size=1, max_size=6), drop_repeats=st.booleans())
@example([([0, 0], 0, 2, ["a"])], False)
@example([([0, 0], 0, 2, ["a", "x ↑1"])], True)
@example([([0, 1], 0, 2, ["x ↑1"]), ([1], 0, 1, ["b"])], True)
def test_walk_is_the_oracle(drawn, drop_repeats):
    rows = [row for of_claim, *_ in drawn for row in of_claim]
    shift = np.cumsum([0, *(len(of_claim) for of_claim, *_ in drawn[:-1])])
    starts = shift + [start for _, start, _, _ in drawn]
    columns = (range(len(drawn)), starts, [length for _, _, length, _ in drawn])
    found = give_their_record(
        Claims(*(np.array(column, np.int64) for column in columns)),
        np.array(rows, np.int64),
        pa.array(PATHS),
        released([record for *_, record in drawn]),
        drop_repeats=drop_repeats,
    )
    for (of_claim, start, length, record), true in zip(drawn, found.tolist(), strict=True):
        paths = [PATHS[row] for row in of_claim[start : start + length]]
        assert true == gives(paths, record, drop_repeats=drop_repeats)


@settings(max_examples=200, deadline=None)
@given(
    levels=st.lists(
        st.tuples(st.sampled_from(range(len(PATHS))), st.integers(0, 2)), min_size=1, max_size=20
    ),
)
@example([(0, 0), (0, 1), (1, 1), (2, 0)])
def test_what_a_lift_gives_is_accepted(levels):
    """Read forward: rows, a level for each action, repeats collapsed: always true."""
    rows = [row for row, _ in levels]
    tokens: list[str] = []
    before = -1
    for row, level in levels:
        texts = PATHS[row].split("\x1f")
        at = min(level, len(texts) - 1)
        token = texts[at] + (f" ↑{at}" if at else "")
        if row != before and (not tokens or tokens[-1] != token):
            tokens.append(token)
        before = row
    claims = Claims(*(np.array([value], np.int64) for value in (0, 0, len(rows))))
    paths = np.array(rows, np.int64)
    assert give_their_record(claims, paths, pa.array(PATHS), released([tokens]), drop_repeats=True).all()


def test_a_record_that_is_too_long_is_never_given():
    claims = Claims(*(np.array([value], np.int64) for value in (0, 0, 64)))
    rows = np.arange(64, dtype=np.int64) % 2
    record = [["a", "b"][row] for row in rows.tolist()]
    for size, true in ((63, True), (64, False)):
        claims = Claims(*(np.array([value], np.int64) for value in (0, 0, size)))
        given = give_their_record(claims, rows, pa.array(PATHS), released([record[:size]]), drop_repeats=True)
        assert given.tolist() == [true]


def test_no_emissions():
    nothing = Claims(*(np.zeros(0, np.int64) for _ in range(3)))
    rows = np.zeros(0, np.int64)
    assert (
        len(give_their_record(nothing, rows, pa.array([], pa.string()), released([]), drop_repeats=True)) == 0
    )
