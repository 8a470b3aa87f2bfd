"""When a log begins and ends, against a plain count over all its events; and that no few clocks decide."""

from __future__ import annotations

import random
from functools import reduce

import numpy as np
import pytest

from transforms.edges import DAY_US, Edges, edges_of


def edges(rows: list[tuple[int, int]], support: int) -> Edges:
    people = np.array([who for who, _ in rows], np.int64)
    time_us = np.array([time for _, time in rows], np.int64)
    return edges_of(
        people, time_us, support=support, name=lambda numbers: [bytes([255 - number]) for number in numbers]
    )


@pytest.mark.parametrize("seed", range(40))
def test_merged_equals_sequential_and_a_plain_count(seed):
    rng = random.Random(seed)
    rows = [
        (rng.randrange(12), rng.randrange(40) * DAY_US // 2 + rng.randrange(3))
        for _ in range(rng.randrange(1, 90))
    ]
    support = rng.choice([1, 2, 5, 20])
    whole = edges(rows, support)
    cut = sorted(rng.choices(range(len(rows) + 1), k=3))
    parts = [rows[a:b] for a, b in zip([0, *cut], [*cut, len(rows)], strict=True)]
    rng.shuffle(parts)
    assert reduce(Edges.__add__, (edges(part, support) for part in parts), Edges()) == whole
    people = {who for who, _ in rows}
    needed = min(support, len(people))
    times = sorted({time for _, time in rows})
    assert whole.last_us == max(
        time for time in times if len({who for who, at in rows if at >= time}) >= needed
    )
    # No hole of a month here: what leads up to the first supported time belongs to the log.
    assert whole.first_us == times[0]


def test_fewer_clocks_than_asked_for_move_the_end_no_further_than_anybody_else_is():
    honest = [(who, day * DAY_US + who) for who in range(6) for day in range(5)]
    for wrong in range(1, 5):
        bad = [(who, 4000 * DAY_US + who + n) for who in range(wrong) for n in range(50)]
        early = [(who, -900 * DAY_US) for who in range(wrong)]
        found = edges(honest + bad + early, 5)
        assert found.last_us is not None
        assert found.last_us // DAY_US == 4
        assert found.first_us == 0


def test_with_fewer_people_than_asked_for_it_takes_all_of_them():
    found = edges([(0, 0), (1, 5), (1, 4000 * DAY_US)], 10)
    assert (found.last_us, found.needed) == (0, 2)


def test_a_log_that_begins_with_few_people_begins_with_them():
    rows = [(0, day * DAY_US) for day in range(0, 100, 30)] + [(who, 100 * DAY_US) for who in range(5)]
    assert edges(rows, 5).first_us == 0
    assert edges([(0, -32 * DAY_US), *rows], 5).first_us == 0


def test_nobody_has_no_edges():
    assert (Edges().first_us, Edges().last_us, edges([], 3)) == (None, None, Edges(3))
