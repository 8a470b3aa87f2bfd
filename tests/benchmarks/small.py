"""Small worlds in letters, and what a method would release of them, counted with sets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.compare_anonymisers.emissions import Emissions
from benchmarks.compare_anonymisers.log import Log
from tests.transforms.segmentation.small import Person, pack

LETTERS = "abcdxy"


def log_of(people: Sequence[Sequence[str]], events: dict[int, int] | None = None) -> Log:
    """Each person's sessions as words; every action is one event, but for those given by position."""
    sessions = pack(
        [Person([[LETTERS.index(letter) for letter in word] for word in words]) for words in people]
    )
    counts = np.ones(len(sessions.tokens), np.int64)
    for at, count in (events or {}).items():
        counts[at] = count
    return Log("small", sessions, counts)


def emitters(log: Log, emissions: Emissions) -> dict[str, set[int]]:
    """Who emits each record, as a word."""
    found: dict[str, set[int]] = {}
    for record, session in zip(emissions.record, emissions.session, strict=True):
        word = "".join(LETTERS[token] for token in emissions.records[record])
        found.setdefault(word, set()).add(int(log.sessions.person[session]))
    return found
