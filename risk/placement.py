"""Row order (T9): do records that stand next to each other share people more than records that do not?

A permutation test: the neighbours are dealt anew within their file. Rows in the order of a hash of their content pass;
rows in the order in which people or sessions came fail.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risk.bitsets import bitsets, cosine
from risk.evidence import Floats, Int32s, Int64s, Occurrences, Published, UInt64s
from risk.interval import RESAMPLES


class Neighbours(NamedTuple):
    """How alike the emitters of neighbours are (mean cosine of the two sets of people), as written and dealt anew."""

    written: float
    dealt: Floats


def neighbours(
    published: Published, emitted: Occurrences, *, pairs: int, people: int, draw: np.random.Generator
) -> Neighbours:
    """Compare neighbours with random pairs of the same file.

    Args:
        emitted: in canonical order. pairs, people: how many at most; drawn at random.
    """
    left = np.flatnonzero(published.file[1:] == published.file[:-1])
    if len(left) > pairs:
        left = np.sort(draw.choice(left, pairs, replace=False))
    right = left + 1
    used, sets = emitters(emitted, np.concatenate([left, right]), people=people, draw=draw)
    i, j = np.searchsorted(used, left), np.searchsorted(used, right)
    dealt = [_mean(sets, i, j[_within(published.file[left], draw)]) for _ in range(RESAMPLES)]
    return Neighbours(_mean(sets, i, j), np.array(dealt))


def emitters(
    emitted: Occurrences, records: Int64s, *, people: int, draw: np.random.Generator
) -> tuple[Int64s, UInt64s]:
    """The distinct records, ascending, and who emitted each, as bits; of more people than `people` a sample.

    Args:
        emitted: in canonical order.
    """
    everybody = int(emitted.person.max(initial=-1)) + 1
    bit = np.full(everybody, -1)
    chosen = np.arange(everybody)
    if everybody > people:
        chosen = np.sort(draw.choice(everybody, people, replace=False))
    bit[chosen] = np.arange(len(chosen))
    used = np.unique(records)
    row = np.full(int(max(emitted.record.max(initial=-1), used.max(initial=-1))) + 1, -1)
    row[used] = np.arange(len(used))
    kept = np.flatnonzero((row[emitted.record] >= 0) & (bit[emitted.person] >= 0))
    member = bit[emitted.person[kept]]
    return used, bitsets(row[emitted.record[kept]], member, rows=len(used), members=len(chosen))


def _within(file: Int32s, draw: np.random.Generator) -> Int64s:
    """A random permutation that keeps everything in its file; `file` ascends."""
    return np.lexsort((draw.random(len(file)), file))


def _mean(sets: UInt64s, left: Int64s, right: Int64s) -> float:
    other = left != right  # a record dealt to itself says nothing
    return float(cosine(sets, left[other], right[other]).mean()) if other.any() else 0.0
