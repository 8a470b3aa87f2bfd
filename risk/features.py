"""What two records have in common at first sight: their content, how popular they are, and where they stand."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from risk.bitsets import bitsets, jaccard
from risk.draws import mix
from risk.evidence import Bools, Floats, Int64s, Published, UInt64s
from risk.linked import ranges
from risk.stitching import texts

BINS: Final = 1024
"""Actions, pairs of actions and words are hashed to so many bits; what collides looks a little more alike."""

NEAR_ROWS: Final = 4.0
"""How fast nearness fades with the distance in rows."""


class Features(NamedTuple):
    """A row a pair of records. `content`: and popularity, what the null model knows. `place`: all of place and counts."""

    content: Floats
    place: Floats


def features(published: Published, left: Int64s, right: Int64s) -> Features:
    """Compare pairs of records.

    Args:
        left, right: indices into `published`.
    """
    used, member = np.unique(np.concatenate([left, right]), return_inverse=True)
    i, j = member[: len(left)], member[len(left) :]
    actions = published.actions.take(pa.array(used))
    words = texts(actions)
    length = np.diff(words.offsets)
    holder = np.repeat(np.arange(len(used)), length)
    inside = np.ones(len(holder), np.bool_)
    inside[words.offsets[1:] - 1] = False
    here = np.flatnonzero(inside)
    pairs = words.tokens[here] * words.vocabulary + words.tokens[here + 1]
    first, last = words.tokens[words.offsets[:-1]], words.tokens[words.offsets[1:] - 1]
    people, occurrences = np.log(published.people[used]), np.log(published.occurrences[used])
    sets = [
        bitsets(holder, _bins(words.tokens), rows=len(used), members=BINS),
        bitsets(holder[here], _bins(pairs), rows=len(used), members=BINS),
        _words(actions.flatten(), holder, rows=len(used)),
    ]
    content = [
        *(jaccard(each, i, j) for each in sets),
        first[i] == first[j],
        last[i] == last[j],
        (last[i] == first[j]) | (last[j] == first[i]),
        length[i] + length[j],
        np.abs(length[i] - length[j]),
        (length[i] == 1) & (length[j] == 1),
        people[i] + people[j],
        occurrences[i] + occurrences[j],
    ]
    rows, together = _distance(published, left, right)
    place = [
        np.log1p(rows),
        np.exp(-rows / NEAR_ROWS) * together,
        (rows == 1) & together,
        together,
        np.abs(people[i] - people[j]),
        np.abs(occurrences[i] - occurrences[j]),
    ]
    return Features(np.column_stack(content).astype(np.float64), np.column_stack(place).astype(np.float64))


def _distance(published: Published, left: Int64s, right: Int64s) -> tuple[Int64s, Bools]:
    """How many rows lie between, and whether both are in one file (and so in one split)."""
    return (
        np.abs(published.row[left] - published.row[right]),
        np.asarray(published.file[left] == published.file[right]),
    )


def _words(flat: pa.Array, holder: Int64s, *, rows: int) -> UInt64s:
    """The words that the names of a record's actions are made of."""
    encoded = flat.dictionary_encode()
    split = pc.split_pattern_regex(pc.utf8_lower(encoded.dictionary), r"[^\p{L}]+")
    word = np.asarray(split.flatten().dictionary_encode().indices, np.int64)
    offsets = np.asarray(split.offsets, np.int64)
    code = np.asarray(encoded.indices, np.int64)
    many = np.diff(offsets)[code]
    named = word[ranges(offsets[:-1][code], many)]
    return bitsets(np.repeat(holder, many), _bins(named), rows=rows, members=BINS)


def _bins(codes: Int64s) -> Int64s:
    return np.asarray(mix(codes.astype(np.uint64)) % np.uint64(BINS), np.int64)
