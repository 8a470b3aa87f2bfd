"""Run every method on a log, filter, recount, measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

import numpy as np

from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.methods import METHODS, Method
from benchmarks.compare_anonymisers.release import Figures, measure, recount, release
from transforms.segmentation import Sessions

MAX_LENGTH: Final = 12


def compare(log: Log, ks: Sequence[int], *, progress: Callable[[Figures], None]) -> list[Figures]:
    """The figures of every method at every k, in that order."""
    figures = []
    for k in ks:
        for method in METHODS:
            figures.append(compare_one(log, method, k=k))
            progress(figures[-1])
    return figures


def compare_one(log: Log, method: Method, *, k: int) -> Figures:
    """One method at one k: one run, timed without the filter.

    Raises:
        RuntimeError: what the filter lets through does not stand a recount.
    """
    began = perf_counter()
    emissions = method.run(log, k=k, max_length=MAX_LENGTH)
    seconds = perf_counter() - began
    released = release(log, emissions, k=k, max_length=MAX_LENGTH)
    recount(log, emissions, released, k=k)
    return measure(
        log, emissions, released, method=method.name, k=k, is_bound=method.is_bound, seconds=seconds
    )


def warm_up() -> None:
    """Compile every kernel, on a log of two people, so that no method's time holds a compiler's."""
    sessions = Sessions(
        np.array([0, 1, 2, 0, 1, 0, 1, 2, 1, 2], np.int32),
        np.array([0, 5, 10], np.int64),
        np.array([0, 1], np.int32),
        np.array([0, 1, 2], np.int64),
        np.zeros(2, np.int32),
    )
    log = Log("warm-up", sessions.checked(), np.ones(10, np.int64))
    for method in METHODS:
        compare_one(log, method, k=2)
