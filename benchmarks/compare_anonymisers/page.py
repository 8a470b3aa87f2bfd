"""The page: what a person wrote stays, what was measured is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from benchmarks.compare_anonymisers.compare import MAX_LENGTH
from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.release import Figures
from benchmarks.compare_anonymisers.table import overview, table

BEGIN: Final = "<!-- measured: written by `make compare-anonymisers` -->"
END: Final = "<!-- end of what was measured -->"
_OVERVIEW_K: Final = 10
_FRESH: Final = f"# Anonymisers compared\n\n{BEGIN}\n{END}\n"


def places(written: str, *, begin: str = BEGIN, fresh: str = _FRESH) -> tuple[str, str]:
    """What stands before and behind the figures of a page as it was ('': there was none).

    Args:
        written: the page.
        begin: the comment before the figures.
        fresh: what a page looks like before the first figures.

    Raises:
        ValueError: the page has no place for the figures.
    """
    before, found, rest = (written or fresh).partition(begin)
    _old, end, after = rest.partition(END)
    if not found or not end:
        raise ValueError("the page that is there lacks the two comments between which the figures stand")
    return before, after


def page(
    around: tuple[str, str],
    logs: Sequence[Log],
    figures: Sequence[Sequence[Figures]],
    *,
    command: str,
    machine: str,
) -> str:
    """The page with new figures.

    Args:
        around: the `places` of the page as it was.
        logs: what was measured.
        figures: each log's.
        command, machine: what was run, and on what.
    """
    return f"{around[0]}{BEGIN}\n{_measured(logs, figures, command, machine)}{END}{around[1]}"


def _measured(logs: Sequence[Log], figures: Sequence[Sequence[Figures]], command: str, machine: str) -> str:
    ks = sorted({one.k for log in figures for one in log})
    parts = [
        f"`{command}`; {machine}. Verbatim names, finest level, repeats collapsed, gap 30 minutes, records of 2 to "
        f"{MAX_LENGTH} actions, no caps, no units. Seconds are of one run, kernels compiled before.\n",
        "![Share of transitions released against k](comparison.svg)\n",
        overview([log.name for log in logs], figures, k=_OVERVIEW_K if _OVERVIEW_K in ks else ks[0]),
    ]
    for log, of_log in zip(logs, figures, strict=True):
        parts.append(
            f"## {log.name}\n\n{int(log.events.sum()):,} events, {log.sessions.people:,} people, "
            f"{len(log.sessions.person):,} sessions, {len(log.sessions.tokens):,} actions, "
            f"{log.transitions:,} transitions.\n"
        )
        for k in ks:
            parts.append(f"### {log.name}, k = {k}\n\n{table([one for one in of_log if one.k == k])}")
    return "\n" + "\n".join(parts) + "\n"
