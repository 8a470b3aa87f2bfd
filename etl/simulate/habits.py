"""Paths that a unit or a person has to itself: vectorised, as there are as many of them as people."""

from __future__ import annotations

import numpy as np

from etl.simulate.draws import Draws, For, Ints, below, draw
from etl.simulate.vocabulary import Vocabulary

UNIT_WORKFLOWS, UNIT_VARIANTS, UNIT_STEPS = 2, 12, 6
PERSONAL_PATHS, PERSONAL_STEPS = 3, 5


def unit_paths(words: Vocabulary, unit_apps: Ints, key: int) -> Ints:
    """UNIT_WORKFLOWS × UNIT_VARIANTS paths for every unit: a habit in one of its apps, one step changed."""
    units = np.arange(len(unit_apps))
    unit_key = draw(draw(key, For.UNIT, units), For.UNIT, 200)[:, None]
    app = unit_apps[:, [1, 3][:UNIT_WORKFLOWS]].ravel()[:, None]
    base_draw = draw(unit_key, For.UNIT, np.arange(UNIT_WORKFLOWS * UNIT_STEPS)).reshape(-1, UNIT_STEPS)
    base = np.repeat(_any_action(words, app, base_draw), UNIT_VARIANTS, axis=0)
    changes = draw(unit_key, For.UNIT, 1000 + np.arange(UNIT_WORKFLOWS * UNIT_VARIANTS)).reshape(-1, 1)
    changed = _any_action(words, np.repeat(app, UNIT_VARIANTS, axis=0), changes)
    where = below(changes << np.uint64(20), UNIT_STEPS)
    return np.where(np.arange(UNIT_STEPS) == where, changed, base)


def personal_paths(words: Vocabulary, apps: Ints, person_key: Draws) -> Ints:
    """PERSONAL_PATHS paths for every person, in an app of the unit: nobody else has them."""
    app = apps[:, :PERSONAL_PATHS].reshape(-1, 1)
    chance = draw(person_key[:, None], For.PERSONAL, np.arange(PERSONAL_PATHS * PERSONAL_STEPS))
    return _any_action(words, app, chance.reshape(-1, PERSONAL_STEPS))


def _any_action(words: Vocabulary, app: Ints, chance: Draws) -> Ints:
    sizes = np.array([len(numbers) for numbers in words.by_app.values()])
    flat = np.concatenate([np.array(numbers) for numbers in words.by_app.values()])
    first = np.cumsum(sizes) - sizes
    actions: Ints = flat[first[app] + below(chance, sizes[app])]
    return actions
