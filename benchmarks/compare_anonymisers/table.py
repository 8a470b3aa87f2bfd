"""The figures as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.compare_anonymisers.release import Figures

_HEAD = """\
| method | events | transitions | mean length | records | fail G1 before | … transitions lost | s |
|---|--:|--:|--:|--:|--:|--:|--:|
"""


def overview(logs: Sequence[str], figures: Sequence[Sequence[Figures]], *, k: int) -> str:
    """The share of transitions at one k, a column a log."""
    rows = [f"| k = {k} | {' | '.join(logs)} |", "|---|" + "--:|" * len(logs)]
    for same in zip(*([one for one in log if one.k == k] for log in figures), strict=True):
        rows.append(f"| {_name(same[0])} | {' | '.join(share(one.transitions) for one in same)} |")
    return "\n".join(rows) + "\n"


def table(figures: Sequence[Figures]) -> str:
    """All that is known of the methods on one log at one k."""
    lines = [
        f"| {_name(one)} | {share(one.events)} | {share(one.transitions)} | {one.mean_length:.1f} | {one.records:,} "
        f"| {one.failing:,} | {share(one.lost)} | {one.seconds:.2f} |\n"
        for one in figures
    ]
    notes = [
        f"\n{share(one.made_up)} of the transitions in the records of *{one.method}* were made up.\n"
        for one in figures
        if one.made_up > 0
    ]
    return _HEAD + "".join(lines) + "".join(notes)


def share(value: float) -> str:
    """Three digits, without the zero before the point; what is not 0 does not look like it.

    >>> share(0.7827), share(1.0), share(0.0002), share(0.0)
    ('.783', '1', '< .001', '0')
    """
    if value in (0, 1):
        return f"{value:.0f}"
    return "< .001" if value < 0.0005 else f"{value:.3f}".removeprefix("0")


def _name(one: Figures) -> str:
    return {"ours": "**ours**", "upper bound": "*upper bound*"}.get(one.method, one.method)
