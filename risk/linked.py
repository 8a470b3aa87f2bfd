"""Which actions a release holds, by record, and by person as if all records of a person could be linked."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from risk.draws import bounds_of, pairs_of
from risk.evidence import Int64s, Known, Occurrences, Published


def actions_by_record(published: Published) -> Known:
    """The distinct pairs of a record (in the place of the person) and an action.

    Actions are numbered in the order in which the release first names them.
    """
    names = published.actions.flatten().dictionary_encode()
    return pairs_of(
        np.asarray(pc.list_parent_indices(published.actions), np.int64),
        np.asarray(names.indices, np.int64),
        people=len(published),
        things=len(names.dictionary),
    )


def actions_by_person(published: Published, emitted: Occurrences, *, people: int) -> Known:
    """What an attacker would know who could link all records of a person, which nothing in a release does.

    Returns:
        The distinct pairs of a person and an action of a record that the person emitted.
    """
    actions = actions_by_record(published)
    starts = bounds_of(actions)
    held = pairs_of(emitted.person, emitted.record, people=people, things=len(published))
    sizes = np.diff(starts)[held.action]
    token = actions.action[ranges(starts[held.action], sizes)]
    return pairs_of(np.repeat(held.person, sizes), token, people=people, things=int(token.max(initial=0)) + 1)


def ranges(starts: Int64s, sizes: Int64s) -> Int64s:
    """The numbers from each start on, so many of each, end to end.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(sizes) - sizes
    return np.asarray(np.arange(int(sizes.sum())) + np.repeat(starts - before, sizes), np.int64)
