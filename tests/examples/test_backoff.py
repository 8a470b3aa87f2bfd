"""The n-gram model against probabilities computed by hand from weighted counts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.next_action.backoff import BackOff
from tests.examples.small import contexts, lessons_of

WORDS = st.dictionaries(st.text("abcd", min_size=1, max_size=6), st.integers(1, 500), min_size=1, max_size=8)


def bigrams(weights):
    learned, vocabulary = lessons_of(weights, length=1)
    return BackOff(learned, len(vocabulary))


def test_probabilities_by_hand():
    # a 6 times, b 5, c once: 12 actions of 3 kinds, and 3 / 15 for a fourth.
    model = bigrams({"ab": 3, "ac": 1, "ba": 2})
    alone = [Fraction(6, 15), Fraction(5, 15), Fraction(1, 15), Fraction(3, 15)]
    # After a: b 3 times, c once. After b: a twice. After c: nothing is known.
    after_a = [(n + 2 * p) / 6 for n, p in zip([0, 3, 1, 0], alone, strict=True)]
    after_b = [(n + 1 * p) / 3 for n, p in zip([2, 0, 0, 0], alone, strict=True)]
    expected = [[float(p) for p in line] for line in (alone, after_a, after_b, alone)]
    assert model.predict(contexts([-1], [0], [1], [2])) == pytest.approx(np.array(expected))


def test_trigrams_back_off_to_bigrams_that_back_off():
    learned, vocabulary = lessons_of({"abc": 4, "bd": 2, "abd": 1}, length=2)
    model = BackOff(learned, len(vocabulary))
    by_bigram, by_trigram, unseen, hole = model.predict(contexts([-1, 1], [0, 1], [3, 1], [0, -1]))
    # After b: c 4, d 3. After ab: c 4, d 1.
    assert by_trigram[2] == pytest.approx((4 + 2 * by_bigram[2]) / (5 + 2))
    assert by_trigram[3] == pytest.approx((1 + 2 * by_bigram[3]) / (5 + 2))
    assert unseen.tolist() == by_bigram.tolist()
    assert hole == pytest.approx(
        model.predict(contexts([-1, -1]))[0]
    )  # an unknown action hides what is before it


def test_doubling_the_occurrences_of_a_row_changes_what_is_foretold():
    assert bigrams({"ab": 30, "ac": 20}).predict(contexts([0]))[0].argmax() == 1
    assert bigrams({"ab": 30, "ac": 40}).predict(contexts([0]))[0].argmax() == 2


@given(WORDS, st.integers(0, 3))
def test_every_distribution_sums_to_one(weights, length):
    learned, vocabulary = lessons_of(weights, length=length)
    everything = np.unique(learned.context, axis=0)
    chances = BackOff(learned, len(vocabulary)).predict(everything)
    assert chances.min() >= 0
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(everything)))


@given(WORDS, st.integers(2, 9))
def test_a_row_that_occurred_n_times_is_n_rows(weights, times):
    """Distinct rows with occurrences teach what the same rows written out would."""
    learned, vocabulary = lessons_of(dict.fromkeys(weights, times), length=2)
    one, _ = lessons_of(dict.fromkeys(weights, 1), length=2)
    assert learned.weight.tolist() == (one.weight * times).tolist()
    assert learned.context.tolist() == one.context.tolist()
    assert len(vocabulary) == len(set("".join(weights)))
