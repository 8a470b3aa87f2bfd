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
    return {text + (f" ↑{level}" if level else "") for level, text in enumerate(path.split("\x1f"))}


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


short_list = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.sampled_from(range(len(PATHS))), min_size=1, max_size=12),
    records=st.lists(short_list, min_size=1, max_size=6),
    cuts=st.data(),
    drop_repeats=st.booleans(),
)
def test_walk_is_the_oracle(rows, records, cuts, drop_repeats):
    starts = cuts.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=8))
    lengths = [cuts.draw(st.integers(1, len(rows) - start)) for start in starts]
    chosen = [cuts.draw(st.integers(0, len(records) - 1)) for _ in starts]
    claims = Claims(*(np.array(column, np.int64) for column in (chosen, starts, lengths)))
    found = give_their_record(
        claims, np.array(rows, np.int64), pa.array(PATHS), released(records), drop_repeats=drop_repeats
    )
    for record, start, length, true in zip(chosen, starts, lengths, found.tolist(), strict=True):
        paths = [PATHS[row] for row in rows[start : start + length]]
        assert true == gives(paths, records[record], drop_repeats=drop_repeats)


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
