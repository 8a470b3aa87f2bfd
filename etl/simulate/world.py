"""The world: who works where, on what, how much; a pure function of the simulation's parameters.

Every worker process builds the same world anew, which is cheaper than sending it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from etl.simulate.cast import Part, parts
from etl.simulate.draws import Draws, For, Ints, below, draw
from etl.simulate.habits import personal_paths, unit_paths
from etl.simulate.names import SITES
from etl.simulate.paths import (
    PathBook,
    Paths,
    Pool,
    add_interruptions,
    add_slips,
    add_wanderings,
    add_workflow,
)
from etl.simulate.scripts import parse
from etl.simulate.settings import Simulation
from etl.simulate.vocabulary import Vocabulary, vocabulary, workplace

ROLLS: Final = 64
"""The size of a unit's table of workflows: one roll of a die with so many sides."""

_MINUTE_US: Final = 60_000_000
_ACTIVITY: Final = np.array(
    [round(200 * math.exp(0.8 * NormalDist().inv_cdf((i + 0.5) / 1024))) for i in range(1024)], np.int64
)
"""Quantiles of a log-normal distribution with σ = 0.8 (an assumption, not a measurement)."""


@dataclass(frozen=True)
class World:
    """The workplace. People are rows of the person arrays; the service account, if any, is the last row."""

    simulation: Simulation
    vocabulary: Vocabulary
    paths: Paths
    key: Draws
    """Of each person: names the streams that everything about them is drawn from."""
    kinds: tuple[str, ...]
    unit: Ints
    site: Ints
    activity: Ints
    """How much a person does on a working day, relative to the others."""
    begins_us: Ints
    """When a person's working day begins, local time, µs since midnight."""
    company: Ints
    """[units, ROLLS]: first path of a company-wide workflow."""
    special: Ints
    """[units, ROLLS]: first path of a workflow of the unit's kind."""
    app_visits: Ints
    """[units, 16]: first path of the wanderings in an app that the unit uses."""
    unit_own: Pool
    personal: Pool
    slips: npt.NDArray[np.int64]
    """[apps]: first path of the slips, by the app of an action."""
    interruptions: npt.NDArray[np.int64]
    action_app: Ints
    action_kind: npt.NDArray[np.uint8]
    parts: tuple[tuple[Part, Pool], ...]

    @cached_property
    def offset_us(self) -> Ints:
        """Of each person: what the local clock is ahead of UTC, µs."""
        return np.array([minutes for _, minutes in SITES], np.int64)[self.site] * _MINUTE_US

    @cached_property
    def works_at_midnight(self) -> npt.NDArray[np.bool_]:
        """Of each person: whether midnight UTC falls into the working day."""
        return _share_of(draw(self.key, For.SHIFT), self.simulation.night_shift_share)


def _share_of(chance: Draws, share: float) -> npt.NDArray[np.bool_]:
    return below(chance, 10_000) < round(share * 10_000)


def build_world(simulation: Simulation) -> World:
    """Make the world of a simulation."""
    described = workplace()
    cast = parts(simulation.seed, simulation.people) if simulation.hostile else ()
    words = vocabulary(described, (action for part in cast for path in part.paths for action in path))
    key = int(draw(simulation.seed, For.WORLD)) >> 1  # room for salts
    people = simulation.people + int(simulation.hostile)
    person_key = draw(key, For.PERSON, np.arange(people))
    unit = below(draw(person_key, For.PERSON, 0), simulation.units)
    home = below(draw(draw(key, For.UNIT, unit), For.UNIT, 0), len(SITES))
    moved_away = below(draw(person_key, For.PERSON, 1), 100) < 15
    anywhere = below(draw(person_key, For.PERSON, 2), len(SITES))

    book = PathBook()
    company, special, visits, unit_apps = _workflows(book, described, words, simulation.units, key)
    slips = [add_slips(book, words, app, key + 1 + n).first for n, app in enumerate(words.by_app)]
    interruptions = [add_interruptions(book, words, app).first for app in words.by_app]
    unit_own = book.add_block(unit_paths(words, unit_apps, key))
    personal = book.add_block(personal_paths(words, unit_apps[unit], person_key))
    staged = tuple(
        (part, book.add([words.number[action] for action in path] for path in part.paths)) for part in cast
    )
    apps = {app: n for n, app in enumerate(words.by_app)}
    return World(
        simulation=simulation,
        vocabulary=words,
        paths=book.paths(),
        key=person_key,
        kinds=tuple(described["kinds"]),
        unit=unit,
        site=np.where(moved_away, anywhere, home),
        activity=_ACTIVITY[below(draw(person_key, For.PERSON, 3), 1024)],
        begins_us=_begins_us(person_key),
        company=company,
        special=special,
        app_visits=visits,
        unit_own=unit_own,
        personal=personal,
        slips=np.array(slips),
        interruptions=np.array(interruptions),
        action_app=np.array([apps[action.app] for action in words.actions]),
        action_kind=np.array([action.kind for action in words.actions], np.uint8),
        parts=staged,
    )


def _begins_us(person_key: Draws) -> Ints:
    """Seven to half past nine for most; one in twenty comes in the evening and works past midnight."""
    early = 420 + below(draw(person_key, For.PERSON, 4), 150)
    late = 1080 + below(draw(person_key, For.PERSON, 4), 240)
    return np.where(below(draw(person_key, For.PERSON, 5), 100) < 5, late, early) * _MINUTE_US


def _workflows(
    book: PathBook, described: dict[str, Any], words: Vocabulary, units: int, key: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Add workflows and wanderings; each unit's tables of them: company, special, app visits, apps."""
    common = [(parse(text, words), weight) for weight, text in described["workflows"].values()]
    kinds = [
        [(parse(text, words), weight) for weight, text in workflows.values()]
        for workflows in described["kinds"].values()
    ]
    salt = iter(range(1, 1_000_000))
    common_pool = [add_workflow(book, script, key + next(salt)).first for script, _ in common]
    kind_pool = [[add_workflow(book, script, key + next(salt)).first for script, _ in kind] for kind in kinds]
    names = list(described["apps"])
    visit = np.array([add_wanderings(book, words, app, key + next(salt)).first for app in names])

    company, special, apps = [], [], []
    for unit in range(units):
        unit_key = draw(key, For.UNIT, unit)
        kind = unit % len(kinds)
        # a unit does of the common work what it likes: one to four times the usual weight
        taste = 1 + below(draw(unit_key, For.UNIT, 1 + np.arange(len(common))), 4)
        company.append(_rolls(np.array([weight for _, weight in common]) * taste, common_pool))
        special.append(_rolls(np.array([weight for _, weight in kinds[kind]]), kind_pool[kind]))
        own = sorted({names.index(app) for script, _ in kinds[kind] for app in script.apps})
        anywhere = below(draw(unit_key, For.UNIT, 100 + np.arange(16)), len(names)).tolist()
        apps.append([own[n % len(own)] if n % 2 else anywhere[n] for n in range(16)])
    unit_apps = np.array(apps)
    return np.array(company), np.array(special), visit[unit_apps], unit_apps


def _rolls(weights: Ints, pools: list[int]) -> Ints:
    """A table of ROLLS entries that holds each pool as often as its weight says."""
    shares = np.cumsum(weights)
    sides = (2 * np.arange(ROLLS) + 1) * shares[-1] // (2 * ROLLS)
    table: Ints = np.array(pools)[np.searchsorted(shares, sides, side="right")]
    return table
