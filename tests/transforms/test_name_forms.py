"""What is looked for of a name, and where a folded form stands in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.name_forms import fold, folded_with_places, forms, glued_forms


@pytest.mark.parametrize(
    ("name", "sought", "inside_words"),
    [
        ("Lee, Ann", {"leeann", "annlee", "lee", "ann"}, {"leeann", "annlee"}),
        ("CORP\\ann.smith2", {"annsmith2", "annsmith", "ann", "smith", "smith2"}, {"annsmith"}),
        ("jdoe@example.com", {"jdoe"}, set()),
        ("Jürgen", {"jurgen", "juergen"}, {"jurgen", "juergen"}),
        ("an\u3164n", {"ann"}, set()),
        ("u82b9", {"u82b9"}, set()),
        ("123456", {"123456"}, set()),
        ("1234", set(), set()),
        ("al", {"al"}, set()),
    ],
)
def test_forms(name: str, sought: set[str], inside_words: set[str]) -> None:
    assert set(forms(name)) == sought
    assert set(glued_forms(name)) == inside_words


@given(st.text(st.sampled_from("aZ9 ._é\u0301ß\u0323ΣςæİЖ한ﬁ½")))
def test_places_say_where_each_folded_letter_comes_from(text: str) -> None:
    folded, places = folded_with_places(text)
    assert folded == fold(text)
    assert all(letter in fold(text[at]) for letter, at in zip(folded, places, strict=True))
