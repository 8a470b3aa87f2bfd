"""Numbering and finding what stands twice, held against Python's own sets."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import distinct as distinct_module
from transforms.distinct import ascending, counted, distinct, number, number_below, repeated

DIGESTS = st.integers(-(1 << 63), (1 << 63) - 1)
SMALL = st.lists(st.integers(0, 30), max_size=40)


@settings(deadline=None)
@given(st.lists(DIGESTS | st.integers(-3, 3), max_size=60))
def test_repeated_is_what_stands_more_than_once(values: list[int]) -> None:
    times = Counter(values)
    assert repeated(np.array(values, np.int64)).tolist() == [times[value] > 1 for value in values]


def test_what_only_shares_a_bit_of_the_table_is_not_repeated() -> None:
    values = np.arange(1, 200, dtype=np.int64) << 40  # the same last bits, so the same place for all
    assert not repeated(values).any()
    assert repeated(np.append(values, values[7])).nonzero()[0].tolist() == [7, 199]


def test_repeated_among_many() -> None:
    values = np.random.default_rng(3).integers(-(1 << 62), 1 << 62, 100_000)
    values[[5, 60_000]] = values[[70_000, 99_999]]
    assert repeated(values).nonzero()[0].tolist() == [5, 60_000, 70_000, 99_999]


@given(SMALL, st.integers(31, 200))
def test_number_below_numbers_each_distinct_value(values: list[int], bound: int) -> None:
    given = np.array(values, np.int64)
    code, first = number_below(given, bound)
    assert sorted(given[first].tolist()) == sorted(set(values))
    assert given[first][code].tolist() == values
    assert code[first].tolist() == list(range(len(first)))


@given(SMALL)
def test_a_large_bound_changes_nothing_but_the_order(values: list[int]) -> None:
    given = np.array(values, np.int64)
    code, first = number_below(given, 1 << 40)
    assert given[first][code].tolist() == values
    assert len(first) == len(set(values))


def test_a_large_bound_makes_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(distinct_module, "number", lambda values: asked.append(1) or number(values))
    number_below(np.array([1, 2]), 1 << 20)
    assert not asked
    number_below(np.array([1, 1 << 50]), 1 << 51)
    assert asked


@given(SMALL)
def test_number_and_distinct(values: list[int]) -> None:
    given = np.array(values, np.int64)
    assert number(given).first.tolist() == sorted({values.index(value) for value in values})
    assert distinct(given).tolist() == sorted(set(values))


@settings(deadline=None)
@given(st.lists(DIGESTS | st.integers(-3, 3), max_size=60), st.sampled_from([np.int64, np.int32]))
def test_ascending_is_sorted_and_leaves_what_it_was_given(values: list[int], kind: type[np.integer]) -> None:
    given = np.array(values, np.int64).astype(kind)
    before = given.copy()
    assert ascending(given).tolist() == sorted(before.tolist())
    assert given.tolist() == before.tolist()


@pytest.mark.parametrize("bits", [0, 1, 11, 12, 22, 23, 40, 63])
def test_ascending_among_many(bits: int) -> None:
    values = np.random.default_rng(bits).integers(-(1 << bits), 1 << bits, 20_000, endpoint=bits == 0)
    assert ascending(values).tolist() == sorted(values.tolist())


@given(SMALL)
def test_counted(values: list[int]) -> None:
    numbers, times = counted(np.array(values, np.int64))
    assert dict(zip(numbers.tolist(), times.tolist(), strict=True)) == Counter(values)
    assert numbers.tolist() == sorted(set(values))
