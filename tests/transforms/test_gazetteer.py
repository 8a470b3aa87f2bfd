"""Names are found however they are written, in words only, and are not in the object that finds them."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.gazetteer import Gazetteer

NAMES = [
    "Ann Lee",
    "Jürgen Müller",
    "john.smith2@example.com",
    "CORP\\jdoe",
    "Иван Петров",
    "McDonald",
    "u82b9",
    "O'Brien, Sinéad",
]
GAZETTEER = Gazetteer.build(NAMES, key=b"k" * 32, keep=["lee"])


def replaced(text: str) -> str:
    return str(GAZETTEER.replace_names(pa.array([text]))[0].as_py())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src/ann_2/AnnReport.md", "src/{name}_2/{name}Report.md"),
        ("AnnLee ann.lee ANN-LEE annlee LeeAnn", "{name} {name} {name} {name} {name}"),
        ("mueller Muller MÜLLER", "{name} {name} {name}"),
        ("John Smith's CV, johnsmith2", "{name}'s CV, {name}"),
        ("JDoe jdoe42", "{name} {name}42"),
        ("иван и ПЕТРОВ", "{name} и {name}"),
        ("mcdonald", "{name}"),
        ("U82B9", "{name}"),
        ("Sinead O’Brien", "{name}"),
        ("planning annual leeway lee", "planning annual leeway lee"),
        ("{name} {ann}", "{name} {{name}}"),
        ("", ""),
    ],
)
def test_found(text: str, expected: str) -> None:
    assert replaced(text) == expected


def test_the_object_holds_no_name() -> None:
    shipped = pickle.dumps(GAZETTEER).lower()
    for word in ("ann", "lee", "muller", "müller", "smith", "jdoe", "mcdonald", "u82b9"):
        assert word.encode() not in shipped.replace(b"annotations", b"")
    again = pickle.loads(pickle.dumps(GAZETTEER))
    assert again.replace_names(pa.array(["Ann"])).to_pylist() == ["{name}"]


def test_the_sieve_lets_every_name_through_and_little_else() -> None:
    many = Gazetteer.build(
        [f"person{chr(97 + a)}{chr(97 + b)} x{a}y{b}z" for a in range(26) for b in range(26)], key=b"x"
    )
    texts = pa.array([f"open file{i} view{i % 7} Save{i % 13}As" for i in range(2000)])
    assert many.may_hold(texts).mean() < 0.05


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*"AaNn LEe2/._-{}(é", "ann", "Lee", "jdoe", "JDoe", "Smith", "u82", "b9", "planning"]
        ),
        max_size=12,
    )
)
def test_whatever_is_replaced_had_passed_the_sieve(pieces: list[str]) -> None:
    values = pa.array(["".join(pieces)])
    exact = GAZETTEER._replace("".join(pieces), {})
    assert exact == "".join(pieces) or bool(np.all(GAZETTEER.may_hold(values)))


def test_empty_and_sliced() -> None:
    assert Gazetteer.build([], key=b"k").replace_names(pa.array(["Ann"])).to_pylist() == ["Ann"]
    assert GAZETTEER.replace_names(pa.array([], pa.string())).to_pylist() == []
    assert GAZETTEER.replace_names(pa.array(["x", "Ann", "y"]).slice(1)).to_pylist() == ["{name}", "y"]
