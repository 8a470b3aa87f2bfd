"""Lifting in context: what a cut leaves alone is taken one level coarser and cut again by itself, round by round.

An action that enough people share may stand where too few have its neighbours. A later round sees only what the rounds
before left alone, so that no transition at a finer level is ever given for a coarser one; what no round finds a phrase for
goes back to the token that it had first. A bucket does all this by itself: the rounds need its sessions and the plan only.
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


class Round(NamedTuple):
    """One round's phrases, and the number that each has among those of all rounds."""

    inventory: Inventory
    number: Int32s


class Coded(NamedTuple):
    """Sessions in tokens, and for each token its first action; `actions`: how many there are."""

    sessions: Sessions
    first: Int64s
    actions: int


class Pieces(NamedTuple):
    """What a bucket's sessions are cut into, in order: arrays of one value a piece, then two of one value an action.

    `start`, `stop`: the actions start … stop − 1. `length`: tokens. `phrase`: number among the phrases of all rounds; -1: a
    single action. `token`: its token, if single. `withheld`: whether no piece covers the action. `merged`: whether it is
    one with the action before it.
    """

    start: Int64s
    stop: Int64s
    length: Int32s
    phrase: Int32s
    token: Int32s
    withheld: Bools
    merged: Bools


def code(packed: Packed, steps: Int32s, step: Int8s, *, drop_repeats: bool) -> Coded:
    """Sessions in tokens, new repeats collapsed; a withheld action (token -1) is never collapsed over.

    O(a + s log a) for a actions and s sessions.

    Args:
        steps: the recoding of the packed paths (`lift.steps_of`).
        step: for each action how often it was lifted in context; -1: withheld from this round.
    """
    token = np.where(step < 0, np.int32(-1), steps[step, packed.path])
    fresh = ~_follows(packed, token, drop_repeats=drop_repeats)
    first = np.flatnonzero(fresh)
    starts = np.searchsorted(first, packed.starts).astype(np.int64)
    sessions = Sessions(token[first], starts, packed.person, packed.unit_offsets, packed.units)
    return Coded(sessions, first, len(token))


def further(steps: Int32s, step: Int8s, coded: Coded, segments: Segments) -> Int8s:
    """The next round's `step`: what was left alone one level coarser, what a phrase covers withheld.

    Linear in the actions.
    """
    change = np.zeros(len(coded.first) + 1, np.int8)
    long = segments.phrase >= 0
    change[segments.start[long]] += 1
    change[segments.start[long] + segments.length[long]] -= 1
    covered = np.repeat(np.cumsum(change[:-1], dtype=np.int8) > 0, np.diff(coded.first, append=coded.actions))
    return np.where(covered | (step < 0), -1, np.minimum(step + 1, len(steps) - 1)).astype(np.int8)


def cut_in_rounds(packed: Packed, steps: Int32s, rounds: Sequence[Round], *, drop_repeats: bool) -> Pieces:
    """Cut sessions round by round; what is alone in the end is single actions at their first token.

    Linear in the actions for each round, as `cut`.
    """
    step = np.zeros(len(packed.path), np.int8)
    phrase, length = np.full(len(step), -1, np.int32), np.ones(len(step), np.int32)
    counted = np.zeros(len(step), np.bool_)  # the first action of each token of a phrase
    for one in rounds:
        coded = code(packed, steps, step, drop_repeats=drop_repeats)
        segments = cut(coded.sessions, one.inventory)
        long = segments.phrase >= 0
        begins = coded.first[segments.start[long]]
        phrase[begins], length[begins] = one.number[segments.phrase[long]], segments.length[long]
        left = further(steps, step, coded, segments)
        counted[coded.first] |= (left < 0)[coded.first] & (step >= 0)[coded.first]
        step = left
    alone = step >= 0
    token = np.where(alone, steps[0, packed.path], np.int32(-1))
    follows = _follows(packed, token, drop_repeats=drop_repeats)
    start = np.flatnonzero((alone & ~follows) | (phrase >= 0))
    stop = np.append(start[1:], len(token))
    emitted = (phrase[start] >= 0) | (token[start] >= 0)
    return Pieces(
        start[emitted],
        stop[emitted],
        length[start][emitted],
        phrase[start][emitted],
        token[start][emitted],
        alone & (token < 0),
        np.where(alone, follows, ~counted),
    )


def _follows(packed: Packed, token: Int32s, *, drop_repeats: bool) -> Bools:
    """Whether an action is one with the action before it, being the same token in the same session."""
    follows = np.zeros(len(token), np.bool_)
    if drop_repeats:
        follows[1:] = (token[1:] == token[:-1]) & (token[1:] >= 0)
        follows[packed.starts[:-1]] = False
    return follows
