"""Gazetteer: find the names of known people in texts, without carrying the names.

It holds keyed digests (BLAKE2b, 128 bits) of folded names and a Bloom filter (Bloom 1970; two probes, 128 bits a form) that
a compiled scan asks at every word boundary; only texts it lets through, a few in a thousand beside the true ones, are
looked at word by word. Time is linear in the texts' bytes, for names of bounded length.

A name matches where words begin and end (`ann` is found in `ann_2`, `AnnReport`, not in `planning`), in any case, with
or without accents, written together or apart: `AnnLee`, `ann.lee`, `Ann-Lee` and `annlee` are one name. A whole name of
six letters and more is found inside words too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.common_words import COMMON_WORDS
from transforms.inflection import inflected
from transforms.kernel import kernel
from transforms.name_forms import (
    GLUED,
    NAME,
    SHORTEST_LISTED,
    fold,
    folded_with_places,
    forms,
    glued_forms,
    unbroken,
    with_names,
    word_spans,
)
from transforms.rules import PLACEHOLDERS
from transforms.rules.apply import put

PARTICLES: Final = frozenset(
    "von van der den des del dos das dal dela della bin ibn abu the and ext mrs prof".split()
)
"""Parts of names that are no names by themselves."""

_OURS: Final = re.compile(rf"(\{{(?:{'|'.join(sorted(PLACEHOLDERS))})\}})")
_GAP: Final = re.compile(r"[ ._+,'’-]{0,2}")


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Names as digests: picklable, shipped to workers; without the key a name cannot even be tried."""

    key: bytes = field(repr=False)
    digests: frozenset[bytes]
    inflections: frozenset[bytes]
    sieve: npt.NDArray[np.uint8]
    multiplier: int
    longest: int
    glued: frozenset[bytes]
    stems: frozenset[bytes]
    glued_lengths: tuple[int, ...]

    @classmethod
    def build(cls, names: Iterable[str], *, key: bytes, keep: Iterable[str] = ()) -> Gazetteer:
        """Take in names of people and of accounts.

        Args:
            names: `Ann Lee`, `Lee, Ann`, `alee2`, `ann.lee@example.com`, `CORP\\alee`; each whole, each of its words, and
                with ä as ae, and as its inflected forms. One character, or fewer than 5 digits, are not looked for.
            key: up to 64 secret bytes; the same key and names give the same gazetteer.
            keep: words that are also vocabulary (`Page`, `Mark`) and are not to be looked for by themselves.
        """
        names = list(names)
        kept = PARTICLES | {fold(word) for word in keep}
        wanted = {form for name in names for form in forms(name) if form not in kept}
        bent = {form for name in names for form in inflected(name, kept) if form not in kept | COMMON_WORDS}
        bent -= wanted
        glued = {form for name in names for form in glued_forms(name) if form not in kept}
        stems = {form[:GLUED] for form in glued}
        seed = int.from_bytes(blake2b(b"sieve", digest_size=8, key=key).digest(), "little")
        multiplier = seed | 1
        size = 1 << max(13, (128 * len(wanted | bent | stems)).bit_length())
        sieve = np.zeros(size // 8, np.uint8)
        # Names beyond ASCII are missing in the sieve: texts beyond ASCII pass it unasked.
        plain = sorted(form for form in wanted | bent | stems if form.isascii())
        joined = np.frombuffer("".join(plain).encode(), np.uint8)
        _fill(joined, np.cumsum([0, *map(len, plain)], dtype=np.int64), np.uint64(multiplier), sieve)
        longest = max(map(len, wanted | bent), default=0)
        digests, inflections, whole, begun = (
            frozenset(_digest(form, key) for form in of) for of in (wanted, bent, glued, stems)
        )
        lengths = tuple(sorted({len(form) for form in glued}, reverse=True))
        return cls(key, digests, inflections, sieve, multiplier, longest, whole, begun, lengths)

    def replace_names(self, values: pa.Array) -> pa.Array:
        """Each value with `{name}` in the place of each name; the longest name at a place, from left to right.

        Args:
            values: string without nulls.
        """
        if len(values) == 0 or not self.digests:
            return values
        rows = np.flatnonzero(self.may_hold(values))
        if len(rows) == 0:
            return values
        known: dict[str, bool] = {}
        texts = [self._replace(text, known) for text in values.take(pa.array(rows)).to_pylist()]
        return put(values, rows, pa.array(texts, pa.string()))

    def may_hold(self, values: pa.Array) -> npt.NDArray[np.bool_]:
        """Which values may hold a name: all that do, and some others."""
        plain = pa.concat_arrays([values]) if values.offset else values
        _, offsets, data = plain.buffers()
        found = np.zeros(len(plain), np.bool_)
        text = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
        starts = np.frombuffer(offsets, np.int32)[: len(plain) + 1]
        _scan(
            text,
            starts,
            np.uint64(self.multiplier),
            self.sieve,
            self.longest,
            GLUED if self.glued else 0,
            found,
        )
        return found

    def _replace(self, text: str, known: dict[str, bool]) -> str:
        pieces = _OURS.split(text)
        return "".join(
            piece if at % 2 else self._replace_glued(self._replace_words(piece, known))
            for at, piece in enumerate(pieces)
        )

    def _replace_glued(self, text: str) -> str:
        if not self.glued:
            return text
        folded, places = folded_with_places(text)
        spans: list[tuple[int, int]] = []
        at = 0
        while at <= len(folded) - GLUED:
            length = 0
            if _digest(folded[at : at + GLUED], self.key) in self.stems:
                ends = (n for n in self.glued_lengths if at + n <= len(folded))
                length = next((n for n in ends if _digest(folded[at : at + n], self.key) in self.glued), 0)
            if length and unbroken(places, at, at + length):
                spans.append((places[at], places[at + length - 1] + 1))
            at += length or 1
        return with_names(text, spans)

    def _replace_words(self, text: str, known: dict[str, bool]) -> str:
        words = list(word_spans(text))
        pieces: list[str] = []
        done = at = 0
        while at < len(words):
            joined, last = "", -1
            for to in range(at, len(words)):
                if to > at and not _GAP.fullmatch(text, words[to - 1][1], words[to][0]):
                    break
                joined += fold(text[words[to][0] : words[to][1]])
                if len(joined) > self.longest:
                    break
                # A letter behind a name is a word of its own (`иван и`); only glued to it, it may be an ending.
                if self._knows(joined, known) or (to == at and _digest(joined, self.key) in self.inflections):
                    last = to
            if last >= 0:
                pieces += [text[done : words[at][0]], NAME]
                done, at = words[last][1], last
            at += 1
        return "".join([*pieces, text[done:]])

    def _knows(self, folded: str, known: dict[str, bool]) -> bool:
        if folded not in known:
            known[folded] = len(folded) >= SHORTEST_LISTED and _digest(folded, self.key) in self.digests
        return known[folded]


def _digest(folded: str, key: bytes) -> bytes:
    return blake2b(folded.encode(), digest_size=16, key=key).digest()


@kernel
def _probes(state: np.uint64, size: int) -> tuple[np.int64, np.int64]:
    mixed = (state ^ (state >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = mixed ^ (mixed >> np.uint64(32))
    mask = np.uint64(size * 8 - 1)
    return np.int64(mixed & mask), np.int64((mixed >> np.uint64(32)) & mask)


@kernel
def _fill(
    text: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    multiplier: np.uint64,
    sieve: npt.NDArray[np.uint8],
) -> None:
    for row in range(len(starts) - 1):
        state = multiplier
        for at in range(starts[row], starts[row + 1]):
            state = (state ^ np.uint64(text[at])) * multiplier
        one, two = _probes(state, len(sieve))
        sieve[one >> 3] |= np.uint8(1 << (one & 7))
        sieve[two >> 3] |= np.uint8(1 << (two & 7))


@kernel
def _kind(byte: int) -> int:
    if 97 <= byte <= 122:
        return 1
    if 65 <= byte <= 90:
        return 2
    return 3 if 48 <= byte <= 57 else 0


@kernel
def _begins(text: npt.NDArray[np.uint8], at: int, low: int, high: int) -> bool:
    """Whether a word begins at `at`, or one ends before it."""
    if at <= low or at >= high:
        return True
    before, here = _kind(text[at - 1]), _kind(text[at])
    if before == 0 or here == 0:
        return before != here
    if (before == 3) != (here == 3):
        return True
    after = _kind(text[at + 1]) if at + 1 < high else 0
    return here == 2 and (before == 1 or (before == 2 and after == 1))


@kernel
def _scan(
    text: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int32],
    multiplier: np.uint64,
    sieve: npt.NDArray[np.uint8],
    longest: int,
    glued: int,
    found: npt.NDArray[np.bool_],
) -> None:
    for row in range(len(starts) - 1):
        low, high = starts[row], starts[row + 1]
        for at in range(low, high):
            if text[at] >= 128:
                found[row] = True
                break
            if _kind(text[at]) == 0:
                continue
            begins = _begins(text, at, low, high)
            if not begins and glued == 0:
                continue
            state, length, gap = multiplier, 0, 0
            for to in range(at, high):
                kind = _kind(text[to])
                if kind == 0:
                    gap += 1
                    if gap > 2:
                        break
                    continue
                gap = 0
                length += 1
                if length > longest or (not begins and length > glued):
                    break
                state = (state ^ np.uint64(text[to] + 32 if kind == 2 else text[to])) * multiplier
                if length == glued or (begins and length >= 2 and _begins(text, to + 1, low, high)):
                    one, two = _probes(state, len(sieve))
                    if sieve[one >> 3] & (1 << (one & 7)) and sieve[two >> 3] & (1 << (two & 7)):
                        found[row] = True
                        break
            if found[row]:
                break
