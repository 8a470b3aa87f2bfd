"""Count events lost and doubled by each way of recognising an event again (docs/decisions/0022).

`python -m benchmarks.identity FOLDER` takes a simulated log (`desirepath simulate --delivery nightly --late-share 0.05`).
The events that came with their own night are a first delivery, the late ones are new; what comes second holds both, or
the late ones alone, with what a second export changes. Each file is one that was delivered in one piece, so what is new
is known.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

Record = dict[str, Any]
Key = Callable[[Record], Hashable]


class Cost(NamedTuple):
    """`lost`: new events taken for known ones. `doubled`: known events taken for new ones."""

    lost: int
    doubled: int


def counted(key: Key, before: Sequence[Record], now: Sequence[tuple[Record, bool]]) -> Cost:
    """Of each key so many are known as were there before."""
    left = Counter(map(key, before))
    truly, said = Counter[Hashable](), Counter[Hashable]()
    for record, new in now:
        name = key(record)
        truly[name] += new
        if left[name]:
            left[name] -= 1
        else:
            said[name] += 1
    return _cost(truly, said)


def by_place(before: Sequence[Record], now: Sequence[tuple[Record, bool]]) -> Cost:
    """The rule until 2026-11: by account and time; where actions differ at one time nobody is new."""
    actions: dict[Hashable, set[Hashable]] = {}
    for record, _ in now:
        actions.setdefault(_place(record), set()).add(_action(record))
    consumed = Counter(map(_place, before))
    left, truly, said = Counter(consumed), Counter[Hashable](), Counter[Hashable]()
    for record, new in now:
        place = _place(record)
        truly[place] += new
        if left[place]:
            left[place] -= 1
        elif not consumed[place] or len(actions[place]) == 1:
            said[place] += 1
    return _cost(truly, said)


def by_id_or_act(before: Sequence[Record], now: Sequence[tuple[Record, bool]]) -> Cost:
    """The rule now, where records have ids: an id that is known, else by how many of (account, time, action) are left."""
    ids = {record["event_id"] for record, _ in now}
    known = {record["event_id"] for record in before}
    fresh = [(record, new) for record, new in now if record["event_id"] not in known]
    lost = sum(new for record, new in now if record["event_id"] in known)
    cost = counted(_act, [record for record in before if record["event_id"] not in ids], fresh)
    return Cost(cost.lost + lost, cost.doubled)


def _cost(truly: Counter[Hashable], said: Counter[Hashable]) -> Cost:
    return Cost((truly - said).total(), (said - truly).total())


def _place(record: Record) -> Hashable:
    return record["user_id"], record["ts"]


def _action(record: Record) -> Hashable:
    return record.get("event_type"), record.get("app"), record.get("target")


def _act(record: Record) -> Hashable:
    return _place(record), _action(record)


def _bytes(record: Record) -> Hashable:
    return json.dumps(record)


def _id(record: Record) -> Hashable:
    return record["user_id"], record["event_id"]


RULES: Final[dict[str, Callable[[Sequence[Record], Sequence[tuple[Record, bool]]], Cost]]] = {
    "the record's bytes": lambda before, now: counted(_bytes, before, now),
    "its id alone": lambda before, now: counted(_id, before, now),
    "account, time": by_place,
    "account, time, action": lambda before, now: counted(_act, before, now),
    "id, else account, time, action": by_id_or_act,
}


def deliveries(own: Sequence[Record], late: Sequence[Record]) -> dict[str, list[tuple[Record, bool]]]:
    """What comes second: records, and whether each is new."""
    both = [*((record, False) for record in own), *((record, True) for record in late)]
    return {
        "the same again, and late ones": both,
        "late ones alone": [(record, True) for record in late],
        "again with another column": [({**record, "host": "b"}, new) for record, new in both],
        "again with ids made anew": [
            ({**record, "event_id": f"new {n}"}, new) for n, (record, new) in enumerate(both)
        ],
    }


def main() -> None:
    """Print a table for times as they are, and one for whole seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    own: list[Record] = []
    late: list[Record] = []
    for path in sorted(parser.parse_args().folder.rglob("delivered-*.jsonl")):
        night = path.name.removeprefix("delivered-")[:10]
        for line in path.read_bytes().splitlines():
            record = json.loads(line)
            utc = datetime.fromisoformat(record["ts"]).astimezone(UTC)
            (own if f"{utc:%Y-%m-%d}" >= night else late).append(record)
    print(f"{len(own):,} events of their own night, {len(late):,} late")
    for cut, what in ((None, "as they are"), (19, "in whole seconds")):
        old, new = ([{**r, "ts": str(r["ts"])[:cut]} for r in part] for part in (own, late))
        print(f"\ntimes {what}\n| delivery | {' | '.join(RULES)} |\n|---{'|---' * len(RULES)}|")
        for name, second in deliveries(old, new).items():
            costs = [rule(old, second) for rule in RULES.values()]
            print(f"| {name} | {' | '.join(f'{lost:,} / {doubled:,}' for lost, doubled in costs)} |")


if __name__ == "__main__":
    main()
