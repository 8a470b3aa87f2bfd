"""How lies are told: what is changed together in a world, and the catalogue that the lies are entered in."""

from __future__ import annotations

from collections.abc import Callable

from tests.verifier.honest import Emission, Event, Row, World, digest_of, part_of

Lie = Callable[[World], object]
LIES: list[tuple[str, Lie, frozenset[str]]] = []


def lie(kind: str, *follow: str) -> Callable[[Lie], Lie]:
    """Register a lie, the violation that must be found, and those that may come with it."""

    def register(function: Lie) -> Lie:
        LIES.append((kind, function, frozenset(follow)))
        return function

    return register


def all_rows(world: World) -> list[Row]:
    return [row for rows in world.rows.values() for row in rows]


def change_row(world: World, old: Row, new: Row) -> None:
    for rows in world.rows.values():
        rows[:] = [new if row is old else row for row in rows]


def change_record(world: World, old: Row, actions: list[str]) -> None:
    """Publish other actions for a record, in the row and in all its emissions."""
    for rows in world.rows.values():
        if old in rows:
            rows.remove(old)
    rows = world.rows.setdefault(part_of(actions), [])
    rows.append(old._replace(actions=actions, length=len(actions)))
    rows.sort(key=lambda row: digest_of(row.actions))
    swap = {digest_of(old.actions): digest_of(actions)}
    for emissions in world.emissions:
        emissions[:] = [e._replace(record=swap.get(e.record, e.record)) for e in emissions]


def at_k(world: World) -> Row:
    return next(row for row in all_rows(world) if world.support[digest_of(row.actions)] == world.policy.k)


def emitters(world: World, row: Row) -> list[bytes]:
    return sorted({e.person for es in world.emissions for e in es if e.record == digest_of(row.actions)})


def claim(world: World, bucket: int, start: int, length: int) -> None:
    """Replace whatever touches these rows by one emission of a record that is not released."""
    person, label = world.events[bucket][start].person, None
    for emission in world.emissions[bucket]:
        if emission.start <= start < emission.start + emission.length:
            label = emission.session
    apart = [e for e in world.emissions[bucket] if e.start + e.length <= start or e.start >= start + length]
    world.emissions[bucket] = [
        *apart,
        Emission(bytes(32), person, 10_000 if label is None else label, start, length),
    ]


COUNTED = ("support", "people_value", "occurrences_value", "never_emitted", "unit_diversity")


def released(world: World) -> list[Emission]:
    records = {digest_of(row.actions) for row in all_rows(world)}
    return [e for es in world.emissions for e in es if e.record in records]


def move_to(world: World, unit: str | None, keep: Callable[[Event], bool]) -> None:
    world.events = [[e._replace(unit=unit) if keep(e) else e for e in events] for events in world.events]


def person_logs(world: World) -> list[list[Event]]:
    logs: dict[bytes, list[Event]] = {}
    for event in (event for events in world.events for event in events):
        logs.setdefault(event.person, []).append(event)
    return list(logs.values())
