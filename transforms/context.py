"""Lifting in context: what a cut leaves alone is taken one level coarser, and the sessions are cut again, round by round.

An action that enough people share may still stand where too few have its neighbours. Every action inside a phrase keeps its
token, and what no round finds a phrase for goes back to the token that it had first. A bucket does all this by itself: the
rounds see its own sessions and the plan only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.pack import Packed
from transforms.segmentation import Inventory, Segments, Sessions, cut

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Coded(NamedTuple):
    """Sessions in tokens. `step`: how often each action was lifted in context. `first`: each token's first action."""

    step: Int8s
    sessions: Sessions
    first: Int64s


class Pieces(NamedTuple):
    """What a bucket's sessions are cut into, in order: arrays of one value a piece, then two of one value an action.

    `start`, `stop`: the actions start … stop − 1. `length`: tokens. `phrase`: index into the last inventory; -1: a single
    action. `token`: its token, if single. `withheld`: whether no piece covers the action. `merged`: whether it is one with
    the action before it.
    """

    start: Int64s
    stop: Int64s
    length: Int32s
    phrase: Int32s
    token: Int32s
    withheld: Bools
    merged: Bools


def first_round(packed: Packed, steps: Int32s, *, drop_repeats: bool) -> Coded:
    """Nothing lifted in context yet.

    Args:
        steps: the recoding of the packed paths (`lift.steps_of`).
    """
    return _coded(packed, steps, np.zeros(len(packed.path), np.int8), drop_repeats=drop_repeats)


def next_round(
    packed: Packed, steps: Int32s, coded: Coded, segments: Segments, *, drop_repeats: bool
) -> Coded:
    """What the segments leave alone one step further."""
    step = np.minimum(coded.step + _alone(coded, segments), len(steps) - 1).astype(np.int8)
    return _coded(packed, steps, step, drop_repeats=drop_repeats)


def cut_in_rounds(
    packed: Packed, steps: Int32s, rounds: Sequence[Inventory], *, drop_repeats: bool
) -> Pieces:
    """Cut sessions by each inventory in turn; what is alone in the end is single actions at their first token."""
    coded = first_round(packed, steps, drop_repeats=drop_repeats)
    segments = cut(coded.sessions, rounds[0])
    for inventory in rounds[1:]:
        coded = next_round(packed, steps, coded, segments, drop_repeats=drop_repeats)
        segments = cut(coded.sessions, inventory)
    alone, token = _alone(coded, segments), steps[0, packed.path]
    follows = np.zeros(len(token), np.bool_)  # an action that is one with the action before it
    if drop_repeats:
        follows[1:] = alone[1:] & alone[:-1] & (token[1:] == token[:-1]) & (token[1:] >= 0)
        follows[packed.starts[:-1]] = False
    long = segments.phrase >= 0
    begins = alone & ~follows
    begins[coded.first[segments.start[long]]] = True
    start = np.flatnonzero(begins)
    phrase, length = np.full(len(token), -1, np.int32), np.ones(len(token), np.int32)
    phrase[coded.first[segments.start[long]]] = segments.phrase[long]
    length[coded.first[segments.start[long]]] = segments.length[long]
    withheld = alone & (token < 0)
    merged = ~alone | follows
    merged[coded.first] &= alone[coded.first]
    stop = np.append(start[1:], len(token))
    emitted = ~withheld[start]
    return Pieces(
        start[emitted],
        stop[emitted],
        length[start][emitted],
        phrase[start][emitted],
        token[start][emitted],
        withheld,
        merged,
    )


def _coded(packed: Packed, steps: Int32s, step: Int8s, *, drop_repeats: bool) -> Coded:
    """Sessions in tokens, new repeats collapsed; a withheld action (token -1) is never collapsed over."""
    token = steps[step, packed.path]
    fresh = np.ones(len(token), np.bool_)
    if drop_repeats:
        fresh[1:] = (token[1:] != token[:-1]) | (token[1:] < 0)
        fresh[packed.starts[:-1]] = True
    first = np.flatnonzero(fresh)
    starts = np.searchsorted(first, packed.starts).astype(np.int64)
    return Coded(
        step, Sessions(token[first], starts, packed.person, packed.unit_offsets, packed.units), first
    )


def _alone(coded: Coded, segments: Segments) -> Bools:
    """For each action whether no phrase covers it."""
    change = np.zeros(len(coded.first) + 1, np.int8)
    long = segments.phrase >= 0
    change[segments.start[long]] += 1
    change[segments.start[long] + segments.length[long]] -= 1
    covered = np.cumsum(change[:-1], dtype=np.int8).astype(np.bool_)
    return np.repeat(~covered, np.diff(coded.first, append=len(coded.step)))
