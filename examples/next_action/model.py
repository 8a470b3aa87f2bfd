"""What every next-action model does: a distribution over its tokens, and one more outcome: none of them."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from examples.next_action.rows import Floats
from examples.next_action.vocabulary import Int32s, Lessons


class Model(Protocol):
    """A trained model."""

    def predict(self, context: Int32s) -> Floats:
        """The probability of each token, and last of none of them, after each context; each line sums to 1."""
        ...


def novel(lessons: Lessons, size: int) -> tuple[float, Floats]:
    """How likely something never seen comes next whatever the context, and what it then is.

    T / (N + T) for T distinct actions among N (method C of Bell, Cleary and Witten 1990; Witten and Bell 1991).

    Returns:
        The probability, and a distribution over the tokens that were never seen and "none of them".
    """
    seen = np.bincount(lessons.target, minlength=size) > 0
    kinds, total = int(seen.sum()), float(lessons.weight.sum())
    rest = np.append(~seen, True).astype(np.float64)
    return kinds / (total + kinds) if kinds else 1.0, rest / rest.sum()
