"""Whether the rows of an emission give its record: each row by one of its levels, repeats as one, nothing left over.

A row *can* be token j if the name of one of its levels is the record's j-th action. Which tokens a row can be is one
64-bit word; the walk over the rows keeps the set of tokens at which a reading of the rows so far may stand. So every
reading is tried at once, and one is enough: the levels of a record need not follow any rule that this module knows.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from verifier.columns import Int64s, Words
from verifier.intervals import Claims
from verifier.policy import LONGEST
from verifier.release import Release
from verifier.schemas import LEVEL_MARK, LEVEL_SEPARATOR
from verifier.staging import Mask

ONE: Final = np.uint64(1)


def give_their_record(
    claims: Claims, path: Int64s, paths: Any, release: Release, *, drop_repeats: bool
) -> Mask:
    """For each emission whether its rows give its record; the records must be released.

    With `drop_repeats` consecutive rows of one path are one action, which is one token, and consecutive actions of one
    token are one; without it every row is a token.

    Args:
        path: for each row of the bucket an index into `paths`.
        paths: pa.Array of string, distinct: the levels of a hierarchy, finest first.
    """
    owner, row = _expand(claims)
    code = path[row]
    if drop_repeats:
        fresh = np.ones(len(row), np.bool_)
        fresh[1:] = (code[1:] != code[:-1]) | (owner[1:] != owner[:-1])
        owner, code = owner[fresh], code[fresh]
    size = release.lengths[claims.record]
    can = _can_be(claims.record[owner], code, level_names(paths, release.vocabulary), release)
    if drop_repeats:
        owner, can = _without_idle(owner, can)
    count = np.bincount(owner, minlength=len(size)).astype(np.int64)
    fits = size <= LONGEST
    reached = _walk(can, count, stay=drop_repeats)
    goal = ONE << np.where(fits, size - 1, 0).astype(np.uint64)
    return np.asarray(fits & ((reached & goal) != 0), np.bool_)


def level_names(paths: Any, vocabulary: Any) -> list[npt.NDArray[np.int32]]:
    """For each level the token's index in the vocabulary by path; -1: no such token, or no such level.

    >>> [level.tolist() for level in level_names(pa.array(["a\\x1fb", "c"]), pa.array(["b ↑1", "c"]))]
    [[-1, 1], [0, -1]]
    """
    parts = pc.split_pattern(paths, pattern=LEVEL_SEPARATOR)
    depth = np.asarray(pc.list_value_length(parts), np.int64)
    texts = parts.flatten()
    start = np.cumsum(depth) - depth
    level = np.arange(len(texts)) - np.repeat(start, depth)
    marks = pa.array(["", *(LEVEL_MARK + str(number) for number in range(1, int(depth.max(initial=1))))])
    names = pc.binary_join_element_wise(texts, marks.take(pa.array(level)), "")
    token = np.asarray(pc.index_in(names, value_set=vocabulary).fill_null(-1), np.int32)
    by_path = []
    for number in range(len(marks)):
        column = np.full(len(paths), -1, np.int32)
        column[depth > number] = token[(start + number)[depth > number]]
        by_path.append(column)
    return by_path


def _expand(claims: Claims) -> tuple[Int64s, Int64s]:
    """For each row of each emission, in turn: which emission, and which row of the bucket."""
    owner = np.repeat(np.arange(len(claims.length)), claims.length)
    before = np.cumsum(claims.length) - claims.length
    return owner, np.arange(len(owner)) + (claims.start - before)[owner]


def _can_be(record: Int64s, code: Int64s, levels: list[npt.NDArray[np.int32]], release: Release) -> Words:
    """Which of its record's tokens each row can be, as bits."""
    size = release.lengths
    names = [level[code] for level in levels if (level >= 0).any()]
    can = np.zeros(len(code), np.uint64)
    for place in range(min(int(size[record].max(initial=0)), LONGEST)):
        at = np.full(len(size), -2, np.int32)
        at[size > place] = release.tokens[release.offsets[:-1][size > place] + place]
        wanted = at[record]
        for name in names:
            can |= (name == wanted).astype(np.uint64) << np.uint64(place)
    return can


def _without_idle(owner: Int64s, can: Words) -> tuple[Int64s, Words]:
    """Drop rows that cannot move the walk: they can be what the row before can be, and no two tokens in a row.

    A thousand different things lifted to one token are then one step and not a thousand.
    """
    moves = np.ones(len(can), np.bool_)
    moves[1:] = (owner[1:] != owner[:-1]) | (can[1:] != can[:-1]) | ((can[1:] & (can[1:] << ONE)) != 0)
    return owner[moves], can[moves]


def _walk(can: Words, count: Int64s, *, stay: bool) -> Words:
    """The tokens at which a reading of all its rows may end, for each emission; 0: no reading.

    Args:
        can: the rows of all emissions in turn; `count`: rows of each, at least 1.
        stay: whether a row may be the same token as the row before.
    """
    order = np.argsort(-count, kind="stable")
    first = (np.cumsum(count) - count)[order]
    state = can[first] & ONE
    longest_first = -count[order]
    for step in range(1, int(count.max(initial=0))):
        active = int(np.searchsorted(longest_first, -step, side="left"))  # emissions of more than `step` rows
        moved = state[:active] << ONE
        state[:active] = (moved | state[:active] if stay else moved) & can[first[:active] + step]
    reached: Words = np.empty_like(state)
    reached[order] = state
    return reached
