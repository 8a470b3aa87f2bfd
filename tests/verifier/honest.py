"""A tiny honest anonymiser, in plain Python and slow on purpose: worlds whose releases must verify clean.

It is what the lies of the other tests start from, and the oracle of what the verifier measures. It shares no code with
the verifier or with the real anonymiser.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from verifier import (
    EMISSIONS,
    EVENTS,
    NAMED,
    SPANS,
    SPENT,
    Before,
    Bucket,
    People,
    Policy,
    Roster,
    Stays,
    Verification,
    verify,
)

MINUTE = 60_000_000
POLICY = Policy(
    k=3,
    min_outside_unit=2,
    cap_per_person=4,
    max_per_person=30,
    gap_us=30 * MINUTE,
    longest_us=0,
    max_length=4,
    drop_repeats=True,
)
LEVELS = {
    "click a": ("click a", "click"),
    "click b": ("click b", "click"),
    "type": ("type", "type", "input"),
    "open x": ("open x",),
    "open y": ("open y", "open", "app"),
}
LIFT = {"click a": 0, "click b": 1, "type": 2, "open x": 0, "open y": 0}
"""The one global recoding: at which level an action is released."""

EVER = (-(1 << 63), (1 << 63) - 1)

LADDER = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150]


class Event(NamedTuple):
    person: bytes
    unit: str | None
    time_us: int
    file: int
    position: int
    path: str
    record_id: int | None
    account: bytes
    fragment: int | None = None
    identity: int | None = None


class Named(NamedTuple):
    person: bytes
    account: bytes
    unit: str | None
    time_us: int


class Spent(NamedTuple):
    account: bytes
    from_us: int
    to_us: int


class Span(NamedTuple):
    person: bytes
    unit: str | None
    from_us: int
    to_us: int


class Emission(NamedTuple):
    record: bytes
    person: bytes
    session: int
    start: int
    length: int


class Row(NamedTuple):
    actions: list[str]
    length: int
    people: int
    occurrences: int


@dataclass
class World:
    """Everything that the verifier is shown. A test may spoil any of it before `verify`."""

    policy: Policy
    events: list[list[Event]]
    emissions: list[list[Emission]]
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    support: Counter[bytes] = field(default_factory=Counter)
    spans: list[Span] = field(default_factory=list)
    window: tuple[int, int] = (0, 10**15)
    spent: list[Spent] = field(default_factory=list)
    waiting: dict[int, list[Event]] = field(default_factory=dict)
    named: dict[int, list[Named]] = field(default_factory=dict)
    owners: dict[bytes, bytes] = field(default_factory=dict)
    stays: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    erased: list[bytes] = field(default_factory=list)

    def write(self, folder: Path) -> list[Path]:
        return [
            write_rows(rows, folder / kind / f"{split}-00000-of-00001.parquet")
            for (kind, split), rows in sorted(self.rows.items())
            if rows
        ]

    def loaders(self) -> list[Callable[[], Bucket]]:
        return [partial(self.bucket, number) for number in range(len(self.events))]

    def bucket(self, number: int) -> Bucket:
        return Bucket(
            events_table(self.events[number]),
            emissions_table(self.emissions[number]),
            events_table(self.waiting.get(number, [])),
            named_table(self.named.get(number, [])),
        )

    def verify(self, folder: Path, **how: Any) -> Verification:
        return verify(self.write(folder), self.loaders(), self.policy, self.people(), self.before(), **how)

    def before(self) -> Before:
        columns = list(zip(*self.spent, strict=True)) or [()] * len(SPENT)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, SPENT, strict=True)]
        return Before(pa.table(arrays, schema=SPENT), self.window[0])

    def people(self) -> People:
        """Everybody is who `owners` says, or else who the account is; takes part at `stays`, or else always."""
        rows = [event for part in (self.events, self.waiting.values()) for events in part for event in events]
        accounts = sorted({row.account for row in rows} | {s.person for s in self.spans} | self.stays.keys())
        stays = [(number, *self.stays.get(name, EVER)) for number, name in enumerate(accounts)]
        owners = [self.owners.get(name, name) for name in accounts]
        binary = pa.binary(16)
        spans = spans_table(self.spans)
        roster = Roster(pa.array(accounts, binary), pa.array(owners, binary), Stays.of(stays), spans)
        plain = not (self.spans or self.owners or self.stays)
        return People(None if plain else roster, pa.array(self.erased, binary), *self.window)


def digest_of(actions: list[str]) -> bytes:
    return hashlib.sha256(json.dumps(actions, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def part_of(actions: list[str]) -> tuple[str, str]:
    percent = int.from_bytes(digest_of(actions)[:8], "big") % 100
    split = "train" if percent < 90 else "validation" if percent < 95 else "test"
    return ("actions" if len(actions) == 1 else "sequences"), split


def token_of(path: str) -> str:
    finest = path.split("\x1f", maxsplit=1)[0]
    level = LIFT[finest]
    return LEVELS[finest][level] + (f" ↑{level}" if level else "")


def events_table(events: list[Event]) -> pa.Table:
    columns = list(zip(*events, strict=True)) or [()] * len(EVENTS)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, EVENTS, strict=True)], schema=EVENTS)


def emissions_table(emissions: list[Emission]) -> pa.Table:
    columns = list(zip(*emissions, strict=True)) or [()] * len(EMISSIONS)
    arrays = [pa.array(columns[0], pa.binary(32)).dictionary_encode()]
    arrays += [pa.array(c, f.type) for c, f in zip(columns[1:], list(EMISSIONS)[1:], strict=True)]
    return pa.table(arrays, schema=EMISSIONS)


def spans_table(spans: list[Span]) -> pa.Table:
    columns = list(zip(*spans, strict=True)) or [()] * len(SPANS)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SPANS, strict=True)], schema=SPANS)


def named_table(named: list[Named]) -> pa.Table:
    columns = list(zip(*named, strict=True)) or [()] * len(NAMED)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, NAMED, strict=True)], schema=NAMED)


def rows_table(rows: list[Row]) -> pa.Table:
    kinds = (pa.list_(pa.string()), pa.int16(), pa.int32(), pa.int64())
    columns = zip(*rows, strict=True)
    return pa.table([pa.array(c, t) for c, t in zip(columns, kinds, strict=True)], names=list(Row._fields))


def write_rows(rows: list[Row], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows_table(rows), path, compression="zstd", write_page_index=True)
    return path


def make_world(
    seed: int, *, people: int = 14, buckets: int = 3, units: int = 3, policy: Policy = POLICY, days: int = 2
) -> World:
    """A seeded log of people who share a few workflows, and its honest release."""
    rng = random.Random(seed)
    events: list[list[Event]] = [[] for _ in range(buckets)]
    for number in range(people):
        person = hashlib.sha256(f"{seed}/{number}".encode()).digest()[:16]
        events[person[0] % buckets] += _log_of(rng, person, number, units, policy, days)
    for bucket in events:
        bucket.sort(key=lambda event: (event.person, event.time_us, event.file, event.position))
    return release(World(policy, events, []))


def with_a_past(seed: int) -> World:
    """A world of which a part had waited in fragments, with things in between that came out before."""
    world, rng = make_world(seed), random.Random(seed)
    for bucket in world.events:
        fragment = 0
        for row, event in enumerate(bucket):
            fragment += row == 0 or event.person != bucket[row - 1].person or rng.random() < 0.2
            if event.time_us < 10 * POLICY.gap_us:
                bucket[row] = event._replace(file=-1, position=row, fragment=fragment)
            if rng.random() < 0.1:
                lasts = rng.choice([0, MINUTE, 2 * POLICY.gap_us])
                world.spent.append(Spent(event.person, event.time_us + MINUTE // 2, event.time_us + lasts))
    world.rows.clear()
    world.support.clear()
    return release(world)


def _log_of(
    rng: random.Random, person: bytes, number: int, units: int, policy: Policy, days: int
) -> list[Event]:
    flows = [["click a", "type", "click b"], ["open x", "type"], ["open y", "click a"], ["type"]]
    own = [None, *(f"unit {unit}" for unit in range(units))]
    unit, log, time_us = own[number % len(own)], [], number * 7
    for day in range(days):
        unit = rng.choice(own) if rng.random() < 0.1 else unit
        for _ in range(rng.randint(1, 4)):
            time_us += policy.gap_us + rng.choice([1, MINUTE])
            for name in chain.from_iterable(rng.choices(flows, k=rng.randint(1, 3))):
                for _ in range(rng.choice([1, 1, 2])):
                    record_id = 1000 + len(log) if rng.random() < 0.8 else None
                    path = "\x1f".join(LEVELS[name])
                    log.append(
                        Event(person, unit, time_us, number, 10 * len(log) + day, path, record_id, person)
                    )
                    # Equal times, and a pause of exactly the gap, which does not end a session.
                    time_us += rng.choice([0, MINUTE, MINUTE, policy.gap_us])
    return log


def release(world: World) -> World:
    """Cut, cap, count, filter and publish, by the book."""
    policy, lengths = world.policy, random.Random(0)
    names: dict[bytes, list[str]] = {}
    world.emissions = [_emit(bucket, policy, lengths, names, world.spent) for bucket in world.events]
    holders, times, units_of = defaultdict(set), Counter(), defaultdict(set)
    for event in (event for bucket in world.events for event in bucket):
        units_of[event.person].add(event.unit)
    in_window = [s for s in world.spans if max(s.from_us, world.window[0]) < min(s.to_us, world.window[1])]
    if any(span.unit is not None for span in in_window):
        for span in in_window:
            units_of[span.person].add(span.unit)
    needed = policy.min_outside_unit if any(set(units) - {None} for units in units_of.values()) else 0
    for emission in (emission for bucket in world.emissions for emission in bucket):
        holders[emission.record].add(emission.person)
        times[emission.record] += 1
    for digest, actions in names.items():
        people = len(holders[digest])
        in_unit = Counter(unit for person in holders[digest] for unit in units_of[person])
        outside = people - max(in_unit.values(), default=0)
        if people >= policy.k and (not needed or outside >= needed):
            shown = max(step for step in [policy.k, *LADDER] if policy.k <= step <= people)
            row = Row(actions, len(actions), shown, max(shown, two_digits(times[digest])))
            world.rows.setdefault(part_of(actions), []).append(row)
            world.support[digest] = people
    for rows in world.rows.values():
        rows.sort(key=lambda row: digest_of(row.actions))
    return world


def two_digits(number: int) -> int:
    return int(str(number)[:2] + "0" * (len(str(number)) - 2))


def _emit(
    events: list[Event],
    policy: Policy,
    lengths: random.Random,
    names: dict[bytes, list[str]],
    spent: list[Spent],
) -> list[Emission]:
    emissions: list[Emission] = []
    of_person: Counter[bytes] = Counter()
    of_record: Counter[tuple[bytes, bytes]] = Counter()
    for session, (start, stop) in enumerate(sessions_of(events, policy.gap_us, spent)):
        runs: list[list[int]] = []
        for row in range(start, stop):
            same = runs and token_of(events[row].path) == token_of(events[runs[-1][0]].path)
            if same and policy.drop_repeats:
                runs[-1].append(row)
            else:
                runs.append([row])
        while runs:
            size = lengths.randint(1, min(3, policy.max_length))
            cut, runs = runs[:size], runs[size:]
            actions = [token_of(events[run[0]].path) for run in cut]
            digest, person = digest_of(actions), events[start].person
            names[digest] = actions
            full = policy.cap_per_person and of_record[person, digest] >= policy.cap_per_person
            if full or (policy.max_per_person and of_person[person] >= policy.max_per_person):
                continue
            of_person[person] += 1
            of_record[person, digest] += 1
            length = cut[-1][-1] - cut[0][0] + 1
            emissions.append(Emission(digest, person, session, cut[0][0], length))
    return emissions


def sessions_of(events: list[Event], gap_us: int, spent: list[Spent]) -> list[tuple[int, int]]:
    starts = [
        row
        for row, event in enumerate(events)
        if row == 0
        or event.person != events[row - 1].person
        or event.time_us - events[row - 1].time_us > gap_us
        or parted(events[row - 1], event, spent)
    ]
    return list(pairwise([*starts, len(events)]))


def parted(one: Event, other: Event, spent: list[Spent]) -> bool:
    """Whether something that came out before meets the time between two events; in one piece that waited, ends excluded."""
    ends = int(one.fragment is not None and one.fragment == other.fragment)
    return any(
        interval.account == one.account
        and interval.from_us <= other.time_us - ends
        and one.time_us + ends <= interval.to_us
        for interval in spent
    )
