"""The rules of the participation file: from its rows to when each account takes part, and who held which unit when.

The rules and their reasons are in docs/decisions/0009-participation.md, in words in `transforms.participation`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

EVER: Final = np.iinfo(np.int64).max
NEVER: Final = np.iinfo(np.int64).min

PARTICIPATES: Final = "participates"
OBJECTS: Final = "objects"
LEFT: Final = "left"

Row = Mapping[str, object]
People = Mapping[str, str | None]


class Span(NamedTuple):
    """An account is admitted in [from_us, to_us), µs UTC; `unit` None: unknown."""

    from_us: int
    to_us: int
    unit: str | None
    recorded_us: int


class Holding(NamedTuple):
    """A person held a unit (None: unknown) in [from_us, to_us), µs UTC."""

    person: str
    unit: str | None
    from_us: int
    to_us: int


def admission_spans(rows: Sequence[Row], people: People) -> dict[str, list[Span]]:
    """When each account takes part, in order of recording; no span where it never does.

    Args:
        rows: ENTRIES as dictionaries. people: account → person, None: nobody's.
    """
    objected: dict[str, int] = {}
    for person, row in _of_people(rows, people, OBJECTS):
        # Recorded nobody knows when: nothing is known to have come after it.
        objected[person] = max(objected.get(person, NEVER), _time(row["recorded_at_us"], EVER))
    left, shared = _departures(rows, people), _shared(rows)
    spans: dict[str, list[Span]] = {str(row["account"]): [] for row in rows}
    for (person, account, from_us), group in _by_start(rows, people).items():
        if account in shared:
            continue
        current = _current(group)
        # Any of them may be the one recorded last: what all of them admit is admitted.
        end_us = min(_time(row["valid_to_us"], EVER) for row in current)
        for row in current:
            recorded_us, to_us = _time(row["recorded_at_us"], NEVER), end_us
            if person in objected and recorded_us <= objected[person]:
                continue
            for left_us, left_recorded in left.get(person, ()):
                if recorded_us <= _time(left_recorded, EVER):
                    to_us = min(to_us, left_us)
            if from_us < to_us:
                spans[account].append(Span(from_us, to_us, _unit(row), recorded_us))
    return {account: sorted(set(found), key=_by_recording) for account, found in spans.items()}


def holdings(rows: Sequence[Row], people: People) -> set[Holding]:
    """Who held which unit, whether or not the span admits anything; only leaving ends it, and was from a unit, too.

    Args:
        rows, people: as in `admission_spans`.
    """
    current = {id(row) for group in _by_start(rows, people).values() for row in _current(group)}
    left = _departures(rows, people)
    held = set()
    for person, row in (*_of_people(rows, people, PARTICIPATES), *_of_people(rows, people, OBJECTS)):
        unit, recorded = _unit(row), row["recorded_at_us"]
        if unit is None and id(row) not in current:  # no statement about a unit, or one corrected since
            continue
        from_us, to_us = _time(row["valid_from_us"], NEVER), _time(row["valid_to_us"], EVER)
        for left_us, left_recorded in left.get(person, ()):
            if _time(recorded, EVER) <= _time(left_recorded, NEVER):
                to_us = min(to_us, left_us)
        if from_us < to_us:
            held.add(Holding(person, unit, from_us, to_us))
    for person, row in _of_people(rows, people, LEFT):
        if _unit(row) is not None:  # held it until then, nobody says since when
            held.add(Holding(person, _unit(row), NEVER, _time(row["valid_from_us"], EVER)))
    return held


def _of_people(rows: Iterable[Row], people: People, status: str) -> list[tuple[str, Row]]:
    """(person, row) of the rows with a status; rows of accounts that are nobody's are left out."""
    owned = ((people[str(row["account"])], row) for row in rows if row["status"] == status)
    return [(person, row) for person, row in owned if person is not None]


def _shared(rows: Iterable[Row]) -> set[str]:
    """Accounts that any row lets take part as nobody's."""
    return {str(row["account"]) for row in rows if row["status"] == PARTICIPATES and row["person"] is None}


def _departures(rows: Sequence[Row], people: People) -> dict[str, set[tuple[int, object]]]:
    """Person → (left when, recorded when), the latter None where unknown."""
    left: dict[str, set[tuple[int, object]]] = defaultdict(set)
    for person, row in _of_people(rows, people, LEFT):
        left[person].add((_time(row["valid_from_us"], NEVER), row["recorded_at_us"]))
    return left


def _by_start(rows: Sequence[Row], people: People) -> dict[tuple[str, str, int], list[Row]]:
    """`participates` rows by (person, account, begin): there the later recorded are corrections of the earlier."""
    groups: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for person, row in _of_people(rows, people, PARTICIPATES):
        groups[person, str(row["account"]), _time(row["valid_from_us"], NEVER)].append(row)
    return groups


def _current(group: list[Row]) -> list[Row]:
    """The rows of a group that no later one is known to have replaced."""
    latest = max(_time(row["recorded_at_us"], NEVER) for row in group)
    return [row for row in group if _time(row["recorded_at_us"], EVER) >= latest]


def _by_recording(span: Span) -> tuple[int, int, int, str]:
    return span.recorded_us, span.from_us, span.to_us, span.unit or ""


def _unit(row: Row) -> str | None:
    return None if row["unit"] is None else str(row["unit"])


def _time(value: object, unknown: int) -> int:
    return value if isinstance(value, int) else unknown
