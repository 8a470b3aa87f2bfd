"""The page: what a person wrote stays, the figures between the two comments are replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.compare_anonymisers.page import END
from benchmarks.utility.measure import FREQUENT, NEURAL, NGRAM, UNANONYMISED, Figures

BEGIN: Final = "<!-- measured: written by `make utility` -->"
FRESH: Final = f"# The utility that k costs\n\n{BEGIN}\n{END}\n"

_RELEASED: Final = """\
| k | transitions released | records (or sessions) | actions, finest | … generalised | answers not in it |
|---|--:|--:|--:|--:|--:|
"""
_SCORES: Final = """\
| k | right | of the unanonymised's | in the first five | right at its level | … in the first five | bits | perplexity |
|---|--:|--:|--:|--:|--:|--:|--:|
"""


@dataclass(frozen=True)
class Measured:
    """One log, measured several times: each time the unanonymised log first, then each k, in one order."""

    name: str
    times: list[list[Figures]]

    @property
    def by_k(self) -> list[list[Figures]]:
        """The times of each k."""
        return [list(same) for same in zip(*self.times, strict=True)]


def page(around: tuple[str, str], logs: Sequence[Measured], *, command: str) -> str:
    """The page with new figures.

    Args:
        around: what stands before and behind them (`places`).
        logs: what was measured.
        command: what was run.
    """
    parts = [f"`{command}`\n", "![Next actions foretold rightly, against k](utility.svg)\n"]
    parts += [part for log in logs for part in _of_log(log)]
    return f"{around[0]}{BEGIN}\n\n" + "\n".join(parts) + f"\n{END}{around[1]}"


def spread(values: Sequence[float], digits: int = 3) -> str:
    """The mean, and half the distance between the smallest and the largest where there are several.

    >>> spread([0.5, 0.52]), spread([7.25], 1), spread([1.0, 1.0])
    ('.510 ± .010', '7.2', '1')
    """
    mean, half = sum(values) / len(values), (max(values) - min(values)) / 2
    if half == 0 and mean in (0, 1):
        return f"{mean:.0f}"
    told = f"{mean:.{digits}f}".removeprefix("0")
    return told if len(values) == 1 else f"{told} ± {half:.{digits}f}".replace("± 0.", "± .")


def _of_log(log: Measured) -> list[str]:
    train, test = (" / ".join(f"{one[0].people[part]:,}" for one in log.times) for part in (0, 1))
    frequent = spread([one[0].scores[FREQUENT].first for one in log.times])
    parts = [
        f"## {log.name}\n\nPeople trained on: {train}; held out: {test}. Always foretelling the most frequent "
        f"actions is right in {frequent}.\n",
        _RELEASED + "".join(_released(times) for times in log.by_k),
    ]
    for model in (NGRAM, NEURAL):
        lines = "".join(_scores(times, log.by_k[0], model) for times in log.by_k if model in times[0].scores)
        parts.append(f"### {log.name}, {model}\n\n{_SCORES}{lines}")
    return parts


def _released(times: list[Figures]) -> str:
    counts = (
        spread([float(getattr(one, name)) for one in times], 0) for name in ("records", "finest", "lifted")
    )
    cells = [spread([one.transitions for one in times]), *counts, spread([one.unknown for one in times])]
    return f"| {_k(times)} | {' | '.join(cells)} |\n"


def _scores(times: list[Figures], whole: list[Figures], model: str) -> str:
    scores = [one.scores[model] for one in times]
    part = [one.first / of.scores[model].first for one, of in zip(scores, whole, strict=True)]
    cells = [
        spread([one.first for one in scores]),
        spread(part),
        spread([one.five for one in scores]),
        spread([one.level_first for one in scores]),
        spread([one.level_five for one in scores]),
        spread([one.bits for one in scores], 2),
        spread([one.perplexity for one in scores], 1),
    ]
    return f"| {_k(times)} | {' | '.join(cells)} |\n"


def _k(times: list[Figures]) -> str:
    return "unanonymised" if times[0].k == UNANONYMISED else str(times[0].k)
