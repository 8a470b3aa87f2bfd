"""Scores computed by hand: levels, actions that the model does not know, and that every model answers the same question."""

from __future__ import annotations

import numpy as np
import pytest

from examples.next_action.score import questions, score
from examples.next_action.vocabulary import ABSENT, Vocabulary

SEND, JUNK, PIN = (
    (f"click {app} {what}", f"click {app} ↑1", "click ↑2")
    for app, what in (("Mail", "send"), ("Mail", "junk"), ("Chat", "pin"))
)
KEY = ("key Mail", "key Mail ↑1", "key ↑2")
CATALOGUE = [SEND, JUNK, PIN, KEY]


class Fixed:
    """Says the same whatever the context, and keeps what it was asked."""

    def __init__(self, *chances):
        self.chances = np.array(chances)
        self.asked = []

    def predict(self, context):
        self.asked += context.tolist()
        return np.tile(self.chances, (len(context), 1))


def asked(sessions, vocabulary, **more):
    return questions(sessions, vocabulary, CATALOGUE, length=2, **more)


def test_contexts_know_every_level_of_a_session_and_collapse_new_repeats():
    vocabulary = Vocabulary((SEND[0], SEND[1], "click ↑2"))
    model = Fixed(0.4, 0.3, 0.2, 0.1)
    score(model, vocabulary, asked([[SEND, JUNK, PIN, KEY, SEND], [JUNK], [PIN, JUNK]], vocabulary))
    none = ABSENT
    # send; send, Mail ↑1; Mail ↑1, click ↑2; click ↑2, not known — and in the next session nothing of this one.
    assert model.asked == [[none, 0], [0, 1], [1, 2], [2, none], [none, 2]]
    fewer = Vocabulary(("click ↑2",))
    repeats = asked([[SEND, JUNK, PIN, KEY]], fewer)
    assert repeats.context.tolist() == [[none, 0]] * 3


def test_a_generalised_token_is_right_at_its_level_only():
    vocabulary = Vocabulary((SEND[0], SEND[1]))
    model = Fixed(0.3, 0.6, 0.1)
    got = score(model, vocabulary, asked([[PIN, SEND], [PIN, JUNK], [SEND, PIN]], vocabulary))
    assert got.first == pytest.approx(1 / 3)  # send is the best finest token, and right once
    assert got.level_first == pytest.approx(2 / 3)  # Mail ↑1 is right for send and for junk
    assert (got.five, got.level_five) == pytest.approx((1 / 3, 2 / 3))


def test_bits_by_hand():
    vocabulary = Vocabulary((SEND[0], SEND[1]))
    model = Fixed(0.3, 0.6, 0.1)
    # Mail ↑1 goes to send and junk in halves, "none of them" to junk, pin and the key in thirds.
    chances = {SEND: 0.3 + 0.3, JUNK: 0.3 + 0.1 / 3, PIN: 0.1 / 3, KEY: 0.1 / 3}
    assert sum(chances.values()) == pytest.approx(1)
    for action, chance in chances.items():
        got = score(model, vocabulary, asked([[PIN, action]], vocabulary))
        assert got.bits == pytest.approx(-np.log2(chance))
        assert got.perplexity == pytest.approx(1 / chance)


def test_questions_weigh_as_their_sessions_do():
    vocabulary = Vocabulary((SEND[0], JUNK[0]))
    sessions = [[PIN, SEND, JUNK], [PIN, SEND]]
    got = score(Fixed(0.7, 0.2, 0.1), vocabulary, asked(sessions, vocabulary, weights=np.array([1.0, 8.0])))
    assert got.first == pytest.approx(9 / 10)
    assert got.five == 1


def test_of_equal_chances_one_comes_first():
    vocabulary = Vocabulary((SEND[0], JUNK[0], PIN[0]))
    model = Fixed(0.25, 0.25, 0.25, 0.25)
    assert [
        score(model, vocabulary, asked([[KEY, action]], vocabulary)).first for action in (SEND, JUNK, PIN)
    ] == [1, 0, 0]


def test_nothing_to_foretell():
    with pytest.raises(ValueError, match="nothing to foretell"):
        score(Fixed(1.0), Vocabulary(()), asked([[SEND]], Vocabulary(())))
