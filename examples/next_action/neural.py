"""A small neural next-action model in NumPy: embeddings of the last actions, a hidden layer, a softmax (Bengio et al. 2003).

Trained with weighted cross-entropy and Adam (Kingma and Ba 2015), its step falling to zero; the seed decides everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from examples.next_action.model import novel
from examples.next_action.rows import Floats
from examples.next_action.vocabulary import ABSENT, Int32s, Lessons

Parameters = dict[str, npt.NDArray[np.floating]]

_DECAYS: Final = (0.9, 0.999)
_TINY: Final = 1e-8


@dataclass(frozen=True)
class Shape:
    """How large, how long, how fast. `steps` of `batch` lessons each, whatever the size of the data."""

    embedding: int = 24
    hidden: int = 96
    steps: int = 3000
    batch: int = 256
    rate: float = 4e-3
    seed: int = 0


class Neural:
    """The trained model."""

    def __init__(self, lessons: Lessons, size: int, shape: Shape) -> None:
        """Train. Args: lessons: what to learn. size: of the vocabulary. shape: see there."""
        rng = np.random.default_rng(shape.seed)
        self._novel = novel(lessons, size)
        self.parameters = start(rng, size, lessons.context.shape[1], shape)
        first = {name: np.zeros_like(value) for name, value in self.parameters.items()}
        second = {name: np.zeros_like(value) for name, value in self.parameters.items()}
        for step, (context, target, weight) in enumerate(_batches(lessons, shape, rng), start=1):
            _, gradient = loss_and_gradient(self.parameters, context, target, weight)
            rate = shape.rate * (1 - (step - 1) / shape.steps)
            rate *= np.sqrt(1 - _DECAYS[1] ** step) / (1 - _DECAYS[0] ** step)
            for name, slope in gradient.items():
                first[name] += (1 - _DECAYS[0]) * (slope - first[name])
                second[name] += (1 - _DECAYS[1]) * (slope * slope - second[name])
                self.parameters[name] -= (rate * first[name] / (np.sqrt(second[name]) + _TINY)).astype(
                    slope.dtype
                )

    def predict(self, context: Int32s) -> Floats:
        """The probability of each token, and last of none of them, after each context; each line sums to 1."""
        share, rest = self._novel
        _, chances = _forward(self.parameters, context)
        known = np.pad(chances.astype(np.float64), ((0, 0), (0, 1)))
        known /= known.sum(axis=1, keepdims=True)
        return (1 - share) * known + share * rest


def start(
    rng: np.random.Generator, size: int, length: int, shape: Shape, dtype: type = np.float32
) -> Parameters:
    """Parameters before training; the output begins as a uniform distribution."""
    wide = length * shape.embedding
    return {
        "embedding": (0.3 * rng.standard_normal((size, shape.embedding))).astype(dtype),
        "inner": (rng.standard_normal((wide, shape.hidden)) / np.sqrt(wide)).astype(dtype),
        "inner_bias": np.zeros(shape.hidden, dtype),
        "outer": np.zeros((shape.hidden, size), dtype),
        "outer_bias": np.zeros(size, dtype),
    }


def loss_and_gradient(
    parameters: Parameters, context: Int32s, target: Int32s, weight: npt.NDArray[np.floating]
) -> tuple[float, Parameters]:
    """The weighted mean of the cross-entropy (nats), and its gradient."""
    hidden, chances = _forward(parameters, context)
    share = (weight / weight.sum()).astype(chances.dtype)
    lines = np.arange(len(target))
    loss = -float(share @ np.log(chances[lines, target]))
    back = chances * share[:, None]
    back[lines, target] -= share
    inner_back = (back @ parameters["outer"].T) * (1 - hidden * hidden)
    embedded = _embedded(parameters, context)
    embedding_back = (inner_back @ parameters["inner"].T).reshape(*context.shape, -1)
    embedding = np.zeros_like(parameters["embedding"])
    there = context != ABSENT
    np.add.at(embedding, context[there], embedding_back[there])
    return loss, {
        "embedding": embedding,
        "inner": embedded.T @ inner_back,
        "inner_bias": inner_back.sum(axis=0),
        "outer": hidden.T @ back,
        "outer_bias": back.sum(axis=0),
    }


def _embedded(parameters: Parameters, context: Int32s) -> npt.NDArray[np.floating]:
    vectors = parameters["embedding"][context]
    vectors[context == ABSENT] = 0  # what is not known says nothing
    return vectors.reshape(len(context), -1)


def _forward(
    parameters: Parameters, context: Int32s
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
    """Hidden values and the softmax's probabilities."""
    hidden = np.tanh(_embedded(parameters, context) @ parameters["inner"] + parameters["inner_bias"])
    raw = hidden @ parameters["outer"] + parameters["outer_bias"]
    chances = np.exp(raw - raw.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return hidden, chances


def _batches(
    lessons: Lessons, shape: Shape, rng: np.random.Generator
) -> Iterator[tuple[Int32s, Int32s, npt.NDArray[np.float32]]]:
    """Batches in random order, again and again. A lesson heavier than the mean comes several times, its weight shared."""
    times = np.maximum(np.ceil(lessons.weight / lessons.weight.mean()), 1).astype(np.int64)
    which = np.repeat(np.arange(len(times)), times)
    weight = (lessons.weight / times).astype(np.float32)
    order = np.zeros(0, np.int64)
    for _ in range(shape.steps):
        while len(order) < shape.batch:
            order = np.append(order, rng.permutation(which))
        batch, order = order[: shape.batch], order[shape.batch :]
        yield lessons.context[batch], lessons.target[batch], weight[batch]
