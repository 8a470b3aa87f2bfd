"""The methods that are compared, in the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from benchmarks.compare_anonymisers.bound import upper_bound
from benchmarks.compare_anonymisers.emissions import Emissions
from benchmarks.compare_anonymisers.greedy import greedy
from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.ours import ours
from benchmarks.compare_anonymisers.plain_program import plain_program
from benchmarks.compare_anonymisers.prefixes import shared_prefixes
from benchmarks.compare_anonymisers.reconstructed import reconstructed_prefixes
from benchmarks.compare_anonymisers.whole_sessions import whole_sessions
from benchmarks.compare_anonymisers.windows import windows


class Run(Protocol):
    """A method: a pure function of the log and the policy."""

    def __call__(self, log: Log, *, k: int, max_length: int) -> Emissions:
        """What it would publish before the filter."""


@dataclass(frozen=True)
class Method:
    """A method by its name. `is_bound`: its records are counted unfiltered, and are no release."""

    name: str
    run: Run
    is_bound: bool = False


METHODS: Final = (
    Method("whole sessions", whole_sessions),
    Method("k-shared prefixes", shared_prefixes),
    Method("reconstructed prefixes", reconstructed_prefixes),
    Method("windows of 2", partial(windows, size=2)),
    Method("windows of 3", partial(windows, size=3)),
    Method("windows of 4", partial(windows, size=4)),
    Method("greedy + repair", greedy),
    Method("best cut + plain repair", plain_program),
    Method("ours", ours),
    Method("upper bound", upper_bound, is_bound=True),
)
