"""Person classifier (T9): does a record's place or its counts help to say which other records the same people emitted?

A logistic regression learns on some records, with their emitters known, which pairs share people, and is tried on
other records. The null model sees what a pair is made of and how popular both are; the attacker sees the same and where
they stand. What the null model reaches by itself is a residual risk of its own: content alone tells something.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from risk.auc import auc
from risk.bitsets import cosine
from risk.evidence import Floats, Int64s, Occurrences, Published
from risk.features import features
from risk.interval import RESAMPLES
from risk.logistic import fitted_scores
from risk.placement import emitters

BLOCK: Final = 32
"""Rows that go to the same half together, so that both halves have neighbours."""
NEAREST: Final = 16
"""Every other pair is at most so many rows apart; the rest is drawn from anywhere."""
_RAREST: Final = 20
"""Pairs of either kind that each half must have."""


class Told(NamedTuple):
    """AUC on records not learnt from: of content and popularity alone, of all, and the resampled differences."""

    content: float
    everything: float
    gains: Floats


def classify(
    published: Published, emitted: Occurrences, *, pairs: int, people: int, draw: np.random.Generator
) -> Told | None:
    """Learn on either half of the records and try on the other.

    Args:
        emitted: in canonical order. pairs, people: how many at most; drawn at random.

    Returns:
        None: too few pairs of either kind to learn from.
    """
    half = draw.integers(0, 2, len(published) // BLOCK + 1)[np.arange(len(published)) // BLOCK]
    left, right = _pairs(half, pairs, draw)
    used, sets = emitters(emitted, np.concatenate([left, right]), people=people, draw=draw)
    i, j = np.searchsorted(used, left), np.searchsorted(used, right)
    alike = cosine(sets, i, j)
    together = alike > np.median(alike) if len(alike) else np.zeros(0, np.bool_)
    seen = features(published, left, right)
    everything = np.hstack([seen.content, seen.place])
    weights = _resampled(len(used), draw)
    reached = []
    for part in (0, 1):
        learn, test = half[left] != part, half[left] == part
        kinds = [np.bincount(together[one], minlength=2) for one in (learn, test)]
        if min(int(kind.min()) for kind in kinds) < _RAREST:
            return None
        heavy = np.vstack([np.ones(int(test.sum())), weights[:, i[test]] * weights[:, j[test]]])
        reached.append(
            [
                auc(fitted_scores(table[learn], together[learn], table[test]), together[test], heavy)
                for table in (seen.content, everything)
            ]
        )
    content, all_of_it = np.mean(reached, axis=0)
    return Told(float(content[0]), float(all_of_it[0]), (all_of_it - content)[1:])


def _pairs(half: Int64s, pairs: int, draw: np.random.Generator) -> tuple[Int64s, Int64s]:
    """Pairs of records of the same half, every other one close together."""
    records = len(half)
    left, right = draw.integers(0, max(records, 1), (2, 2 * pairs)) if records else np.zeros((2, 0), np.int64)
    right[::2] = left[::2] + draw.integers(1, NEAREST + 1, len(left[::2]))
    right = np.minimum(right, records - 1)
    kept = np.flatnonzero((left != right) & (half[left] == half[right]))[:pairs]
    return left[kept], right[kept]


def _resampled(records: int, draw: np.random.Generator) -> Floats:
    """How often each record is drawn: pairs that share one are not independent, so whole records are resampled."""
    return draw.poisson(1, (RESAMPLES, records)).astype(np.float64)
