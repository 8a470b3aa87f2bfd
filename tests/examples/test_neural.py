"""The neural model: its gradient, what it learns, and that occurrences weigh."""

from __future__ import annotations

import numpy as np
import pytest

from examples.next_action.neural import Neural, Shape, loss_and_gradient, start
from tests.examples.small import contexts, lessons_of

QUICK = Shape(embedding=6, hidden=8, steps=400, batch=32, rate=0.02, seed=3)


def trained(weights, shape=QUICK):
    learned, vocabulary = lessons_of(weights, length=2)
    return Neural(learned, len(vocabulary), shape)


def test_gradient_against_differences():
    rng = np.random.default_rng(5)
    parameters = start(rng, 4, 2, Shape(embedding=3, hidden=5), np.float64)
    parameters = {name: value + 0.3 * rng.standard_normal(value.shape) for name, value in parameters.items()}
    context = contexts([0, 1], [-1, 2], [1, 1], [-1, -1], [3, 0])
    target, weight = np.array([1, 0, 3, 2, 2], np.int32), np.array([5.0, 1.0, 0.5, 2.0, 40.0])
    _, gradient = loss_and_gradient(parameters, context, target, weight)
    assert gradient.keys() == parameters.keys()
    step = 1e-6
    for name, value in parameters.items():
        for at in np.ndindex(value.shape):
            kept = value[at]
            ends = []
            for way in (step, -step):
                value[at] = kept + way
                ends.append(loss_and_gradient(parameters, context, target, weight)[0])
            value[at] = kept
            assert gradient[name][at] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-7), name


def test_the_loss_is_the_weighted_mean():
    rng = np.random.default_rng(1)
    parameters = start(rng, 3, 1, Shape(), np.float64)
    parameters["outer_bias"] = np.log(np.array([0.5, 0.25, 0.25]))
    target = np.array([0, 1], np.int32)
    loss, _ = loss_and_gradient(parameters, contexts([0], [0]), target, np.array([3.0, 1.0]))
    assert loss == pytest.approx((3 * np.log(2) + np.log(4)) / 4)


def test_it_learns_known_conditional_probabilities():
    model = trained({"xab": 300, "xac": 100, "yac": 200})
    after = model.predict(contexts([3, 0], [4, 0]))  # a after x, a after y; tokens a b c x y
    assert after.sum(axis=1) == pytest.approx([1, 1])
    assert after[0, 1:3] == pytest.approx([0.75, 0.25], abs=0.03)
    assert after[1, 2] > 0.95


def test_doubling_the_occurrences_of_a_row_changes_what_is_foretold():
    assert trained({"ab": 30, "ac": 20}).predict(contexts([-1, 0]))[0].argmax() == 1
    assert trained({"ab": 30, "ac": 40}).predict(contexts([-1, 0]))[0].argmax() == 2


def test_the_seed_decides_everything():
    weights = {"abc": 3, "acb": 2}
    one, again = (trained(weights).predict(contexts([0, 1])).tolist() for _ in range(2))
    other = trained(weights, Shape(embedding=6, hidden=8, steps=400, batch=32, rate=0.02, seed=4))
    assert one == again
    assert one != other.predict(contexts([0, 1])).tolist()
