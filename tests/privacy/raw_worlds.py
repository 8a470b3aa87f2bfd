"""Small random logs of the native schema, with participation files, and the anonymiser's way from them to a release."""

from __future__ import annotations

import json
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa

from etl.participation_file import parse_participation, read_content
from etl.window import EVER_US
from tests.privacy.oracle import Record, Rules
from tests.worlds import Direct, policy, run_directly
from transforms.buckets import compact
from transforms.decode.jsonl import JsonLines
from transforms.events import EventPolicy, to_events
from transforms.mapping import NATIVE
from transforms.participation import build_registry
from transforms.plan import Plan

MINUTE = 60_000_000
START = 1_795_000_000_000_000
KEY = b"k" * 32
NAMES = [
    ("Desk", "open"),
    ("Desk", "edit"),
    ("Desk", "save"),
    ("Mail", "read"),
    ("Mail", "reply"),
    ("Mail", None),
]
OWN = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
"""What one person alone has: a target so named is released more coarsely, an event type so named not at all."""


class Raw(NamedTuple):
    """A log, and the rows of its participation file (None: everybody takes part; times in µs)."""

    log: list[dict[str, Any]]
    participation: list[dict[str, Any]] | None


def raw_world(seed: int, *, registry: bool) -> Raw:
    """A few people who share some habits, do them more than once, at equal times too, and under several spellings."""
    draw = Random(seed)
    people = draw.randint(3, 8)
    habits = [draw.choices(NAMES, k=draw.randint(1, 4)) for _ in range(draw.randint(1, 3))]
    log: list[dict[str, Any]] = []
    for person in range(people):
        moment, unit = START + person, draw.choice("uvw")
        for turn in range(draw.randint(0, 6)):
            moment += draw.choice([0, 1, 1, 30, 31]) * MINUTE
            unit = draw.choice([unit, unit, unit, "u", None])
            for step, (app, target) in enumerate(draw.choice(habits)):
                moment += MINUTE * (
                    step % 2
                )  # neighbours at one time are told apart by their place in the file
                rare = draw.random() < 0.2
                row = {
                    "user_id": draw.choice([f"p{person}", f" P{person}"]),
                    "ts": moment,
                    "event_type": OWN[person] if rare and draw.random() < 0.3 else "click",
                    "app": app,
                    "target": f"{OWN[person]} {draw.choice(['left', 'right'])}" if rare else target,
                    "unit": unit,
                    "event_id": draw.choice([None, f"e{len(log)}", f"e{turn}{step}"]),
                }
                log += [row, row] if draw.random() < 0.1 else [row]
    return Raw(log, _registry(draw, people) if registry else None)


def _registry(draw: Random, people: int) -> list[dict[str, Any]]:
    """Accounts of which some are of one person, spans, and objections recorded before and after."""
    rows: list[dict[str, Any]] = []
    for account in range(people):
        one = {"account": f"p{account}", "unit": None, "basis": "consent"}
        one |= {"person": draw.choice([f"q{account}"] * 6 + [f"q{max(account - 1, 0)}", None])}
        if account == 0 or draw.random() < 0.9:
            span = {
                "valid_from": draw.choice([None, None, START, START + 20 * MINUTE]),
                "valid_to": draw.choice([None, None, START + 40 * MINUTE, START + 90 * MINUTE]),
            }
            rows.append({**one, **span, "status": "participates", "recorded_at": START + 2 * account})
        if one["person"] is not None and draw.random() < 0.15:
            recorded = START + 2 * draw.randint(0, people) - 1
            rows.append({**one, "status": "objects", "recorded_at": recorded})
    return rows


def log_bytes(log: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in log)


def participation_csv(rows: list[dict[str, Any]]) -> str:
    """The file, its times as ISO 8601."""
    from datetime import UTC, datetime, timedelta

    def text(value: Any) -> str:
        if isinstance(value, int):
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)).isoformat()
        return "" if value is None else str(value)

    names = ("account", "person", "unit", "status", "valid_from", "valid_to", "basis", "recorded_at")
    lines = [",".join(text(row.get(name)) for name in names) for row in rows]
    return "\n".join([",".join(names), *lines]) + "\n"


def event_batch(raw: Raw, folder: Any) -> pa.RecordBatch:
    """EVENTS of a log, by the project's own decoder, admission and shaping."""
    registry = None
    if raw.participation is not None:
        path = folder / "participation.csv"
        path.write_text(participation_csv(raw.participation), "utf-8")
        registry = build_registry(parse_participation(read_content(path), path), person_key=KEY, unit_key=KEY)
    decoder = JsonLines(
        NATIVE, record_key=None, newline=10, end=None, skip_first=False, max_record_bytes=1 << 20
    )
    decoded = decoder.feed(log_bytes(raw.log), 0, final=True).decoded
    policy = EventPolicy(NATIVE, *EVER_US, KEY, KEY, KEY, KEY, registry)
    return compact(to_events(decoded.rows, policy, file=0).events.unify_dictionaries())


def release_of(raw: Raw, rules: Rules, folder: Any, *, buckets: int = 1) -> Direct:
    """The release of a log by the project's pure functions."""
    numbers = policy(
        k=rules.k,
        min_outside_unit=rules.j,
        cap_per_person=rules.c,
        max_per_person=rules.most,
        gap_us=rules.gap_us,
        levels=3,
    )
    return run_directly(event_batch(raw, folder), numbers, buckets=buckets, salt=rules.salt)


def phrases_of(plan: Plan) -> list[dict[Record, int]]:
    """The inventory as the oracle is told it: by round phrase → weight."""
    names = plan.recoding.tokens.to_pylist()
    return [
        {tuple(names[token] for token in one.phrase(i)): int(one.weights[i]) for i in range(len(one))}
        for one in (each.inventory for each in plan.rounds)
    ]
