"""Spans as a dictionary: the same texts as without, or nothing where there are too many."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.decode.interned import spans_to_dictionary
from transforms.decode.spans import NULL, PLAIN, spans_to_strings


def spans(texts: list[str | None]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    pieces = [(text or "").encode() for text in texts]
    lengths = np.array([len(piece) for piece in pieces], np.int32)
    starts = (np.cumsum(lengths) - lengths).astype(np.int64)
    kinds = np.array([NULL if text is None else PLAIN for text in texts], np.int8)
    return np.frombuffer(b"".join(pieces), np.uint8), starts, lengths, kinds


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text("aé𝄞", max_size=20)), min_size=1, max_size=60))
def test_the_same_texts(texts: list[str | None]) -> None:
    encoded = spans_to_dictionary(*spans(texts))
    assert encoded is not None
    assert encoded.to_pylist() == texts == spans_to_strings(*spans(texts)).to_pylist()
    assert len(encoded.dictionary) == len(set(texts) - {None})


def test_texts_that_are_equal_in_part_are_kept_apart() -> None:
    texts = [head + tail for head in ("", "abcdefgh", "abcdefghabcdefgh") for tail in ("", "x", "y", "xyz")]
    encoded = spans_to_dictionary(*spans(texts * 2))
    assert encoded is not None
    assert encoded.dictionary.to_pylist() == texts
    assert encoded.to_pylist() == texts * 2


def test_a_column_without_repeats_is_none() -> None:
    assert spans_to_dictionary(*spans([str(number) for number in range(5000)])) is None
    assert spans_to_dictionary(*spans([str(number % 900) for number in range(5000)])) is not None
