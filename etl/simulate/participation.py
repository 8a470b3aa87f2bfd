"""The participation file of the simulated workplace: who takes part, under which accounts, since when."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Final

from etl.simulate.cast import LEFT, MOVED, OBJECTS, UNLISTED
from etl.simulate.identity import change_at, identity, midnight, second_identity
from etl.simulate.world import World

COLUMNS: Final = ("account", "person", "unit", "status", "valid_from", "valid_to", "basis", "recorded_at")
BASIS: Final = "works agreement 2026-01 (simulated)"

Row = tuple[str, ...]


def participation_csv(world: World) -> str:
    """The file's content: UTF-8 text, times RFC 3339 in UTC and half-open, an empty cell for unknown or open."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person in range(len(world.key)):
        writer.writerows(_rows(world, person))
    return out.getvalue()


def _rows(world: World, person: int) -> Iterator[Row]:
    who, second = identity(world, person), second_identity(world, person)
    since, change = midnight(world) - timedelta(days=300), change_at(world)
    if person >= world.simulation.people:  # a service account is nobody's, and so never counts
        yield _row(who.account, "", "", "participates", since, None, "service account", since)
        return
    name, unit, hostile = f"P-{person + 1:06}", who.unit or "", world.simulation.hostile
    if hostile and person == UNLISTED:
        return
    until = change if hostile and person == MOVED else None
    yield _row(who.account, name, unit, "participates", since, until, BASIS, since)
    if second is not None:
        begins = since if until is None else until
        yield _row(second.account, name, second.unit or "", "participates", begins, None, BASIS, begins)
    if hostile and person in (OBJECTS, LEFT):
        status = "objects" if person == OBJECTS else "left"
        yield _row(who.account, name, unit, status, change, None, "", change)


def _row(
    account: str,
    person: str,
    unit: str,
    status: str,
    valid_from: datetime,
    valid_to: datetime | None,
    basis: str,
    recorded_at: datetime,
) -> Row:
    until = "" if valid_to is None else _rfc_3339(valid_to)
    return (account, person, unit, status, _rfc_3339(valid_from), until, basis, _rfc_3339(recorded_at))


def _rfc_3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
