"""The oracle: what a release must be, from the raw records by brute force, in plain Python.

It imports nothing of the project and is slow on purpose: people are sets, links are followed until nothing changes, and of
every session all cuts are tried. The one thing it is told is the inventory: which phrases may be cut out in each round, and
their weights.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Record = tuple[str, ...]
Cut = tuple[int, ...]
Phrases = Mapping[Record, int]
Chain = tuple[str | None, ...]


class Rules(NamedTuple):
    """The policy; 0: no such cap, no such rule."""

    k: int
    j: int = 0
    c: int = 0
    most: int = 0
    gap_us: int = 30 * 60_000_000
    salt: bytes = b"v"


class Event(NamedTuple):
    person: str
    time_us: int
    place: int
    levels: tuple[str, ...]
    unit: str | None


class World(NamedTuple):
    """`sessions`: (person, actions). An action is its token, None where it is withheld, and what it is lifted to in turn.

    `units`: what each person held.
    """

    sessions: list[tuple[str, list[Chain]]]
    units: dict[str, set[str | None]]
    units_known: bool


def canonical(name: str) -> str:
    return name.strip().lower()


def events_of(log: Sequence[dict[str, Any]], participation: Sequence[dict[str, Any]] | None) -> list[Event]:
    """The admitted events of a native log in total order, without a person's repeats of an event id."""
    events: list[tuple[Event, Any]] = []
    for place, row in enumerate(log):
        person: str | None = canonical(row["user_id"])
        if participation is not None:
            person = person_at(str(person), row["ts"], participation)
        if person is not None:
            finest = f"{row['event_type']} {row['app']} {row.get('target') or '∅'}"
            levels = (finest, f"{row['event_type']} {row['app']}", row["event_type"])
            event = Event(person, row["ts"], place, levels, row.get("unit"))
            events.append((event, row.get("event_id")))
    events.sort(key=lambda item: (item[0].person, item[0].time_us, item[0].place))
    seen: set[tuple[str, Any]] = set()
    kept = []
    for event, name in events:
        if name is None or (event.person, name) not in seen:
            kept.append(event)
        seen.add((event.person, name))
    return kept


def person_at(account: str, time_us: int, rows: Sequence[dict[str, Any]]) -> str | None:
    """Whom an account's event at a time belongs to; None: it is not admitted."""
    linked = {("account", account)}
    while True:  # everything that any row links, followed until nothing is new
        more = set(linked)
        for row in rows:
            ends = {("account", canonical(row["account"]))}
            ends |= {("person", canonical(row["person"]))} if row["person"] else set()
            if ends & linked:
                more |= ends
        if more == linked:
            break
        linked = more
    people = sorted(name for kind, name in linked if kind == "person")
    mine = [row for row in rows if ("account", canonical(row["account"])) in linked]
    objected = max((row["recorded_at"] for row in mine if row["status"] == "objects"), default=-1)
    for row in mine:
        if canonical(row["account"]) == account and row["status"] == "participates":
            since, until = row.get("valid_from"), row.get("valid_to")
            holds = (since is None or since <= time_us) and (until is None or time_us < until)
            if people and holds and row["recorded_at"] > objected:
                return people[0]
    return None


def lifted(events: Sequence[Event], rules: Rules) -> World:
    """Sessions of actions, each at its finest level that enough people share, and the coarser ones that enough have."""
    units: dict[str, set[str | None]] = defaultdict(set)
    for event in events:
        units[event.person].add(event.unit)
    known = any(unit is not None for held in units.values() for unit in held)
    world = World([], units, known)
    failing = {event.levels for event in events}
    first: dict[tuple[str, ...], int] = {}
    for level in range(3):
        holders: dict[str, set[str]] = defaultdict(set)
        for event in events:
            if event.levels in failing:
                holders[event.levels[level]].add(event.person)
        passing = {levels for levels in failing if enough(holders[levels[level]], world, rules)}
        first |= dict.fromkeys(passing, level)
        failing -= passing
    had = {
        (level, name): {event.person for event in events if event.levels[level] == name}
        for level in range(3)
        for name in {event.levels[level] for event in events}
    }

    def chain(levels: tuple[str, ...]) -> Chain:
        start = first.get(levels)
        further = range((start or 0) + 1, 3)
        coarser = [level for level in further if enough(had[level, levels[level]], world, rules)]
        return (
            None if start is None else spoken(levels, start),
            *(spoken(levels, level) for level in coarser),
        )

    before: Event | None = None
    for event in events:
        if before is None or before.person != event.person or event.time_us - before.time_us > rules.gap_us:
            world.sessions.append((event.person, [chain(event.levels)]))
        elif event.levels != before.levels:
            world.sessions[-1][1].append(chain(event.levels))
        before = event
    return world


def spoken(levels: tuple[str, ...], level: int) -> str:
    return levels[level] + (f" ↑{level}" if level else "")


def enough(people: set[str], world: World, rules: Rules) -> bool:
    """k of them, and j outside any one unit."""
    largest = Counter(unit for person in people for unit in world.units[person])
    outside = len(people) - max(largest.values(), default=0)
    return len(people) >= rules.k and (not world.units_known or not rules.j or outside >= rules.j)


def cuts(tokens: Sequence[str | None], phrases: Phrases) -> Iterator[Cut]:
    """Every way to cut a session into phrases and single actions, as the lengths of the pieces."""
    if not tokens:
        yield ()
        return
    for size in range(1, len(tokens) + 1):
        if size == 1 or tuple(tokens[:size]) in phrases:
            for rest in cuts(tokens[size:], phrases):
                yield (size, *rest)


def best_cut(tokens: Sequence[str | None], phrases: Phrases) -> Cut:
    """The cut of largest weight; of equal ones the one that first stays single, or else takes longer."""

    def worth(cut: Cut) -> tuple[int, tuple[tuple[bool, int], ...]]:
        total = at = 0
        for size in cut:
            total += phrases[tuple(tokens[at : at + size])] if size > 1 else 0  # type: ignore[index]
            at += size
        return total, tuple((size == 1, size) for size in cut)

    return max(cuts(tokens, phrases), key=worth)


def records_of(actions: Sequence[Chain], rounds: Sequence[Phrases]) -> list[Record]:
    """What a session emits: each round's phrases from what is still alone, and in the end what is alone for good."""
    alone = [True] * len(actions)

    def tokens(step: int) -> list[tuple[str | None, list[int]]]:
        """With the actions of each; repeats are one, and what is withheld or taken is None."""
        found: list[tuple[str | None, list[int]]] = []
        for number, action in enumerate(actions):
            name = action[min(step, len(action) - 1)] if alone[number] else None
            if found and name is not None and name == found[-1][0]:
                found[-1][1].append(number)
            else:
                found.append((name, [number]))
        return found

    records: list[Record] = []
    for step, phrases in enumerate(rounds):
        coded, at = tokens(step), 0
        for size in best_cut([name for name, _ in coded], phrases):
            if size > 1:
                records.append(tuple(str(name) for name, _ in coded[at : at + size]))
                for _, numbers in coded[at : at + size]:
                    for number in numbers:
                        alone[number] = False
            at += size
    return records + [(name,) for name, _ in tokens(0) if name is not None]


def emitted(world: World, rules: Rules, rounds: Sequence[Phrases]) -> dict[Record, Counter[str]]:
    """Record → person → how often, after the caps c and then C."""
    mine: dict[str, list[tuple[Record, int]]] = defaultdict(list)
    for person, actions in world.sessions:
        for record in records_of(actions, rounds):
            nth = sum(other == record for other, _ in mine[person])
            mine[person].append((record, nth))
    found: dict[Record, Counter[str]] = defaultdict(Counter)
    for person, segments in mine.items():
        kept = [segment for segment in segments if not rules.c or segment[1] < rules.c]
        if rules.most:
            kept = sorted(kept, key=lambda segment: (segment[1], rank(segment[0], rules.salt)))[: rules.most]
        for record, _ in kept:
            found[record][person] += 1
    return found


def rank(record: Record, salt: bytes) -> bytes:
    return hashlib.blake2b(digest_of(record), key=salt, digest_size=8).digest()


def digest_of(record: Record) -> bytes:
    text = json.dumps(list(record), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def released(world: World, rules: Rules, rounds: Sequence[Phrases]) -> dict[Record, tuple[int, int]]:
    """Record → exact people and occurrences."""
    return {
        record: (len(people), people.total())
        for record, people in emitted(world, rules, rounds).items()
        if enough(set(people), world, rules)
    }


def published(exact: Mapping[Record, tuple[int, int]], k: int) -> list[dict[str, Any]]:
    """The rows of the release: rounded, and in the order of their digests."""
    steps = sorted({k} | {int(m * 10**n) for m in (1, 1.5, 2, 3, 5, 7.5) for n in range(7)})
    rows = []
    for record in sorted(exact, key=digest_of):
        people, occurrences = exact[record]
        shown = max(step for step in steps if k <= step <= people)
        two = int(str(occurrences)[:2] + "0" * (len(str(occurrences)) - 2))
        row = {"actions": list(record), "length": len(record)}
        rows.append({**row, "people": shown, "occurrences": max(two, shown)})
    return rows
