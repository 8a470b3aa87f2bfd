"""The one filter that every method passes, the brute recount of what it lets through, and the figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.compare_anonymisers.emissions import Emissions, Record
from benchmarks.compare_anonymisers.log import Int64s, Log
from transforms.distinct import distinct


@dataclass(frozen=True)
class Figures:
    """What a method releases of a log. Shares are of the log's; a bound is counted as if its records could be released."""

    method: str
    k: int
    events: float
    transitions: float
    mean_length: float
    """Actions a record, by occurrence; 0 where nothing is released."""
    records: int
    failing: int
    """Distinct records that fewer than k people emit."""
    lost: float
    """The share of the log's transitions that the filter takes, or would take of a bound."""
    made_up: float
    """The share of the released transitions that the people who stand for them did not make."""
    seconds: float


def release(log: Log, emissions: Emissions, *, k: int, max_length: int) -> npt.NDArray[np.bool_]:
    """The exact filter: which records ≥ k different people emit and are no longer than `max_length`."""
    lengths = np.array([len(record) for record in emissions.records], np.int64)
    return (people_of(log, emissions) >= k) & (lengths <= max_length)


def people_of(log: Log, emissions: Emissions) -> Int64s:
    """Distinct people who emit each record."""
    people = max(log.sessions.people, 1)
    pairs = distinct(emissions.record * people + log.sessions.person[emissions.session])
    return np.bincount(pairs // people, minlength=len(emissions.records))


def recount(log: Log, emissions: Emissions, released: npt.NDArray[np.bool_], *, k: int) -> None:
    """Count the released records again with sets.

    Raises:
        RuntimeError: fewer than k people emit one, or it is no sequence.
    """
    emitters: dict[Record, set[int]] = {}
    for record, session in zip(emissions.record.tolist(), emissions.session.tolist(), strict=True):
        if released[record]:
            emitters.setdefault(emissions.records[record], set()).add(int(log.sessions.person[session]))
    if len(emitters) != int(released.sum()):
        raise RuntimeError("a released record is emitted by nobody, or stands twice in the release")
    if any(len(who) < k or len(record) < 2 for record, who in emitters.items()):
        raise RuntimeError(f"a released record is emitted by fewer than {k} people, or is no sequence")


def measure(
    log: Log,
    emissions: Emissions,
    released: npt.NDArray[np.bool_],
    *,
    method: str,
    k: int,
    is_bound: bool,
    seconds: float,
) -> Figures:
    """The figures of what is released; of all that is emitted where `is_bound`."""
    lengths = np.array([len(record) for record in emissions.records], np.int64)
    passing = released[emissions.record]
    kept = passing | is_bound
    occurrences = int(kept.sum())
    told = int((lengths[emissions.record[kept]] - 1).sum())
    held = int(emissions.transitions[kept].sum())
    return Figures(
        method,
        k,
        events=_share(int(emissions.events[kept].sum()), int(log.events.sum())),
        transitions=_share(held, log.transitions),
        mean_length=_share(told + occurrences, occurrences),
        records=int((released | is_bound).sum()),
        failing=int((people_of(log, emissions) < k).sum()),
        lost=_share(int(emissions.transitions[~passing].sum()), log.transitions),
        made_up=_share(told - held, told),
        seconds=seconds,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
