"""T11: the roster tells less of rounded counts on fewer nights than of exact ones, and more with every night."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.attendance import Nights, Team, attendance_auc, published, simulate
from transforms.ladder import round_occurrences, round_people

K = 10
LADDER = {"round_people": partial(round_people, k=K), "round_occurrences": round_occurrences}
EXACT = {"round_people": lambda people: people, "round_occurrences": lambda occurrences, people: occurrences}


def reached(team: Team, *, min_active: int, rounding, by: str = "people") -> float:
    found = []
    for seed in range(12):
        nights = simulate(team, seed=seed)
        found.append(attendance_auc(nights, published(nights, k=K, min_active=min_active, **rounding))[by])
    return float(np.mean(found))


def test_the_ladder_and_the_least_of_people_cost_the_attacker():
    exact = reached(Team(), min_active=0, rounding=EXACT)
    ladder = reached(Team(), min_active=0, rounding=LADDER)
    both = reached(Team(), min_active=5 * K, rounding=LADDER)
    assert exact > ladder > both > 0.6
    assert exact - both > 0.03


def test_more_nights_tell_more():
    few, many = (reached(Team(nights=nights), min_active=50, rounding=LADDER) for nights in (50, 1000))
    assert many > few + 0.15


def test_without_a_habit_there_is_nothing_to_find():
    same = replace(Team(), habit=0.3, otherwise=0.3)
    for by in ("people", "occurrences", "both"):
        assert abs(reached(same, min_active=0, rounding=EXACT, by=by) - 0.5) < 0.06


def test_only_nights_with_enough_people_are_published():
    nights = simulate(Team(present=0.8), seed=1)
    seen = published(nights, k=K, min_active=50, **LADDER)
    expected = [
        night for night in range(250) if nights.users[night] >= K and int(nights.roster[night].sum()) >= 50
    ]
    assert seen.nights.tolist() == expected
    assert 0 < len(expected) < 250
    assert set(seen.people.tolist()) <= {10, 15, 20, 30, 50}
    assert (seen.occurrences >= seen.people).all()


def test_nothing_published_tells_nothing():
    nights = simulate(Team(people=20, habitual=2, nights=5), seed=1)
    unseen = published(nights, k=K, min_active=50, **LADDER)
    assert len(unseen.nights) == 0
    assert set(attendance_auc(nights, unseen).values()) == {0.5}


def test_a_lone_habit_shows_at_once():
    draw = np.random.default_rng(1)
    roster = draw.random((60, 20)) < 0.5
    habitual = np.arange(20) < 1
    nights = Nights(roster, habitual, 10 + roster[:, 0], 20 + 3 * roster[:, 0])
    assert set(attendance_auc(nights, published(nights, k=K, min_active=0, **EXACT)).values()) == {1.0}
