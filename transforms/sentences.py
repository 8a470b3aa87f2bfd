"""Tell a column of sentences from one of names, by its values, whatever the column is called.

A vocabulary is small, or its names are used by many; what people write is many different texts of several words, and nearly
each is one person's. So of a column's distinct values a sample is kept that does not depend on batches, splits or order (the
values with the smallest keyed hashes: Bar-Yossef et al., 2002), with the first few people of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

SAMPLE: Final = 2048
"""Distinct values of a column that are kept: shares are then known to within two points."""
FEW: Final = 3
"""People from whom on a text is not called one person's."""
LEAST: Final = 20
"""Sentences of few people from which on a column is one of sentences …"""
SHARE: Final = 0.2
"""… if they are this share of its distinct values: real logs have none, mails, chats and titles four fifths and more."""

WORDS: Final = 4
"""Words of letters of which a sentence has so many, …"""
UNSPACED: Final = 10
"""… or letters of a script that sets no blanks."""

_PERSON: Final = b"sentences"

_WORD: Final = r"[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*"
_SENTENCE: Final = (
    rf"(?:(?:^|[ \"'(«„“¿¡])(?:{_WORD}|\{{[a-z_]+\}})[,.;:!?…\"')»”]*){{{WORDS}}}"
    rf"|[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Thai}}\p{{Lao}}\p{{Khmer}}\p{{Myanmar}}，。、！？]{{{UNSPACED}}}"
)


def is_sentence(values: pa.Array) -> npt.NDArray[np.bool_]:
    """Which values read as sentences: so many words of letters in a row, behind each other.

    Args:
        values: string without nulls, shaped.

    >>> is_sentence(pa.array(["please call me back", "Save the file", "我今天下午不能来开会了"])).tolist()
    [True, False, True]
    """
    return np.asarray(pc.match_substring_regex(values, _SENTENCE), np.bool_)


@dataclass(frozen=True)
class Seen:
    """A sample of a column's distinct values: by keyed hash whether it is a sentence, and a few people, as digests."""

    values: Mapping[bytes, tuple[bool, frozenset[bytes]]] = field(default_factory=dict)

    def __add__(self, other: Seen) -> Seen:
        """The sample of both parts together: as if they had been one."""
        both = dict(self.values)
        for value, (sentence, people) in other.values.items():
            known = both.get(value)
            both[value] = (sentence, _first(people if known is None else known[1] | people))
        return Seen(both if len(both) <= SAMPLE else {value: both[value] for value in sorted(both)[:SAMPLE]})

    @property
    def distinct(self) -> int:
        """Distinct values in the sample."""
        return len(self.values)

    @property
    def sentences(self) -> int:
        """Those that read as sentences and are of few people each."""
        return sum(sentence and len(people) < FEW for sentence, people in self.values.values())

    @property
    def is_content(self) -> bool:
        """Whether the column holds what people write."""
        return self.sentences >= LEAST and self.sentences >= SHARE * self.distinct


def look_at(
    column: pa.DictionaryArray, people: npt.NDArray[np.int64], digests: list[bytes], *, key: bytes
) -> Seen:
    """The sample of one batch.

    Args:
        column: dictionary of shaped strings; null is no value.
        people: each row's person, as an index into `digests`.
        digests: of people, which mean nothing after the run.
        key: of the hashes of values, the same for all parts of a run.

    Returns:
        At most `SAMPLE` values, with at most `FEW` people each. A hash is of a value that nobody can try without the key.
    """
    valid = np.asarray(column.indices.is_valid())
    code = np.asarray(column.indices.fill_null(0), np.int64)[valid]
    if len(code) == 0:
        return Seen()
    used = np.flatnonzero(np.bincount(code, minlength=len(column.dictionary)))
    texts = column.dictionary.take(pa.array(used)).to_pylist()
    hashed = sorted(
        (blake2b(text.encode(), key=key, digest_size=12, person=_PERSON).digest(), n)
        for n, text in enumerate(texts)
    )
    chosen = hashed[:SAMPLE]
    sentences = is_sentence(pa.array([texts[n] for _, n in chosen], pa.string()))
    at = np.full(len(column.dictionary), -1)
    told = np.flatnonzero(sentences)  # of all else nobody asks whose it is
    at[used[[chosen[n][1] for n in told]]] = told
    rows = at[code] >= 0
    pairs = np.unique(at[code][rows] * len(digests) + people[valid][rows])
    of: list[set[bytes]] = [set() for _ in chosen]
    for pair in pairs.tolist():
        of[pair // len(digests)].add(digests[pair % len(digests)])
    return Seen(
        {
            value: (bool(sentence), _first(frozenset(whose)))
            for (value, _), sentence, whose in zip(chosen, sentences, of, strict=True)
        }
    )


def _first(people: frozenset[bytes]) -> frozenset[bytes]:
    """The smallest few of some digests: merging does not depend on the order of parts."""
    return people if len(people) <= FEW else frozenset(sorted(people)[:FEW])
