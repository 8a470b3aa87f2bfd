"""Rows in letters with weights, and what models are given of them."""

from __future__ import annotations

import numpy as np

from examples.next_action.rows import Rows
from examples.next_action.vocabulary import Lessons, Vocabulary, lessons


def rows_of(weights: dict[str, float]) -> Rows:
    """A row for each word, an action for each letter."""
    return Rows([list(word) for word in weights], np.array(list(weights.values()), np.float64))


def lessons_of(weights: dict[str, float], *, length: int) -> tuple[Lessons, Vocabulary]:
    rows = rows_of(weights)
    vocabulary = Vocabulary.of([rows])
    return lessons(rows, vocabulary, length=length), vocabulary


def contexts(*numbers: list[int]) -> np.ndarray:
    return np.array(numbers, np.int32)
