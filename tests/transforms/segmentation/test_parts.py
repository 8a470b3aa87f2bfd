"""Parts cover everything once, and cut no person in two."""

from __future__ import annotations

from itertools import pairwise
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.segmentation import parts
from transforms.segmentation.parts import each, parts_by_weight, parts_of, worth


def covered(found: list[slice]) -> list[int]:
    return [place for part in found for place in range(part.start, part.stop)]


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 5))
def test_parts_of_tokens_are_of_whole_people(people: list[int], threads: int) -> None:
    person = np.array(sorted(people), np.int32)
    with mock.patch.object(parts, "SMALLEST", 1):
        found = parts_of(person, threads=threads)
    assert covered(found) == list(range(len(person)))
    assert len(found) <= threads
    for one, next_one in pairwise(found):
        assert person[one.stop - 1] < person[next_one.start]


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 5))
def test_parts_by_weight_cover_everything_once(weights: list[int], count: int) -> None:
    found = parts_by_weight(np.array(weights, np.int64), parts=count)
    assert covered(found) == list(range(len(weights)))
    assert len(found) <= max(count, 1)


def test_parts_by_weight_weigh_about_the_same() -> None:
    found = parts_by_weight(np.array([5, 1, 1, 1, 1, 1, 5]), parts=3)
    assert found == [slice(0, 1), slice(1, 6), slice(6, 7)]


def test_few_tokens_are_worth_one_part() -> None:
    assert worth(parts.SMALLEST * 2 - 1, 8) == 1
    assert worth(parts.SMALLEST * 3, 8) == 3
    assert worth(parts.SMALLEST * 30, 8) == 8


def test_a_failure_comes_out() -> None:
    def fail(part: slice) -> None:
        if part.start:
            raise ValueError("the second")

    with pytest.raises(ValueError, match="the second"):
        each(fail, [slice(0, 1), slice(1, 2)], threads=2)
