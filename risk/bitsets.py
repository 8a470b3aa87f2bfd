"""Small sets as rows of bits: what two records share, for many pairs at once."""

from __future__ import annotations

import numpy as np

from risk.evidence import Floats, Int64s, UInt64s

WORD = 64


def bitsets(row: Int64s, member: Int64s, *, rows: int, members: int) -> UInt64s:
    """One set a row.

    Args:
        row, member: who is in which set; pairs may repeat. members: all are below it.
    """
    table = np.zeros((rows, -(-max(members, 1) // WORD) * WORD), np.bool_)
    table[row, member] = True
    return np.packbits(table, axis=1).view(np.uint64)


def sizes(sets: UInt64s) -> Int64s:
    """How many members each set has."""
    return np.asarray(np.bitwise_count(sets).sum(axis=1, dtype=np.int64))


def shared(sets: UInt64s, left: Int64s, right: Int64s) -> Int64s:
    """How many members the sets of each pair share."""
    return sizes(sets[left] & sets[right])


def jaccard(sets: UInt64s, left: Int64s, right: Int64s) -> Floats:
    """Shared members over all members of each pair; 0 where both sets are empty."""
    both = shared(sets, left, right)
    many = sizes(sets)
    return np.asarray(both / np.maximum(many[left] + many[right] - both, 1))


def cosine(sets: UInt64s, left: Int64s, right: Int64s) -> Floats:
    """Shared members over the geometric mean of the sizes; 0 where a set is empty."""
    many = sizes(sets)
    return np.asarray(shared(sets, left, right) / np.sqrt(np.maximum(many[left] * many[right], 1)))
