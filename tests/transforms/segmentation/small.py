"""Small worlds as plain lists, and the plain definitions that the kernels are held to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from transforms.segmentation import Segments, Sessions

VOCABULARY = 4
examples = settings(deadline=None, max_examples=60)  # the first example compiles
Phrase = tuple[int, ...]


class Person(NamedTuple):
    """The sessions of one person, and the units held."""

    sessions: list[list[int]]
    units: frozenset[int] = frozenset({0})


def pack(people: Sequence[Person]) -> Sessions:
    rows = [(who, tokens) for who, person in enumerate(people) for tokens in person.sessions]
    return Sessions(
        tokens=np.array([token for _, tokens in rows for token in tokens], np.int32),
        starts=np.cumsum([0, *(len(tokens) for _, tokens in rows)]).astype(np.int64),
        person=np.array([who for who, _ in rows], np.int32),
        unit_offsets=np.cumsum([0, *(len(person.units) for person in people)]).astype(np.int64),
        units=np.array([unit for person in people for unit in sorted(person.units)], np.int32),
    )


def same_in_all(count: int, sessions: list[list[int]]) -> list[Person]:
    return [Person(sessions) for _ in range(count)]


def outside(people: Sequence[Person], holders: set[int]) -> int:
    """How many holders remain without the unit that has most of them."""
    units = {unit for who in holders for unit in people[who].units}
    return len(holders) - max((sum(u in people[who].units for who in holders) for u in units), default=0)


def grams(tokens: list[int], longest: int) -> Iterator[Phrase]:
    for start in range(len(tokens)):
        for stop in range(start + 1, min(start + longest, len(tokens)) + 1):
            if -1 in tokens[start:stop]:
                break
            yield tuple(tokens[start:stop])


def holders(people: Sequence[Person], longest: int) -> dict[Phrase, set[int]]:
    """Who has each n-gram."""
    found: dict[Phrase, set[int]] = {}
    for who, person in enumerate(people):
        for tokens in person.sessions:
            for gram in grams(tokens, longest):
                found.setdefault(gram, set()).add(who)
    return found


def pieces(sessions: Sessions, segments: Segments) -> list[tuple[int, int, Phrase, int]]:
    """(person, session, tokens, phrase index) of each segment; fails where a segment leaves its session."""
    found = []
    for start, length, phrase in zip(segments.start, segments.length, segments.phrase, strict=True):
        session = int(np.searchsorted(sessions.starts, start, side="right")) - 1
        assert start + length <= sessions.starts[session + 1]
        tokens = tuple(sessions.tokens[start : start + length].tolist())
        found.append((int(sessions.person[session]), session, tokens, int(phrase)))
    return found


def emitters(sessions: Sessions, segments: Segments) -> dict[Phrase, set[int]]:
    """Who emits each phrase."""
    found: dict[Phrase, set[int]] = {}
    for who, _session, tokens, phrase in pieces(sessions, segments):
        if phrase >= 0:
            found.setdefault(tokens, set()).add(who)
    return found


_tokens = st.lists(st.integers(-1, VOCABULARY - 1), max_size=9)
_persons = st.builds(
    lambda sessions, again, units: Person(sessions * again, units),
    st.lists(_tokens, max_size=3),
    st.integers(1, 4),  # rows are not people: the same sessions again must count nobody anew
    st.frozensets(st.integers(0, 2), min_size=1, max_size=2),
)
peoples = st.lists(_persons, max_size=8)
