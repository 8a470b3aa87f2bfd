"""Numbers for tokens, and rows as lessons: each action with the few before it, and a weight."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from examples.next_action.rows import Floats, Rows

Int32s = npt.NDArray[np.int32]

ABSENT: Final = -1
"""In a context: before the row's first action, or an action the model does not know."""

LEVEL_MARK: Final = " ↑"
"""Stands in a token that was generalised, before by how many levels (`click Mail ↑1`)."""


@dataclass(frozen=True)
class Vocabulary:
    """A model's tokens; a token's number is its place."""

    tokens: tuple[str, ...]

    @classmethod
    def of(cls, rows: Iterable[Rows], *, tokenizer: Path | None = None) -> Vocabulary:
        """The tokens of some rows: in the order of a `tokenizer.json` where there is one, else by name.

        A registry's tokenizer numbers the tokens of all its live versions, and keeps a number for good. Its order makes
        a model's numbers agree with those of a model of the next version, as far as both know a token.
        """
        used = {token for part in rows for token in part.tokens}
        if tokenizer is None or not tokenizer.exists():
            return cls(tuple(sorted(used)))
        model = json.loads(tokenizer.read_text("utf-8"))["model"]
        known = model["vocab"]
        return cls(tuple(sorted(used, key=lambda token: (known.get(token, len(known)), token))))

    def __len__(self) -> int:
        """How many tokens."""
        return len(self.tokens)

    @cached_property
    def number(self) -> dict[str, int]:
        """Token → number."""
        return {token: number for number, token in enumerate(self.tokens)}

    @cached_property
    def finest(self) -> npt.NDArray[np.bool_]:
        """Which tokens are actions at their finest level."""
        return np.array([LEVEL_MARK not in token for token in self.tokens], np.bool_)

    def best(self, levels: Sequence[str]) -> int:
        """The number of an action: of its finest name that is known, else of the next coarser one, else `ABSENT`."""
        return next((self.number[name] for name in levels if name in self.number), ABSENT)


@dataclass(frozen=True)
class Lessons:
    """Distinct (context, target) pairs. `context`: numbers of the actions before, oldest first, `ABSENT` where none is;
    `weight`: how often the pair occurred."""

    context: Int32s
    target: Int32s
    weight: Floats


def lessons(rows: Rows, vocabulary: Vocabulary, *, length: int) -> Lessons:
    """Every action of every row as a lesson, weighted by the row's occurrences.

    A context never reaches beyond its row: rows are segments of sessions, and what stood before one is not known.

    Args:
        rows: all of their tokens are in the vocabulary.
        vocabulary: of the model.
        length: how many actions a context has.
    """
    table = [
        [*([ABSENT] * length), *(vocabulary.number[token] for token in actions)] for actions in rows.actions
    ]
    pairs = np.array(
        [row[at : at + length + 1] for row in table for at in range(len(row) - length)], np.int32
    )
    weight = np.repeat(rows.weights, [len(actions) for actions in rows.actions])
    distinct, inverse = np.unique(pairs.reshape(-1, length + 1), axis=0, return_inverse=True)
    summed = np.bincount(inverse.ravel(), weight, minlength=len(distinct))
    return Lessons(distinct[:, :-1], distinct[:, -1], summed.astype(np.float64))
