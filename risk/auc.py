"""Area under the ROC curve, weighted, for many weightings at once: what a bootstrap over pairs needs."""

from __future__ import annotations

import numpy as np

from risk.evidence import Bools, Floats


def auc(scores: Floats, positive: Bools, weights: Floats | None = None) -> Floats:
    """The chance that a positive scores above a negative, ties counting half; one value a weighting.

    Args:
        weights: (weightings, entries); None: one weighting, all equal.

    Returns:
        NaN where a weighting leaves no positive or no negative.

    >>> auc(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, True, False, True])).tolist()
    [0.875]
    """
    if weights is None:
        weights = np.ones((1, len(scores)))
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    level = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1])) if len(ranked) else np.zeros(0, int)
    if len(level) == 0:
        return np.full(len(weights), np.nan)
    heavy = weights[:, order]
    up = np.add.reduceat(heavy * positive[order], level, axis=1)
    down = np.add.reduceat(heavy * ~positive[order], level, axis=1)
    below = np.cumsum(down, axis=1) - down / 2
    total = up.sum(axis=1) * down.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, (up * below).sum(axis=1) / total, np.nan))
