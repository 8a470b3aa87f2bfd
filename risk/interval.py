"""How sure a figure is: intervals from resampling, wide enough to be looked at every night."""

from __future__ import annotations

from typing import Final

import numpy as np

from risk.evidence import Floats, Integers

RESAMPLES: Final = 100
Z: Final = 2.576
"""Two-sided 99 %: a nightly job that errs one night in twenty would soon be ignored."""


def around(estimate: float, resampled: Floats) -> tuple[float, float]:
    """A 99 % interval around an estimate, from the spread of its resamples."""
    spread = Z * float(np.nanstd(resampled))
    return estimate - spread, estimate + spread


def resampled_means(values: Floats, cluster: Integers, *, draw: np.random.Generator) -> Floats:
    """Means of the values when whole clusters are drawn with replacement (cluster bootstrap: Field and Welsh 2007).

    Args:
        values: (figures, entries). cluster: of each entry, such as the person it is of.

    Returns:
        (figures, resamples).
    """
    _, member = np.unique(cluster, return_inverse=True)
    clusters = int(member.max()) + 1
    sums = np.stack([np.bincount(member, line, minlength=clusters) for line in values])
    sizes = np.bincount(member, minlength=clusters)
    drawn = draw.multinomial(clusters, np.full(clusters, 1 / clusters), size=RESAMPLES)
    return np.asarray(sums @ drawn.T / (sizes @ drawn.T))
