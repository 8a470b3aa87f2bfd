"""Refuse an input that could not be read, that is empty, or of which too much could not be used."""

from __future__ import annotations

from typing import Any

from etl.config import RunConfig
from etl.errors import InputError, NoEventError, StorageError, UnusableRecordsError
from etl.layout import DEAD_LETTERS, RUNS
from etl.registry import Registry
from etl.suppress import tell, tell_count, tell_counts


def check_input(config: RunConfig, statistics: dict[str, Any], registry: Registry, *, late: int = 0) -> None:
    """Refuse an input that could not be read, that is empty, or of which too much could not be used.

    Args:
        late: events of nights before that join the window: with them a night without events of its own is none too few.
    """
    if statistics["unreadable"]:
        stored = any(code == StorageError.exit_code for code, _ in statistics["unreadable"])
        kind = StorageError if stored else InputError
        raise kind("; ".join(message for _, message in statistics["unreadable"]))
    read, rejected = statistics["read"], sum(statistics["rejected"].values())
    if read and rejected / read > config.max_reject_ratio:
        worst = sorted(statistics["rejected"].items(), key=lambda item: -item[1])[:4]
        reasons = ", ".join(f"{reason} {_about(n)}" for reason, n in worst)
        raise UnusableRecordsError(
            f"{_about(rejected)} records could not be used, more than the {config.max_reject_ratio:.1%} that "
            f"--max-reject-ratio allows: {reasons}. "
            f"Where they stand is in {registry.where(DEAD_LETTERS)}, and which file is which number in "
            f"{registry.where(RUNS)}; mend the input or the mapping, or allow more"
        )
    if statistics["kept"] == 0 and not (late and config.date is not None):
        behind = statistics["behind"]
        told = tell({reason: (n, behind[reason]) for reason, n in statistics["dropped"].items()}, config.k)
        lost = told | tell_counts(statistics["rejected"])
        why = ", ".join(f"{reason} {n}" for reason, n in lost.items())
        why = why or ("all is of nights before" if statistics["candidates"] else "the files are empty")
        raise NoEventError(
            f"no admitted event in the window ({why}); check --date or --window, the "
            "mapping's time and the participation file. Nothing was published"
        )


def _about(count: int) -> str:
    """A count as the manifest would tell it: what an error says travels, too."""
    told = tell_count(count)
    return told if isinstance(told, str) else f"{told:,} or more"
