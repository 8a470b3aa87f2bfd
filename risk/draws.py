"""Whom and what a figure samples: decided by content alone, whatever the order, the buckets or the state of a generator.

People are drawn by a hash of the set of things they have. Two people with the same set are interchangeable: which of them
is drawn changes no figure, and only their number among their like tells them apart.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from risk.evidence import Int64s, Integers, Known, UInt64s

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def mix(words: UInt64s) -> UInt64s:
    """64 well-mixed bits of each word: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    mixed = words + _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))


def nth(keys: UInt64s, number: int) -> UInt64s:
    """Other keys, for the draw of that number."""
    return mix(keys ^ mix(np.array([number + 1], np.uint64)))


def distinct(values: Int64s) -> Int64s:
    """The distinct values in ascending order, by sorting: `np.unique` hashes, which is slow for packed keys."""
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def pairs_of(person: Integers, thing: Integers, *, people: int, things: int) -> Known:
    """The distinct pairs, ordered by person and thing; a thing is a number below `things`."""
    packed = distinct(np.multiply(person, max(things, 1), dtype=np.int64) + thing)
    return Known(packed // max(things, 1), packed % max(things, 1), people)


def bounds_of(known: Known) -> Int64s:
    """Where each person's pairs start, and after the last where they end."""
    return np.searchsorted(known.person, np.arange(known.people + 1)).astype(np.int64)


def content_keys(known: Known) -> UInt64s:
    """A word for each person that depends on the person's set, and on the number among the people with the same set."""
    sums = np.append(np.zeros(1, np.uint64), np.cumsum(mix(known.action.astype(np.uint64)), dtype=np.uint64))
    bounds = bounds_of(known)
    of_set = sums[bounds[1:]] - sums[bounds[:-1]]
    order = np.argsort(of_set, kind="stable")
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = of_set[order][1:] != of_set[order][:-1]
    first = np.flatnonzero(fresh)
    rank = np.zeros(len(order), np.uint64)
    rank[order] = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    return mix(of_set ^ mix(rank))


def sample(keys: UInt64s, size: int) -> Int64s:
    """At most so many people: those with the smallest keys."""
    return np.argsort(keys, kind="stable")[:size].astype(np.int64)


def pick(keys: UInt64s, sizes: Int64s, count: int) -> Int64s:
    """For each key `count` different numbers below its size, in random order; -1 where the size has no more.

    >>> sorted(pick(np.array([7], np.uint64), np.array([3]), 4)[0].tolist())
    [-1, 0, 1, 2]
    """
    chosen = np.full((len(keys), count), -1, np.int64)
    for draw in range(count):
        left = sizes - draw
        value = (nth(keys, draw) % np.maximum(left, 1).astype(np.uint64)).astype(np.int64)
        # Ascending, since each number taken moves the rest up by one.
        for taken in np.sort(chosen[:, :draw], axis=1).T:
            value += value >= taken
        chosen[:, draw] = np.where(left > 0, value, -1)
    return chosen
