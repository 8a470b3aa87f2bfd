"""Rows as lessons, tokens as numbers."""

from __future__ import annotations

import json

from examples.next_action.vocabulary import ABSENT, Vocabulary
from tests.examples.small import lessons_of, rows_of


def test_lessons_stay_inside_their_row_and_carry_its_weight():
    learned, vocabulary = lessons_of({"ab": 3, "cab": 2}, length=2)
    assert vocabulary.tokens == ("a", "b", "c")
    found = {
        (*context, target): weight
        for context, target, weight in zip(
            learned.context.tolist(), learned.target.tolist(), learned.weight.tolist(), strict=True
        )
    }
    none = ABSENT
    assert found == {
        (none, none, 0): 3,
        (none, 0, 1): 3,
        (none, none, 2): 2,
        (none, 2, 0): 2,
        (2, 0, 1): 2,
    }


def test_lessons_that_are_equal_are_one():
    learned, _ = lessons_of({"ab": 3, "abc": 4}, length=1)
    assert learned.weight.sum() == 2 * 3 + 3 * 4
    assert len(learned.weight) == 3


def test_an_action_is_its_finest_name_that_is_known():
    vocabulary = Vocabulary(("click Mail send", "click Mail ↑1", "click ↑2"))
    assert vocabulary.finest.tolist() == [True, False, False]
    assert vocabulary.best(("click Mail send", "click Mail ↑1", "click ↑2")) == 0
    assert vocabulary.best(("click Mail junk", "click Mail ↑1", "click ↑2")) == 1
    assert vocabulary.best(("click Chat pin", "click Chat ↑1", "click ↑2")) == 2
    assert vocabulary.best(("key Chat", "key Chat ↑1", "key ↑2")) == ABSENT


def test_a_tokenizer_gives_its_order(tmp_path):
    rows = [rows_of({"abc": 1})]
    path = tmp_path / "tokenizer.json"
    assert Vocabulary.of(rows, tokenizer=path).tokens == ("a", "b", "c")
    path.write_text(
        json.dumps({"model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "c": 1, "z": 2, "a": 3}}})
    )
    assert Vocabulary.of(rows, tokenizer=path).tokens == ("c", "a", "b")
