"""Under which account and unit an event is logged: most people have one of each, the hostile cases change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

import numpy as np

from etl.simulate.cast import MOVED, TWO_ACCOUNTS
from etl.simulate.clock import DAY_US
from etl.simulate.draws import Ints
from etl.simulate.log import Log
from etl.simulate.names import account_name
from etl.simulate.world import World

SERVICE_ACCOUNT: Final = "svc-nightly"


@dataclass(frozen=True)
class Identity:
    """An account with a unit; `unit` None: the record says none."""

    account: str
    unit: str | None


@dataclass(frozen=True)
class Identities:
    """All identities of a group of people: the people's first, in their order, then the others."""

    people: Ints
    rows: tuple[Identity, ...]
    other: tuple[tuple[int, int], ...]
    """(person, row) for each who has a second identity."""


def unit_name(world: World, unit: int) -> str:
    """The name of a unit: its kind of work, numbered."""
    kind, number = world.kinds[unit % len(world.kinds)], unit // len(world.kinds) + 1
    return f"{kind.title()} {number}"


def identity(world: World, person: int) -> Identity:
    """Who a person is as a rule."""
    if person >= world.simulation.people:
        return Identity(SERVICE_ACCOUNT, None)
    return Identity(account_name(person), unit_name(world, int(world.unit[person])))


def second_identity(world: World, person: int) -> Identity | None:
    """Who a person is besides: another account, or after the change to another unit."""
    if not world.simulation.hostile or person >= world.simulation.people:
        return None
    if person == TWO_ACCOUNTS:
        return Identity(f"adm-{account_name(person)}", identity(world, person).unit)
    if person == MOVED:
        return Identity(
            account_name(person), unit_name(world, (int(world.unit[person]) + 1) % world.simulation.units)
        )
    return None


def identities(world: World, people: Ints) -> Identities:
    """The identities of some people (ascending)."""
    rows = [identity(world, person) for person in people.tolist()]
    other = []
    for person in people.tolist():
        second = second_identity(world, person)
        if second is not None:
            other.append((person, len(rows)))
            rows.append(second)
    return Identities(people, tuple(rows), tuple(other))


def identity_rows(world: World, known: Identities, log: Log) -> Ints:
    """For each event the row of its identity."""
    rows = np.searchsorted(known.people, log.person)
    for person, row in known.other:
        # every other hour the other account, so that a session may hold both
        odd_hour = log.time_us // (DAY_US // 24) % 2 == 1
        then = log.time_us >= change_us(world) if person == MOVED else odd_hour
        rows = np.where((log.person == person) & then, row, rows)
    return rows


def change_us(world: World) -> int:
    """When people move, leave and object: in the middle, µs since the first night."""
    return world.simulation.nights * DAY_US // 2


def midnight(world: World) -> datetime:
    """When the first night begins."""
    return datetime.combine(world.simulation.start, time(), UTC)


def change_at(world: World) -> datetime:
    """`change_us` as a time."""
    return midnight(world) + timedelta(microseconds=change_us(world))
