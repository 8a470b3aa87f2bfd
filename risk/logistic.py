"""Logistic regression by iteratively reweighted least squares, with a little ridge so that it always has an answer."""

from __future__ import annotations

from typing import Final

import numpy as np

from risk.evidence import Bools, Floats

_STEPS: Final = 12
_RIDGE: Final = 1.0


def fitted_scores(train: Floats, positive: Bools, test: Floats) -> Floats:
    """Fit on one table of features, score another (McCullagh and Nelder 1989, 2.5).

    Args:
        train, test: (pairs, features), scaled here by the train table alone.

    Returns:
        The linear predictor of each row of `test`: the higher, the likelier positive.
    """
    mean, scale = train.mean(axis=0), train.std(axis=0)
    scale[scale == 0] = 1
    x = np.column_stack([np.ones(len(train)), (train - mean) / scale])
    penalty = np.diag(np.append(1e-6, np.full(train.shape[1], _RIDGE)))
    weight = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weight, -30, 30)))
        slope = chance * (1 - chance)
        step = np.linalg.solve((x.T * slope) @ x + penalty, x.T @ (positive - chance) - penalty @ weight)
        weight += step
        if np.abs(step).max() < 1e-6:
            break
    return np.asarray((test - mean) / scale @ weight[1:])
