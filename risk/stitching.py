"""Stitching (T9): can records be put back in the order in which somebody emitted them?

De Bruijn reassembly, as genomes are put together from reads: where pieces of one sequence overlap, the end of one is
the beginning of the next. The attacker takes, for a record, the record whose beginning overlaps its end the longest.
The null model knows only what the release says of itself: how often each record occurs, and how often an action
follows another inside records. Segments that are cut without overlap leave the attacker nothing beyond that.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from risk.draws import mix
from risk.evidence import Floats, Int32s, Int64s, Occurrences, Published, UInt64s
from risk.linked import ranges

Singles = npt.NDArray[np.float32]

TOP: Final = 10
_CELLS_AT_ONCE: Final = 1 << 19
_TILT: Final[np.float32] = np.float32(1.5)
"""What an action of overlap is worth to the combined attacker: of 1.25 … 4 what served it best on real logs."""
_SMOOTHING: Final = 0.1
"""What a pair of actions that never follow each other counts, of the mean pair: it may still cross a cut."""


class Guesses(NamedTuple):
    """One entry an attacked pair: whose it is, and how surely each names the true next record first, or among ten.

    `overlap`: the attacker by overlaps alone. `combined`: the null model, each record weighed up by its overlap.
    Each is (2, pairs): first, among ten.
    """

    person: Int32s
    overlap: Floats
    combined: Floats
    null: Floats


class Texts(NamedTuple):
    """Records as numbers: `tokens` of all records, record i being offsets[i] … offsets[i + 1] − 1."""

    tokens: Int64s
    offsets: Int64s
    vocabulary: int


def texts(actions: pa.Array) -> Texts:
    """Records' actions (list<string>), numbered."""
    encoded = actions.flatten().dictionary_encode()
    offsets = np.asarray(actions.offsets, np.int64)
    return Texts(np.asarray(encoded.indices, np.int64), offsets - offsets[0], len(encoded.dictionary))


def followed(emitted: Occurrences) -> Int64s:
    """Which occurrences were followed, in their session and with nothing withheld between, by the occurrence after them."""
    same = emitted.session[1:] == emitted.session[:-1]
    return np.flatnonzero(same & (emitted.start[1:] <= emitted.stop[:-1]))


def stitch(
    published: Published, emitted: Occurrences, *, pairs: int, records: int, draw: np.random.Generator
) -> Guesses:
    """Attack a sample of the true pairs.

    Args:
        emitted: in canonical order, so that the sample does not depend on how people are numbered.
        pairs: how many at most; drawn as they occurred, so that a pair weighs what it occurs.
        records: how many at most; of a larger release the attack is on a part, drawn at random.
    """
    chosen = np.arange(len(published))
    if len(published) > records:
        chosen = np.sort(draw.choice(len(published), records, replace=False))
    number = np.full(len(published), -1)
    number[chosen] = np.arange(len(chosen))
    true = followed(emitted)
    true = true[(number[emitted.record[true]] >= 0) & (number[emitted.record[true + 1]] >= 0)]
    if len(true) > pairs:
        true = np.sort(draw.choice(true, pairs, replace=False))
    before, after = number[emitted.record[true]], number[emitted.record[true + 1]]
    words = texts(published.actions.take(pa.array(chosen)))
    occurrences = published.occurrences[chosen]
    attacked, row = np.unique(before, return_inverse=True)
    null, overlaps = _Null(words, occurrences), _Overlaps(words)
    # Longest overlap first, ties by occurrences: a whole number and a fraction below one.
    popular = (occurrences / (occurrences.max(initial=0) + 1.0)).astype(np.float32)
    guesses = Guesses(emitted.person[true], *np.zeros((3, 2, len(true))))
    rows = max(1, _CELLS_AT_ONCE // max(len(chosen), 1))
    for low in range(0, len(attacked), rows):
        some = attacked[low : low + rows]
        mine = np.flatnonzero((row >= low) & (row < low + rows))
        place, truth = row[mine] - low, after[mine]
        overlap, likely = overlaps.longest(some), null.scores(some)
        guesses.overlap[:, mine] = _hits(overlap + popular, place, truth)
        guesses.combined[:, mine] = _hits(likely * _TILT**overlap, place, truth)
        guesses.null[:, mine] = _hits(likely, place, truth)
    return guesses


class _Null:
    """P(first action of the next | last action of this) × P(record | its first action), from the release alone."""

    def __init__(self, words: Texts, occurrences: Int64s) -> None:
        self._words = words
        lengths = np.diff(words.offsets)
        weight = np.repeat(occurrences, lengths).astype(np.float64)
        inside = np.ones(len(words.tokens), np.bool_)
        inside[words.offsets[1:] - 1] = False
        here = np.flatnonzero(inside)
        self._pairs, inverse = np.unique(
            words.tokens[here] * words.vocabulary + words.tokens[here + 1], return_inverse=True
        )
        self._follows = np.bincount(inverse, weights=weight[here], minlength=len(self._pairs))
        self._share = np.bincount(words.tokens, weights=weight, minlength=words.vocabulary) / weight.sum()
        self._first = words.tokens[words.offsets[:-1]]
        begins = np.bincount(self._first, weights=occurrences, minlength=words.vocabulary)
        self._given_first = (occurrences / begins[self._first]).astype(np.float32)

    def scores(self, some: Int64s) -> Singles:
        """How likely each record is to come after each of some: (some, records)."""
        words = self._words
        last = words.tokens[words.offsets[some + 1] - 1]
        ends, row = np.unique(last, return_inverse=True)
        follows = np.zeros((len(ends), words.vocabulary))
        low = np.searchsorted(self._pairs, ends * words.vocabulary)
        high = np.searchsorted(self._pairs, (ends + 1) * words.vocabulary)
        for index, (start, stop) in enumerate(zip(low, high, strict=True)):
            follows[index, self._pairs[start:stop] % words.vocabulary] = self._follows[start:stop]
        mean = np.maximum(follows.sum(axis=1, keepdims=True), 1)
        chance = (follows / mean + _SMOOTHING * self._share).astype(np.float32)
        return np.asarray((chance[:, self._first] * self._given_first)[row], np.float32)


class _Overlaps:
    """For pairs of records the longest end of one that is a beginning, and not the whole, of the other."""

    def __init__(self, words: Texts) -> None:
        self._lengths = np.diff(words.offsets)
        self._longest = int(self._lengths.max(initial=0))
        self._words = words
        self._by_prefix = [self._sorted_prefixes(size) for size in range(1, self._longest)]

    def longest(self, some: Int64s) -> Singles:
        """How many actions overlap: (some, records)."""
        found = np.zeros((len(some), len(self._lengths)), np.float32)
        for size, (codes, order) in enumerate(self._by_prefix, 1):
            long = np.flatnonzero(self._lengths[some] > size)
            ends = self._codes(self._words.offsets[some[long] + 1] - size, size)
            low, high = np.searchsorted(codes, ends), np.searchsorted(codes, ends, side="right")
            many = high - low
            found[np.repeat(long, many), order[ranges(low, many)]] = size
        return found

    def _sorted_prefixes(self, size: int) -> tuple[UInt64s, Int64s]:
        long = np.flatnonzero(self._lengths > size)
        codes = self._codes(self._words.offsets[long], size)
        order = np.argsort(codes, kind="stable")
        return codes[order], long[order]

    def _codes(self, start: Int64s, size: int) -> UInt64s:
        """A 64-bit digest of `size` actions from each place on."""
        codes = np.zeros(len(start), np.uint64)
        for step in range(size):
            codes = mix(codes ^ self._words.tokens[start + step].astype(np.uint64))
        return codes


def _hits(scores: Singles, row: Int64s, truth: Int64s) -> Floats:
    """How surely the truth is named first, and among the ten; equal scores share their places."""
    mine = scores[row, truth]
    above = np.empty(len(row))
    level = np.empty(len(row))
    for index, line in enumerate(row):
        above[index] = np.count_nonzero(scores[line] > mine[index])
        level[index] = np.count_nonzero(scores[line] == mine[index])
    return np.stack([np.clip((top - above) / level, 0, 1) for top in (1, TOP)])
