"""Ask of every count about fewer than k people whether what is public gives it away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tests.auditor.system import System

NARROW = 0.5
"""A count is given away where the range that is left is narrower than this part of it: then one solution, or nearly."""


class Solved(NamedTuple):
    """A count about fewer than k people that follows from what is public: its name, and the range that is left."""

    name: str
    low: int
    high: int


def small_counts(exacts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The counts about fewer than k people, and at least one, by the name of the unknown; from the sealed records."""
    found = {}
    for number, exact in enumerate(exacts):
        k, behind, pool = exact["k"], exact["behind"], exact["pool"]
        counts = {}
        for what, of in (("dropped", exact["rows"]["dropped"]), ("withheld", exact["withheld"]["actions"])):
            counts |= {f"{what} {reason}": (n, behind[what].get(reason, 0)) for reason, n in of.items()}
        for name in ("drawn", "late", "waiting", "expired", "purged"):
            counts[name] = pool[name], pool[f"{name}_people"]
        counts["kept"] = exact["rows"]["kept"], behind["rows"]
        found |= {f"{number} {name}": n for name, (n, people) in counts.items() if n and people < k}
    return found


def solve(system: System, names: Iterable[str]) -> list[Solved]:
    """Those of the counts that have one solution, or lie in a range that gives them away."""
    found = []
    for name in names:
        low, high = system.range_of(name)
        if low > 0 and high - low < max(NARROW * low, 1):
            found.append(Solved(name, low, high))
    return found
