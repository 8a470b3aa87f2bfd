"""Refuse an input that could not be read, that is empty, or of which too much could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from etl.config import RunConfig
from etl.errors import InputError, NoEventError, StorageError, UnusableRecordsError
from etl.layout import DEAD_LETTERS
from etl.registry import Registry
from etl.suppress import tell, tell_count, tell_counts
from transforms.decode import reasons
from transforms.decode.reasons import DAMAGE
from transforms.events import COUNTED_PEOPLE, OUTSIDE_NEAR

_MOST_OF_OTHER_NIGHTS: Final = 0.05
"""The share of the events of a night's files that may be of the night before or after: a log that is cut a little late."""


def check_input(
    config: RunConfig, statistics: dict[str, Any], registry: Registry, record: str, *, late: int = 0
) -> None:
    """Refuse an input that could not be read, that is empty, or of which too much could not be used.

    Args:
        record: the name of the run's record, which is there by now.
        late: events of nights before that join the window: with them a night without events of its own is none too few.
    """
    if statistics["unreadable"]:
        stored = any(code == StorageError.exit_code for code, _ in statistics["unreadable"])
        kind = StorageError if stored else InputError
        raise kind("; ".join(message for _, message in statistics["unreadable"]))
    # What a cut took is accepted with the cut, and a wrong clock stops nobody's night; other records are judged as ever.
    excused = wrong_clocks(statistics, config.k, statistics["rejected"]) | (
        DAMAGE if config.accept_damaged else frozenset()
    )
    rejected = sum(n for reason, n in statistics["rejected"].items() if reason not in excused)
    read = statistics["read"]
    if read and rejected / read > config.max_reject_ratio:
        worst = sorted(statistics["rejected"].items(), key=lambda item: -item[1])[:4]
        why = ", ".join(f"{reason} {_about(n)}" for reason, n in worst)
        raise UnusableRecordsError(
            f"{_about(rejected)} records could not be used, more than the {config.max_reject_ratio:.1%} that "
            f"--max-reject-ratio allows: {why}. "
            f"Where they stand is in {registry.where(DEAD_LETTERS)}, and which file is which number in "
            f"{registry.where(record)}; mend the input or the mapping, or allow more"
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


def columns_of_sentences(statistics: dict[str, Any]) -> list[str]:
    """The columns of actions whose values read as what people write, and which nobody reviewed."""
    return [name for name, seen in statistics["columns"].items() if seen["content"]]


def wrong_clocks(statistics: Mapping[str, Any], k: int, rejected: Mapping[str, int]) -> set[str]:
    """The reasons to reject that are of fewer than k people's clocks: they are told, and stop nobody's night.

    Args:
        rejected: counts by reason.
    """
    future, range_ = reasons.TIME_IN_FUTURE, reasons.TIME_OUT_OF_RANGE
    few = statistics["behind"].get(range_, 0) < min(k, COUNTED_PEOPLE)
    return {why for why in rejected if why == future or (why == range_ and few)}


def of_other_nights(statistics: Mapping[str, Any], config: RunConfig) -> bool:
    """Whether files that are named after the night are systematically of other hours than the night: of k people, and more
    than a twentieth. With `files_before` nothing of them is lost."""
    near, behind = statistics["dropped"].get(OUTSIDE_NEAR, 0), statistics["behind"].get(OUTSIDE_NEAR, 0)
    systematic = near > _MOST_OF_OTHER_NIGHTS * statistics["claimed"] and behind >= min(
        config.k, COUNTED_PEOPLE
    )
    return systematic and not config.files_before
