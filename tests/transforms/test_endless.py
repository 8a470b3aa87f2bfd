"""Sessions that never pause: cut at fixed instants, by what came before, whatever was released or comes later."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from tests.transforms.test_barriers import intervals
from tests.worlds import Act, digest, events_of
from transforms.endless import cut_by_length
from transforms.sequence import open_sessions, order_events
from verifier import SPENT, Before
from verifier.endless import cut

GAP, LONGEST = 10, 100
Row = tuple[str, int]
Spent = tuple[str, int, int]


def cuts(rows: list[Row], spent: list[Spent] = ()) -> list[bool]:
    names = sorted({name for name, _ in rows})
    person = np.array([names.index(name) for name, _ in rows], np.int32)
    time_us = np.array([time for _, time in rows], np.int64)
    persons = pa.array([digest(name) for name in names], pa.binary(16))
    found = cut_by_length(
        person, persons, time_us, gap_us=GAP, longest_us=LONGEST, spent=intervals(list(spent))
    )
    first = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    before = Before(intervals(list(spent)).rename_columns(SPENT.names).cast(SPENT), 0)
    recount = cut(persons, first, time_us, before, gap_us=GAP, longest_us=LONGEST)
    assert found.tolist() == recount.tolist()
    return found.tolist()


def plainly(rows: list[Row], spent: list[Spent]) -> list[bool]:
    """By the sentence: at an instant between two events, if from the one before on nobody paused."""
    found = []
    for number, (name, time) in enumerate(rows):
        instant = time // LONGEST * LONGEST
        before = [at for who, at in rows[:number] if who == name]
        if not before or before[-1] >= instant or time - before[-1] > GAP:
            found.append(False)
            continue
        worked = set(before) | {
            at for who, begin, end in spent if who == name for at in range(begin, end + 1)
        }
        moments = range(instant - LONGEST, before[-1] + 1)
        paused = any(
            not any(moment - back in worked for back in range(GAP))
            for moment in moments
            if moment >= instant - LONGEST + GAP
        )
        found.append(not paused)
    return found


def endless(rng: random.Random, name: str, until: int) -> list[Row]:
    time, rows = rng.randrange(0, 150), []
    while time < until:
        rows.append((name, time))
        time += rng.choice([1, 4, 9, 10, 10, 10]) if rng.random() > 0.02 else rng.randrange(11, 60)
    return rows


@pytest.mark.parametrize("seed", range(40))
def test_like_the_sentence_and_like_the_verifier(seed):
    rng = random.Random(seed)
    rows = [row for name in "abc" for row in endless(rng, name, 520)]
    assert cuts(rows) == plainly(rows, [])


@pytest.mark.parametrize("seed", range(40))
def test_what_was_released_moves_no_cut(seed):
    """Nights before released some of it: of the rest each pair that is still next to each other is cut as before."""
    rng = random.Random(seed)
    rows = [row for name in "abc" for row in endless(rng, name, 520)]
    whole = dict(zip(rows, cuts(rows), strict=True))
    gone, number = set(), 0
    while number < len(rows):
        run = rng.randrange(1, 6)
        if rng.random() < 0.4:
            gone.add(range(number, min(number + run, len(rows))))
        number += run
    spent = []
    for run in gone:
        for name in "abc":
            times = [rows[row][1] for row in run if rows[row][0] == name]
            # A run of one session: where it pauses there are two intervals.
            for time in times:
                if spent and spent[-1][0] == name and 0 <= time - spent[-1][2] <= GAP and time != times[0]:
                    spent[-1] = (name, spent[-1][1], time)
                else:
                    spent.append((name, time, time))
    left = [row for number, row in enumerate(rows) if not any(number in run for run in gone)]
    if len(left) < 2:
        return
    again = cuts(left, spent)
    for place in range(1, len(left)):
        if rows[rows.index(left[place]) - 1] == left[place - 1]:
            assert again[place] == whole[left[place]], left[place]


def test_later_events_move_no_cut():
    rows = endless(random.Random(3), "a", 520)
    whole = cuts(rows)
    assert any(whole)
    for end in range(2, len(rows)):
        assert cuts(rows[:end]) == whole[:end]


def test_no_session_is_longer_than_twice_the_length_and_the_gap():
    rows = [("a", time) for time in range(15, 1000, 5)]
    begins = [15, *(time for (_, time), parted in zip(rows, cuts(rows), strict=True) if parted)]
    assert begins == [15, 200, 300, 400, 500, 600, 700, 800, 900]


def test_a_usual_session_over_an_instant_is_whole():
    assert not any(cuts([("a", time) for time in range(60, 160, 5)]))


def test_an_event_at_the_instant_is_behind_the_cut():
    rows = [("a", time) for time in range(0, 110, 10)]
    assert cuts(rows) == [False] * 10 + [True]


def test_a_length_of_nothing_cuts_nothing():
    time_us = np.arange(0, 1000, 5)
    person = np.zeros(200, np.int32)
    persons = pa.array([digest("a")], pa.binary(16))
    assert not cut_by_length(person, persons, time_us, gap_us=10, longest_us=0, spent=None).any()


@pytest.mark.parametrize(
    ("begins", "end", "open_"),
    [(0, 100, False), (9, 100, False), (11, 100, True), (0, 95, True), (0, 105, False), (0, 200, False)],
)
def test_an_endless_session_is_not_open_where_it_is_cut_whoever_goes_on(begins, end, open_):
    """It waits only for what could still belong to it."""
    minute = 60_000_000
    acts = [Act("a", time, ("x",)) for time in range(begins, min(end, 100), 3)]
    events = order_events([events_of(acts)]).events
    waits = open_sessions(
        events, gap_us=10 * minute, spent=None, end_us=end * minute, longest_us=100 * minute
    )
    assert waits.tolist() == [open_] * len(acts)
