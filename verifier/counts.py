"""Recount people, units and occurrences over the buckets, and hold the published counts against them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from verifier.columns import Int64s
from verifier.distinct import distinct
from verifier.held import Held
from verifier.intervals import Claims
from verifier.policy import Policy
from verifier.published import rounded_occurrences, rungs
from verifier.release import Release
from verifier.staging import Staged
from verifier.violations import Tally

FEWEST: Final = 1 << 20
"""Cells of (record, unit) below which adding up is put off."""


class Counts:
    """Exact counts per released record. A person lives in one bucket, so sums over buckets are counts of people."""

    def __init__(self, records: int, *, units_known: bool) -> None:
        """Start at zero for so many records.

        Args:
            units_known: whether the registry knows anybody's unit in the window; the events can add to it.
        """
        self.people: Int64s = np.zeros(records, np.int64)
        self.occurrences: Int64s = np.zeros(records, np.int64)
        self.units_known = units_known
        self._units: dict[str | None, int] = {None: 0}
        # By record << 32 | unit how many of the record's people held the unit, in parts that are yet to be added up.
        self._cells = [np.zeros(0, np.int64)]
        self._holders = [np.zeros(0, np.int64)]

    def add(self, claims: Claims, staged: Staged, held: Held, policy: Policy, tally: Tally) -> None:
        """Count one bucket's true emissions of released records, and check the caps c and C (G4).

        Args:
            held: what the bucket's people held: they count in it beside the units of their closed sessions.
        """
        person = staged.person[claims.start]
        people = len(staged.persons)
        pair, times = np.unique(claims.record * people + person, return_counts=True)
        if policy.cap_per_person:
            tally.add("cap_per_person", times > policy.cap_per_person)
        if policy.max_per_person:
            tally.add("max_per_person", np.bincount(person, minlength=people) > policy.max_per_person)
        record, holder = pair // max(people, 1), pair % max(people, 1)
        self.people += np.bincount(record, minlength=len(self.people))
        self.occurrences += np.bincount(claims.record, minlength=len(self.people))
        if policy.min_outside_unit:
            self._add_units(record, holder, staged, held)

    def _add_units(self, record: Int64s, holder: Int64s, staged: Staged, held: Held) -> None:
        key = staged.person << 32 | self._numbers(staged.units)[staged.unit]
        # Most rows repeat the row before: sort only where something changes.
        change = np.ones(len(key), np.bool_)
        change[1:] = key[1:] != key[:-1]
        holds = distinct(np.concatenate([key[change], held.person << 32 | self._numbers(held.units)]))
        self.units_known |= held.known or bool((holds & 0xFFFFFFFF).any())  # 0: unknown
        number = np.bincount(holds >> 32, minlength=len(staged.persons))
        first = np.cumsum(number) - number
        of_holder = number[holder]
        before = np.cumsum(of_holder) - of_holder
        place = np.arange(int(of_holder.sum())) + np.repeat(first[holder] - before, of_holder)
        cells = np.repeat(record << 32, of_holder) | (holds[place] & 0xFFFFFFFF)
        cells, holders = np.unique(cells, return_counts=True)
        self._cells.append(cells)
        self._holders.append(holders)
        # The first part holds the sum of those before: joined when the others are as large, a cell is added up a few times.
        if sum(map(len, self._cells[1:])) >= max(len(self._cells[0]), FEWEST):
            self._add_up()

    def _add_up(self) -> None:
        """Make one part of all."""
        cells, inverse = np.unique(np.concatenate(self._cells), return_inverse=True)
        holders = np.zeros(len(cells), np.int64)
        np.add.at(holders, inverse, np.concatenate(self._holders))
        self._cells, self._holders = [cells], [holders]

    def _numbers(self, units: list[str | None]) -> Int64s:
        return np.array([self._units.setdefault(unit, len(self._units)) for unit in units], np.int64)

    def outside_needed(self, policy: Policy) -> int:
        """The j in force: 0 where nobody's unit is known."""
        return policy.min_outside_unit if self.units_known else 0

    def check(self, release: Release, policy: Policy, tally: Tally) -> None:
        """Hold every record to k, j and its published counts (G1, G2, G6)."""
        enough = self.people >= policy.k
        tally.add("never_emitted", self.occurrences == 0)
        tally.add("support", ~enough)
        if needed := self.outside_needed(policy):
            largest = np.zeros(len(self.people), np.int64)
            self._add_up()
            np.maximum.at(largest, self._cells[0] >> 32, self._holders[0])
            tally.add("unit_diversity", self.people - largest < needed)
        highest = int(max(release.people.max(initial=policy.k), self.people.max(initial=policy.k)))
        ladder = rungs(policy.k, up_to=highest)
        tally.add("people_off_ladder", ~np.isin(release.people, ladder))
        # Where there are fewer than k people there is no right number to publish.
        tally.add("people_value", (release.people != _down(ladder, self.people)) & enough)
        rounded = np.maximum(rounded_occurrences(self.occurrences), release.people)
        tally.add("occurrences_value", release.occurrences != rounded)


def _down(ladder: Int64s, exact: Int64s) -> npt.NDArray[np.int64]:
    return np.asarray(ladder[np.maximum(np.searchsorted(ladder, exact, side="right") - 1, 0)], np.int64)
