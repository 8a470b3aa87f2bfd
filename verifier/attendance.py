"""When each account takes part and which units its person held, from the rows of the participation file.

The rules are those of docs/decisions/0009-participation.md, read anew: each is a question about one row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

EVER: Final = (1 << 63) - 1
SINCE_EVER: Final = -(1 << 63)

Row = Mapping[str, object]


class Stay(NamedTuple):
    """An account takes part in [from_us, to_us), µs UTC."""

    account: str
    from_us: int
    to_us: int


class Holding(NamedTuple):
    """A person held a unit (None: the unknown one) in [from_us, to_us), µs UTC."""

    person: str
    unit: str | None
    from_us: int
    to_us: int


class Attendance:
    """What the rows of a participation file say, and of whom (`verifier.links.people_of`)."""

    def __init__(self, rows: Sequence[Row], people: Mapping[str, str | None]) -> None:
        """Sort the rows by what is asked of them."""
        self._people = people
        self._rows = [row for row in rows if people[str(row["account"])] is not None]
        self._nobodys = {
            row["account"] for row in rows if row["status"] == "participates" and row["person"] is None
        }
        self._objections: dict[object, list[Row]] = defaultdict(list)
        self._departures: dict[object, list[Row]] = defaultdict(list)
        self._siblings: dict[tuple[object, object], list[Row]] = defaultdict(list)
        for row in self._rows:
            if row["status"] == "objects":
                self._objections[self._person(row)].append(row)
            elif row["status"] == "left":
                self._departures[self._person(row)].append(row)
            else:
                self._siblings[row["account"], _begin(row)].append(row)

    def stays(self) -> list[Stay]:
        """When accounts take part; they may overlap."""
        found = []
        for row in self._rows:
            if row["status"] != "participates" or row["account"] in self._nobodys:
                continue
            if self._is_corrected(row) or self._is_objected(row):
                continue
            ends = [_end(one) for one in self._siblings_of(row) if not self._is_corrected(one)]
            # Left, unless it is known that the row was recorded after that.
            ends += [
                _begin(left) for left in self._departures[self._person(row)] if not _known_after(row, left)
            ]
            if _begin(row) < min(ends):
                found.append(Stay(str(row["account"]), _begin(row), min(ends)))
        return found

    def holdings(self) -> list[Holding]:
        """Which units people held, whether or not they took part then."""
        found = []
        for row in self._rows:
            unit, person = row["unit"], self._person(row)
            if row["status"] == "left":
                # Held until then, nobody says since when; until ever, where nobody says when that was.
                until = EVER if row["valid_from_us"] is None else _begin(row)
                if unit is not None:
                    found.append(Holding(person, str(unit), SINCE_EVER, until))
                continue
            if unit is None and (row["status"] == "objects" or self._is_corrected(row)):
                continue
            # Only a departure that is known to have been recorded no earlier ends it.
            ends = [_end(row)]
            ends += [
                _begin(left) for left in self._departures[person] if _known_after(left, row, or_with=True)
            ]
            if _begin(row) < min(ends):
                found.append(Holding(person, None if unit is None else str(unit), _begin(row), min(ends)))
        return found

    def _person(self, row: Row) -> str:
        return str(self._people[str(row["account"])])

    def _siblings_of(self, row: Row) -> list[Row]:
        return self._siblings[row["account"], _begin(row)]

    def _is_corrected(self, row: Row) -> bool:
        return row["status"] == "participates" and any(
            _known_after(other, row) for other in self._siblings_of(row)
        )

    def _is_objected(self, row: Row) -> bool:
        return any(not _known_after(row, objection) for objection in self._objections[self._person(row)])


def _known_after(one: Row, other: Row, *, or_with: bool = False) -> bool:
    """Whether both say when they were recorded, and the one later (or at the same time)."""
    first, second = other["recorded_at_us"], one["recorded_at_us"]
    if not isinstance(first, int) or not isinstance(second, int):
        return False
    return second > first or (or_with and second == first)


def _begin(row: Row) -> int:
    value = row["valid_from_us"]
    return value if isinstance(value, int) else SINCE_EVER


def _end(row: Row) -> int:
    value = row["valid_to_us"]
    return value if isinstance(value, int) else EVER
