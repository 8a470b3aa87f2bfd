"""What was aimed at, and whether it was reached: each a figure of what was measured and a bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.speed.contestants import OURS, WHOLE
from benchmarks.speed.measured import Measured

TINY: Final = 10_000
"""Events of the log whose time is the start-up."""

_MILLION: Final = 1_000_000
_GB: Final = 1e9

Figure = Callable[[Sequence[Measured]], float | None]


@dataclass(frozen=True)
class Target:
    """`at_least`, else at most. `figure` gives None where nothing that is needed was measured."""

    what: str
    bound: float
    at_least: bool
    figure: Figure
    unit: str = "×"

    def is_met(self, figure: float) -> bool:
        """Whether that is good enough."""
        return figure >= self.bound if self.at_least else figure <= self.bound


def find(measured: Sequence[Measured], kind: str, events: int, cores: int | None = None) -> Measured | None:
    """What was measured on a log; `cores`: None: on all that the machine has."""
    for one in measured:
        if (one.kind, one.events) == (kind, events) and one.cores == (cores or one.machine["cores"]):
            return one
    return None


def off_the_line(measured: Sequence[Measured], contestant: str, kind: str = "jsonl") -> dict[int, float]:
    """By size: how much an event more costs there than at a million, start-up taken off; 0: time grows as the log does."""
    tiny, first = find(measured, kind, TINY), find(measured, kind, _MILLION)
    start = tiny.seconds(contestant) if tiny else None
    base = first.seconds(contestant) if first else None
    if start is None or base is None:
        return {}
    found = {}
    for one in measured:
        took = one.seconds(contestant) if one.kind == kind and one.cores == one.machine["cores"] else None
        if took is not None and one.events is not None and one.events > _MILLION:
            each = (took.middle - start.middle) / (one.events - TINY)
            found[one.events] = each * (_MILLION - TINY) / (base.middle - start.middle) - 1
    return found


def _ratio(contestant: str, base: str) -> Figure:
    def figure(measured: Sequence[Measured]) -> float | None:
        at = find(measured, "jsonl", 10 * _MILLION)
        found = at.ratio(contestant, base) if at else None
        return found.middle if found else None

    return figure


def _peak(events: int) -> Figure:
    def figure(measured: Sequence[Measured]) -> float | None:
        at = find(measured, "jsonl", events)
        found = at.peak_bytes(WHOLE) if at else None
        return found.high / _GB if found else None

    return figure


def _farthest(measured: Sequence[Measured]) -> float | None:
    found = {events: off for events, off in off_the_line(measured, WHOLE).items() if events <= 50 * _MILLION}
    return 100 * max(found.values()) if 50 * _MILLION in found else None


def _start(measured: Sequence[Measured]) -> float | None:
    at = find(measured, "jsonl", TINY)
    found = at.seconds(WHOLE) if at else None
    return found.middle if found else None


def _second_core(measured: Sequence[Measured]) -> float | None:
    one, two = (find(measured, "jsonl", 10 * _MILLION, cores) for cores in (1, 2))
    if one is None or two is None:
        return None
    alone, both = one.seconds(WHOLE), two.seconds(WHOLE)
    return alone.middle / both.middle if alone and both else None


TARGETS: Final = (
    Target("10 M events, the same job: as fast as DuckDB", 1.0, True, _ratio("duckdb", OURS)),
    Target("10 M events, the same job: as fast as Polars", 0.7, True, _ratio("polars", OURS)),
    Target("10 M events, the same job: as fast as pandas", 5.0, True, _ratio("pandas", OURS)),
    Target("10 M events, the same job: as fast as plain Beam", 15.0, True, _ratio("beam", OURS)),
    Target(
        "10 M events: the whole nightly job over DuckDB's time for its part",
        2.5,
        False,
        _ratio(WHOLE, "duckdb"),
    ),
    Target("10 M events: peak memory of the whole job", 2.5, False, _peak(10 * _MILLION), "GB"),
    Target("100 M events: peak memory of the whole job", 8.0, False, _peak(100 * _MILLION), "GB"),
    Target("an event more than at 1 M, start-up off, whole job, up to 50 M", 15.0, False, _farthest, "%"),
    Target("10 k events: the whole job, which is its start-up", 10.0, False, _start, "s"),
    Target("10 M events: the whole job on two cores over one", 1.7, True, _second_core),
)
