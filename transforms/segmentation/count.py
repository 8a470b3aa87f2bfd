"""Count people per emitted phrase, in all and by unit: exact, and additive over any partition of the persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.segmentation.inventory import Int32, Int64, Segments, Sessions


@dataclass(frozen=True)
class PeopleCounts:
    """Distinct people per phrase. The counts of disjoint sets of persons add up with `+`."""

    people: Int64
    """For each phrase, by index into the inventory."""
    phrase: Int32
    """Counts by unit as rows (phrase, unit, people in it), ordered by phrase and unit; only rows with people."""
    unit: Int32
    unit_people: Int64

    def __add__(self, other: PeopleCounts) -> PeopleCounts:
        """The counts of both sets of persons together; they must share no person."""
        return _grouped(
            self.people + other.people,
            np.concatenate((self.phrase, other.phrase)),
            np.concatenate((self.unit, other.unit)),
            np.concatenate((self.unit_people, other.unit_people)),
        )

    def outside(self) -> Int64:
        """For each phrase its people less those of its fullest unit; a person counts in every unit held."""
        fullest = np.zeros(len(self.people), np.int64)
        np.maximum.at(fullest, self.phrase, self.unit_people)
        return self.people - fullest


def count_people(sessions: Sessions, segments: Segments, phrases: int) -> PeopleCounts:
    """Distinct people who emitted each of `phrases` phrases of an inventory; single leftover actions are not counted."""
    emitted = segments.phrase >= 0
    session = np.searchsorted(sessions.starts, segments.start[emitted], side="right") - 1
    pair = segments.phrase[emitted].astype(np.int64) * max(sessions.people, 1) + sessions.person[session]
    phrase, person = np.divmod(np.unique(pair), max(sessions.people, 1))
    held = np.diff(sessions.unit_offsets)[person]
    row = np.repeat(np.arange(len(person)), held)
    within = np.arange(len(row)) - np.repeat(np.cumsum(held) - held, held)
    unit = sessions.units[sessions.unit_offsets[person][row] + within]
    return _grouped(
        np.bincount(phrase, minlength=phrases).astype(np.int64),
        phrase[row].astype(np.int32),
        unit,
        np.ones(len(row), np.int64),
    )


def _grouped(people: Int64, phrase: Int32, unit: Int32, count: Int64) -> PeopleCounts:
    units = int(unit.max(initial=0)) + 1
    keys, group = np.unique(phrase.astype(np.int64) * units + unit, return_inverse=True)
    total = np.zeros(len(keys), np.int64)
    np.add.at(total, group, count)
    return PeopleCounts(people, (keys // units).astype(np.int32), (keys % units).astype(np.int32), total)
