"""The ladder and the rounding, against their description."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.published import rounded_occurrences, rungs


@pytest.mark.parametrize("k", [1, 2, 4, 6, 10, 11, 100, 137])
def test_rungs_are_k_and_the_steps_above_it(k):
    described = {int(step * 10**power) for step in (1, 1.5, 2, 3, 5, 7.5) for power in range(6)}
    assert rungs(k, up_to=10_000).tolist() == sorted({k} | {step for step in described if k < step <= 10_000})


def test_k_is_a_rung_even_alone():
    assert rungs(10, up_to=3).tolist() == [10]


@given(st.integers(0, 10**17))
def test_two_digits(number):
    text = str(number)
    assert rounded_occurrences(np.array([number])).tolist() == [int(text[:2] + "0" * (len(text) - 2))]
