"""Unicity: how many people a few of their own actions single out, because nobody else has all of them.

de Montjoye, Hidalgo, Verleysen and Blondel, "Unique in the Crowd", Scientific Reports 3 (2013): draw p of a person's points,
and count who else has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from risk.bitsets import WORD, bitsets
from risk.draws import bounds_of, content_keys, distinct, nth, pick, sample
from risk.evidence import Int64s, Known, UInt64s

MOST_KNOWN: Final = 4
"""p goes from 1 to this."""

PEOPLE: Final = 1_000
"""At most so many people are sampled; a figure then has a standard error of at most 1.6 points."""

DRAWS: Final = 8
"""Draws for each person."""

_BLOCK_BYTES: Final = 32 << 20
"""Neither the bits of the actions nor those of the draws take more at a time, whatever the number of people."""


@dataclass(frozen=True)
class Singled:
    """What a number of known actions does. Exact: it must not be published as it is.

    `share`: of the sampled people and draws that leave one candidate. `people`: sampled. `singled`: those whom at least one
    draw singles out; `hidden`: those whom at least one draw does not.
    """

    share: float
    people: int
    singled: int
    hidden: int


def unicity(known: Known) -> dict[int, Singled]:
    """Unicity at p = 1 … 4 distinct actions known of a person; of whoever has fewer, all of them are known.

    Everybody counts, also those without a single action, whom nothing tells from others.
    """
    keys = content_keys(known)
    chosen = sample(keys, PEOPLE)
    bounds = bounds_of(known)
    drawn = np.stack(
        [_actions(known, bounds, chosen, nth(keys[chosen], number)) for number in range(DRAWS)], axis=1
    )
    candidates = candidates_of(known, drawn.reshape(-1, MOST_KNOWN)).reshape(drawn.shape)
    return {p + 1: singled_out(candidates[:, :, p]) for p in range(MOST_KNOWN)}


def singled_out(candidates: Int64s) -> Singled:
    """The figures of a table of candidate counts.

    Args:
        candidates: one row a sampled person, one column a draw.
    """
    unique = candidates == 1
    share = float(unique.mean()) if unique.size else 0.0
    return Singled(share, len(unique), int(unique.any(axis=1).sum()), int((~unique).any(axis=1).sum()))


def candidates_of(known: Known, drawn: Int64s) -> Int64s:
    """How many people have the first action drawn, the first two, the first three …

    Args:
        drawn: one row a draw; -1: no action, which everybody has.

    Returns:
        Counts, in the shape of `drawn`. Exact, by bitsets of people for each action; memory is bounded.
    """
    used = distinct(drawn.ravel())
    used = used[used >= 0]
    rows = np.where(drawn >= 0, np.searchsorted(used, drawn), len(used))
    size = max(WORD, _BLOCK_BYTES // max(len(used) + 1, len(drawn) // 8) // WORD * WORD)
    counts = np.zeros(drawn.shape, np.int64)
    for first in range(0, known.people, size):
        bits = _bits(known, used, first, min(size, known.people - first))
        state = bits[rows[:, 0]]
        for p in range(drawn.shape[1]):
            state &= bits[rows[:, p]]
            counts[:, p] += np.bitwise_count(state).sum(axis=1, dtype=np.int64)
    return counts


def _actions(known: Known, bounds: Int64s, chosen: Int64s, keys: UInt64s) -> Int64s:
    """For each chosen person `MOST_KNOWN` of their actions, in random order; -1 where there are no more."""
    place = pick(keys, np.diff(bounds)[chosen], MOST_KNOWN)
    at = np.where(place >= 0, bounds[chosen][:, None] + place, 0)
    return np.where(place >= 0, known.action[at] if len(known.action) else -1, -1)


def _bits(known: Known, used: Int64s, first: int, size: int) -> UInt64s:
    """One row a used action and one bit a person from `first` on; and a last row that everybody is in."""
    start, stop = np.searchsorted(known.person, (first, first + size))
    person, action = known.person[start:stop], known.action[start:stop]
    asked = np.isin(action, used)
    row = np.searchsorted(used, action[asked])
    bits = bitsets(row, person[asked] - first, rows=len(used) + 1, members=size)
    bits[len(used)] = np.packbits(np.arange(bits.shape[1] * WORD) < size).view(np.uint64)
    return bits
