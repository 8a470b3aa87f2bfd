"""How well a model foretells real sessions: accuracy at the finest level and at the level foretold, and bits an action.

Models of different versions know different tokens. To be compared they answer the same questions: which of all the finest
actions of the log, the *catalogue*, comes next? What a model gives to a generalised token is spread evenly over the finest
actions below it, and what it gives to none of its tokens over those whose finest name it does not know; the sum stays 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from examples.next_action.model import Model
from examples.next_action.rows import Floats
from examples.next_action.vocabulary import ABSENT, Int32s, Vocabulary

Action = tuple[str, ...]
"""An action's tokens, one a level, finest first."""

_AT_ONCE: Final = 2048


@dataclass(frozen=True)
class Questions:
    """What comes next, asked within sessions. `context` as in `Lessons`; `names`: the true action's number at each level,
    `ABSENT` where the model does not know it; `spread`: which part of that token's probability is the true action's,
    the last column: of "none of them"; `weight`: how much each question counts."""

    context: Int32s
    names: Int32s
    spread: Floats
    weight: Floats


@dataclass(frozen=True)
class Score:
    """Shares of the questions answered rightly by the first, or one of the first five tokens; `bits` an action."""

    first: float
    five: float
    level_first: float
    """Whether the first token, of any level, is the true action at the token's level."""
    level_five: float
    bits: float

    @property
    def perplexity(self) -> float:
        """2 to the bits."""
        return float(2**self.bits)


def questions(
    sessions: Sequence[Sequence[Action]],
    vocabulary: Vocabulary,
    catalogue: Sequence[Action],
    *,
    length: int,
    weights: Floats | None = None,
) -> Questions:
    """Every action but the first of each session, with what stood before it.

    Args:
        sessions: of real people, or rows of a version.
        vocabulary: the model's. An action of a context that it does not know stands there at its next coarser level.
        catalogue: all actions that there are; distinct, the finest names too.
        length: how many actions a context has.
        weights: of each session; None: all count the same.
    """
    levels = len(catalogue[0])
    below = [Counter(action[level] for action in catalogue) for level in range(levels)]
    unknown = sum(action[0] not in vocabulary.number for action in catalogue)
    # By action: its number as a context, its numbers at each level, the parts of their probability.
    answers = {
        action: (
            vocabulary.best(action),
            [vocabulary.number.get(name, ABSENT) for name in action],
            [
                *(1 / below[level][name] for level, name in enumerate(action)),
                0.0 if action[0] in vocabulary.number else 1 / unknown,
            ],
        )
        for action in catalogue
    }
    context: list[list[int]] = []
    names: list[list[int]] = []
    spread: list[list[float]] = []
    times = []
    for session in sessions:
        past = [ABSENT] * length
        for at, action in enumerate(session):
            number, of_levels, parts = answers[action]
            if at:
                context.append(past[len(past) - length :])
                names.append(of_levels)
                spread.append(parts)
            if number == ABSENT or number != past[-1]:  # generalising makes new repeats; rows have none
                past.append(number)
        times.append(max(len(session) - 1, 0))
    weight = np.ones(len(sessions)) if weights is None else weights
    return Questions(
        np.array(context, np.int32).reshape(-1, length),
        np.array(names, np.int32).reshape(-1, levels),
        np.array(spread, np.float64).reshape(-1, levels + 1),
        np.repeat(weight, times),
    )


def score(model: Model, vocabulary: Vocabulary, asked: Questions) -> Score:
    """Ask a model.

    Raises:
        ValueError: there is nothing to ask.
    """
    if not len(asked.weight):
        raise ValueError("no session has two actions or more: there is nothing to foretell")
    parts = [
        _answered(model, vocabulary, asked, slice(first, first + _AT_ONCE))
        for first in range(0, len(asked.weight), _AT_ONCE)
    ]
    finest, any_level, bits = (np.concatenate(part) for part in zip(*parts, strict=True))
    share = asked.weight / asked.weight.sum()
    return Score(
        first=float(share @ (finest < 1)),
        five=float(share @ (finest < 5)),
        level_first=float(share @ (any_level < 1)),
        level_five=float(share @ (any_level < 5)),
        bits=float(share @ bits),
    )


def _answered(
    model: Model, vocabulary: Vocabulary, asked: Questions, some: slice
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Of some questions: the true action's rank among the finest tokens, among all, and its bits."""
    chances = model.predict(asked.context[some])
    names, spread = asked.names[some], asked.spread[some]
    size = len(vocabulary)
    known = names != ABSENT
    own = np.where(known, np.take_along_axis(chances, np.maximum(names, 0), axis=1), 0)
    chance = (own * spread[:, :-1]).sum(axis=1) + chances[:, -1] * spread[:, -1]
    tokens = chances[:, :size]
    finest = _rank(np.where(vocabulary.finest, tokens, -1.0), names[:, 0])
    any_level = np.min([_rank(tokens, level) for level in names.T], axis=0)
    return finest, any_level, -np.log2(chance)


def _rank(chances: Floats, number: Int32s) -> npt.NDArray[np.int64]:
    """How many tokens come before it; of equal ones the smaller number comes first. A token not known comes last."""
    own = np.take_along_axis(chances, np.maximum(number, 0)[:, None], axis=1)
    before = (chances > own) | ((chances == own) & (np.arange(chances.shape[1]) < number[:, None]))
    return np.asarray(np.where(number == ABSENT, chances.shape[1] + 5, before.sum(axis=1)), np.int64)
