"""Interpolated Witten-Bell n-grams (Witten and Bell 1991; as in Chen and Goodman 1998, section 2.5), on weighted counts.

P(a | c) = (n(c, a) + T(c) · P(a | c without its oldest action)) / (N(c) + T(c))

where n(c, a) is how often a followed c, N(c) its sum over a, and T(c) how many different a followed c.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from examples.next_action.model import novel
from examples.next_action.rows import Floats
from examples.next_action.vocabulary import ABSENT, Int32s, Lessons


class BackOff:
    """The n-gram model; its order is one more than the length of the contexts of its lessons."""

    def __init__(self, lessons: Lessons, size: int) -> None:
        """Args: lessons: what to count. size: of the vocabulary."""
        self._size = size
        counts: defaultdict[tuple[int, ...], defaultdict[int, float]] = defaultdict(
            lambda: defaultdict(float)
        )
        for context, target, weight in zip(
            lessons.context.tolist(), lessons.target.tolist(), lessons.weight.tolist(), strict=True
        ):
            for known in _suffixes(context):
                counts[known][target] += weight
        self._followers = {
            context: (np.array(list(follower)), np.array(list(follower.values())))
            for context, follower in counts.items()
        }
        escape, rest = novel(lessons, size)
        self._shortest = escape * rest
        if () in self._followers:
            self._add((), self._shortest)

    def predict(self, context: Int32s) -> Floats:
        """The probability of each token, and last of none of them, after each context; each line sums to 1."""
        out = np.empty((len(context), self._size + 1))
        for line, numbers in zip(out, context.tolist(), strict=True):
            line[:] = self._shortest
            for known in _suffixes(numbers)[1:]:
                if known not in self._followers:
                    break  # nor was anything longer ever seen
                token, weight = self._followers[known]
                line *= len(token) / (weight.sum() + len(token))
                self._add(known, line)
        return out

    def _add(self, context: tuple[int, ...], line: Floats) -> None:
        token, weight = self._followers[context]
        line[token] += weight / (weight.sum() + len(token))


def _suffixes(context: list[int]) -> list[tuple[int, ...]]:
    """The ends of a context, shortest first, as far back as every action is known."""
    known = len(context)
    while known and context[known - 1] != ABSENT:
        known -= 1
    return [tuple(context[start:]) for start in range(len(context), known - 1, -1)]
