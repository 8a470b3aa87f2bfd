"""Where sessions begin, against a plain loop over every pair and every interval."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from tests.worlds import digest
from transforms.barriers import opens_session
from transforms.schemas import SPENT_OF_PEOPLE

GAP = 10


def intervals(rows: list[tuple[str, int, int]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    persons = [digest(name) for name in columns[0]]
    return pa.table(
        [pa.array(persons, pa.binary(16)), *(pa.array(c, pa.int64()) for c in columns[1:])],
        schema=SPENT_OF_PEOPLE,
    )


def opens(rows: list[tuple[str, int, int | None]], spent: list[tuple[str, int, int]]) -> list[bool]:
    names = sorted({name for name, *_ in rows})
    person = np.array([names.index(name) for name, *_ in rows], np.int32)
    return opens_session(
        person,
        pa.array([digest(name) for name in names], pa.binary(16)),
        np.array([time for _, time, _ in rows], np.int64),
        pa.array([fragment for *_, fragment in rows], pa.int64()),
        gap_us=GAP,
        spent=intervals(spent),
    ).tolist()


def plainly(rows: list[tuple[str, int, int | None]], spent: list[tuple[str, int, int]]) -> list[bool]:
    result = [True]
    for (one, begin, before), (other, end, after) in pairwise(rows):
        together = before is not None and before == after
        parted = any(
            name == one and (first < end and begin < last if together else first <= end and begin <= last)
            for name, first, last in spent
        )
        result.append(one != other or end - begin > GAP or parted)
    return result


@pytest.mark.parametrize("seed", range(60))
def test_like_a_plain_loop(seed):
    rng = random.Random(seed)
    draws = range(rng.randrange(1, 40))
    rows = [(rng.choice("abc"), rng.randrange(120), rng.choice([None, None, 1, 2])) for _ in draws]
    rows.sort(key=lambda row: row[:2])
    spent = []
    for _ in range(rng.randrange(0, 12)):
        first = rng.randrange(-5, 125)
        spent.append((rng.choice("abcd"), first, first + rng.choice([0, 0, 1, 5, 40])))
    assert opens(rows, spent) == plainly(rows, spent)


def test_the_ends_of_an_interval_count():
    assert opens([("a", 1, None), ("a", 4, None)], [("a", 4, 9)]) == [True, True]
    assert opens([("a", 1, None), ("a", 4, None)], [("a", 0, 1)]) == [True, True]
    assert opens([("a", 1, None), ("a", 4, None)], [("a", 5, 9)]) == [True, False]
    assert opens([("a", 1, None), ("a", 4, None)], [("b", 2, 3)]) == [True, False]


def test_what_waited_in_one_fragment_is_parted_only_from_within():
    one, other = ("a", 1, 7), ("a", 4, 7)
    assert [
        opens([one, other], [("a", *spent)])[1] for spent in ((0, 1), (4, 9), (2, 2), (0, 2), (0, 9))
    ] == [
        False,
        False,
        True,
        True,
        True,
    ]
