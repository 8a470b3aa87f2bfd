"""What a few actions known to stand in one released record leave open: the people who emitted any record that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from risk.draws import bounds_of, content_keys, mix, pairs_of, pick, sample
from risk.evidence import Int64s, Known, Occurrences, Published
from risk.linked import actions_by_record, ranges
from risk.unicity import MOST_KNOWN, Singled, singled_out

PEOPLE: Final = 400
"""At most so many people are sampled, each with one of the records they emitted."""


@dataclass(frozen=True)
class Sizes:
    """The fewest candidates that were found, and the (lower) median. Exact: not to be published as they are."""

    smallest: int
    median: int


@dataclass(frozen=True)
class OneRecord:
    """`singled` and `sizes`: by the number of actions known, over the draws. `whole`: of every record, known in full."""

    singled: dict[int, Singled]
    sizes: dict[int, Sizes]
    whole: Sizes


def in_one_record(published: Published, emitted: Occurrences) -> OneRecord | None:
    """Draw records that people emitted, and p = 1 … 4 distinct actions of each; None: nothing was emitted."""
    if not len(emitted):
        return None
    emitters = pairs_of(
        emitted.record, emitted.person, people=len(published), things=int(emitted.person.max()) + 1
    )
    who = np.flatnonzero(np.bincount(emitted.person))
    held = pairs_of(
        np.searchsorted(who, emitted.person).astype(np.int64),
        emitted.record,
        people=len(who),
        things=len(published),
    )
    keys = content_keys(held)
    chosen = sample(keys, PEOPLE)
    bounds = bounds_of(held)
    place = pick(keys[chosen], np.diff(bounds)[chosen], 1)[:, 0]
    record = held.action[bounds[chosen] + place]
    actions = actions_by_record(published)
    starts = bounds_of(actions)
    spots = pick(mix(keys[chosen]), np.diff(starts)[record], MOST_KNOWN)
    drawn = np.where(spots >= 0, actions.action[np.where(spots >= 0, starts[record][:, None] + spots, 0)], -1)
    candidates = _candidates(drawn, actions, emitters)
    return OneRecord(
        {p + 1: singled_out(candidates[:, p : p + 1]) for p in range(MOST_KNOWN)},
        {p + 1: _sizes(candidates[:, p]) for p in range(MOST_KNOWN)},
        _sizes(np.diff(bounds_of(emitters))),
    )


def _sizes(counts: Int64s) -> Sizes:
    ordered = np.sort(counts)
    return Sizes(int(ordered[0]), int(ordered[(len(ordered) - 1) // 2]))


def _candidates(drawn: Int64s, actions: Known, emitters: Known) -> Int64s:
    """For each draw and each p: how many people emitted a record that holds the first p actions drawn.

    A loop over at most PEOPLE × MOST_KNOWN distinct sets, each of the size of what it matches.
    """
    order = np.lexsort((actions.person, actions.action))
    record, of_action = actions.person[order], actions.action[order]
    starts, people_of = bounds_of(emitters), emitters.action
    marked = np.zeros(int(people_of.max()) + 1, np.bool_)
    known: dict[frozenset[int], int] = {}

    def count(wanted: frozenset[int]) -> int:
        found = [slice(*np.searchsorted(of_action, (action, action + 1))) for action in wanted]
        found.sort(key=lambda one: one.stop - one.start)
        matching = record[found[0]]
        for other in found[1:]:
            matching = matching[np.isin(matching, record[other], assume_unique=True)]
        marked[:] = False
        marked[people_of[ranges(starts[matching], starts[matching + 1] - starts[matching])]] = True
        return int(marked.sum())

    counts = np.zeros(drawn.shape, np.int64)
    for row, taken in enumerate(drawn.tolist()):
        for p in range(len(taken)):
            wanted = frozenset(taken[: p + 1]) - {-1}
            if wanted not in known:
                known[wanted] = count(wanted)
            counts[row, p] = known[wanted]
    return counts
