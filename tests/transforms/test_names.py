"""The promises every shaped name keeps, whatever it was."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.gazetteer import Gazetteer
from transforms.mapping import As
from transforms.names import shape_names
from transforms.rules import load_rules

GAZETTEER = Gazetteer.build(["Ann Lee", "bob@example.com", "user", "host"], key=b"k" * 32)

PIECES = st.sampled_from(
    [
        *(
            text
            for which in ("scrub", "template")
            for rule in load_rules(which)
            for example in rule.match
            for text in example
        ),
        *"@ : / \\ . - = % ? # & ' \" { } {n} {user} {path} | > ~ 12 1234567 %40 %2540 &#64; ↑ … é ﷺ \u200b \x1f \x00".split(
            " "
        ),
        *(
            "\u2028",
            "\u202e",
            "\t",
            "\xa0",
            "git ",
            "http://",
            "C:\\Users\\",
            "/home/",
            "password=",
            "ann",
            "Lee",
            "ANN LEE",
        ),
    ]
)
TEXTS = (
    st.text(max_size=40)
    | st.lists(PIECES, min_size=1, max_size=8).map("".join)
    | st.lists(PIECES, max_size=60).map(" ".join)
)
HOWS: list[As] = ["template", "verbatim"]


def shape(values: list[str | None], how: As) -> list[str | None]:
    return list(shape_names(pa.array(values, pa.string()), how, gazetteer=GAZETTEER).values.to_pylist())


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8), st.sampled_from(HOWS))
def test_shaping_again_changes_nothing_and_the_promises_hold(values: list[str], how: As) -> None:
    shaped = shape([*values], how)
    again = shape_names(pa.array(shaped, pa.string()), how, gazetteer=GAZETTEER)
    assert again.values.to_pylist() == shaped
    assert again.hits == {}
    for text in shaped:
        assert text is None or (
            0 < len(text) <= 200 and text == text.strip() and "  " not in text and "↑" not in text
        )
        assert text is None or not {unicodedata.category(character) for character in text} & {
            "Cc",
            "Cf",
            "Zl",
            "Zp",
            "Co",
        }


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS | st.none(), max_size=12), st.integers(0, 12), st.sampled_from(HOWS))
def test_a_value_is_shaped_by_itself(values: list[str | None], cut: int, how: As) -> None:
    whole = shape_names(pa.array(values, pa.string()), how, gazetteer=GAZETTEER)
    chunks = pa.chunked_array([pa.array(values[:cut], pa.string()), pa.array(values[cut:], pa.string())])
    parts = [shape_names(chunk, how, gazetteer=GAZETTEER) for chunk in chunks.chunks]
    assert whole.values.to_pylist() == [text for part in parts for text in part.values.to_pylist()]
    assert whole == type(whole)(shape_names(chunks, how, gazetteer=GAZETTEER).values, whole.hits)
    for rule in {rule for part in parts for rule in part.hits} | set(whole.hits):
        assert whole.hits[rule] == sum(part.hits.get(rule, 0) for part in parts)


def test_hits_count_rows() -> None:
    shaped = shape_names(pa.array(["a@example.com", None, "a@example.com", "b@example.com", "x"]), "verbatim")
    assert shaped.values.to_pylist() == ["{email}", None, "{email}", "{email}", "x"]
    assert shaped.hits == {"email": 3}


@pytest.mark.parametrize("how", ["template", "verbatim", "key_class"])
def test_empty_and_null(how: As) -> None:
    assert shape_names(pa.array([], pa.string()), how).values.to_pylist() == []
    assert shape_names(pa.array([None, ""], pa.string()), how).values.to_pylist() == [None, None]
    assert shape_names(pa.chunked_array([], pa.string()), how).values.type == pa.string()


def test_dictionaries_and_slices_are_read_as_their_strings() -> None:
    column = pa.array(["x", "p1", "a@example.com", "p1"])
    expected = ["p{n}", "{email}", "p{n}"]
    assert shape_names(column.slice(1), "template").values.to_pylist() == expected
    assert shape_names(column.dictionary_encode().slice(1), "template").values.to_pylist() == expected


def test_long_values_are_cut_or_dropped() -> None:
    words, query, free = "word " * 100, "https://a.example/x?q=" + "y z" * 2000, "secret story " * 1000
    shaped = shape([words, query, free], "template")
    assert shaped[0] == ("word " * 100)[:199] + "…"
    assert shaped[1:] == ["https://{host}/x", "{text}"]


def test_no_message_holds_a_value() -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError)) as caught:
        shape_names(pa.array([[1]]), "template")
    assert "[1]" not in str(caught.value)
