"""Attendance regression (T11): do a record's nightly counts tell, over many nights, who is in the habit of it?

Versions are disjoint in events, which bounds nothing over many of them: who was present is widely known, and counts
rise on the nights when the habitual are there. The attack is run on a simulated team, since it needs hundreds of
nights: regress the counts on the roster, rank people by their coefficients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from risk.auc import auc
from risk.evidence import Bools, Floats, Int64s

_RIDGE: Final = 5.0


@dataclass(frozen=True)
class Team:
    """Who is there and who does it. Chances are per person and night; `present` is the mean over people."""

    people: int = 60
    nights: int = 250
    habitual: int = 15
    present: float = 0.88
    habit: float = 0.95
    otherwise: float = 0.1
    repeats: float = 1.5
    """How often beyond once somebody who does it does it in a night, on average."""


@dataclass(frozen=True)
class Nights:
    """`roster`: (nights, people), who was there. `habitual`: who is sought. `users`, `occurrences`: exact, by night."""

    roster: Bools
    habitual: Bools
    users: Int64s
    occurrences: Int64s


@dataclass(frozen=True)
class Seen:
    """What is published of the record: on which nights, and how much."""

    nights: Int64s
    people: Int64s
    occurrences: Int64s


def simulate(team: Team, *, seed: int) -> Nights:
    """Draw a team's nights."""
    draw = np.random.default_rng(seed)
    habitual = np.arange(team.people) < team.habitual
    # People differ in how often they are there, by a Beta law with a spread of some ten points.
    often = draw.beta(team.present * 10, (1 - team.present) * 10, team.people)
    roster = draw.random((team.nights, team.people)) < often
    does = roster & (draw.random(roster.shape) < np.where(habitual, team.habit, team.otherwise))
    times = does * (1 + draw.poisson(team.repeats, roster.shape))
    return Nights(roster, habitual, does.sum(axis=1), times.sum(axis=1))


def published(
    nights: Nights,
    *,
    k: int,
    min_active: int,
    round_people: Callable[[Int64s], Int64s],
    round_occurrences: Callable[[Int64s, Int64s], Int64s],
) -> Seen:
    """What a version a night says of the record.

    Args:
        k: people that the record needs. min_active: people that the night needs; with fewer nothing is published.
        round_people, round_occurrences: how counts are shown; the second is given the shown people too.
    """
    shown = np.flatnonzero((nights.users >= k) & (nights.roster.sum(axis=1) >= min_active))
    people = round_people(nights.users[shown])
    return Seen(shown, people, round_occurrences(nights.occurrences[shown], people))


def attendance_auc(nights: Nights, seen: Seen) -> dict[str, float]:
    """How well the attack tells the habitual from the others: AUC by the count that is regressed, and by both together.

    Returns:
        .5 where nothing was published, or always the same.
    """
    roster = nights.roster[seen.nights].astype(np.float64)
    by_people = _coefficients(roster, seen.people)
    by_occurrences = _coefficients(roster, seen.occurrences)
    ranked = {
        "people": by_people,
        "occurrences": by_occurrences,
        "both": _scaled(by_people) + _scaled(by_occurrences),
    }
    return {name: float(auc(score, nights.habitual)[0]) for name, score in ranked.items()}


def _coefficients(roster: Floats, counts: Int64s) -> Floats:
    """Ridge regression of the counts on who was there (Hoerl and Kennard 1970)."""
    if len(counts) < 2:
        return np.zeros(roster.shape[1])
    there = roster - roster.mean(axis=0)
    gram = there.T @ there + _RIDGE * np.eye(roster.shape[1])
    return np.asarray(np.linalg.solve(gram, there.T @ (counts - counts.mean())))


def _scaled(values: Floats) -> Floats:
    spread = values.std()
    return values / spread if spread > 0 else values
