"""Write the golden files anew: `python -m tests.golden.make_golden`, then look at the difference before you keep it.

The log is drawn by `random.Random(SEED).random()` alone, which gives the same numbers in every version of Python.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow.parquet as pq

HERE = Path(__file__).parent
NAMES = ("log.jsonl", "release.json", "dead_letters.json", "manifest.json")
SEED, PEOPLE, UNITS = 20261102, 24, 4
FIRST_NIGHT = datetime(2026, 11, 2, 8, tzinfo=UTC)

HABITS = (
    ("Mail", ("inbox", "open message", "reply", "send")),
    ("Mail", ("inbox", "open message", "archive")),
    ("Tickets", ("search", "open ticket", "edit field", "save")),
    ("Editor", ("open file", "type", "run tests", "commit")),
    ("Editor", ("open file", "type", "run tests", "type", "run tests", "commit")),
)
OFTEN = ("Chat", ("look", "answer"))
"""Done between the others, with a pause after it, and by one person more often than the cap allows."""
RARE = ("export audit", "merge branches", "print preview", "rename column")
"""Targets that few people share: what is released of them is coarser."""

BROKEN = (
    b'{"user_id": "anna.example", "ts": "2026-11-02T08:0',
    b'["a record", "is an object"]',
    b'{"ts": "2026-11-02T08:00:00Z", "event_type": "click", "app": "Mail", "target": "inbox"}',
    b'{"user_id": "u01", "ts": "yesterday", "event_type": "click", "app": "Mail", "target": "inbox"}',
    b'{"user_id": "u01", "ts": "2026-11-02T08:00:00", "event_type": "click", "app": "Mail"}',
    b'{"user_id": "u02", "ts": "1970-01-01T00:00:07Z", "event_type": "click", "app": "Mail"}',
    b'{"user_id": "u03", "ts": "2026-11-02T08:00:00+518:00", "event_type": "click", "app": "Mail"}',
    b'{"user_id": "u04", "ts": "2026-11-02T08:00:00Z", "event_type": "\xff\xfe", "app": "Mail"}',
)
"""A few lines that cannot be used, each for its own reason."""


def make_log() -> bytes:
    """About 1,000 records of two nights, in order of time, with `BROKEN` spread among them."""
    draw = random.Random(SEED)

    def below(n: int) -> int:
        return int(draw.random() * n)

    records: list[tuple[datetime, dict[str, Any]]] = []
    for person in range(PEOPLE):
        for night in range(2):
            moment = FIRST_NIGHT + timedelta(days=night, minutes=below(90))
            turns = [HABITS[below(len(HABITS))] for _ in range(2 + below(3))]
            turns += [OFTEN] * (24 if person + night == 0 else 3 + below(2))
            for _ in range(len(turns)):
                app, targets = turns.pop(below(len(turns)))
                steps = list(targets)
                if app != "Chat" and draw.random() < 0.3:
                    steps.insert(1 + below(len(steps)), RARE[below(len(RARE))])
                for target in steps:
                    moment += timedelta(milliseconds=1_000 + below(40_000))
                    record = {
                        "user_id": f"u{person:02d}",
                        "ts": moment.isoformat(timespec="milliseconds"),
                        "event_type": "click",
                        "app": app,
                        "target": target,
                        "unit": f"unit {person % UNITS}",
                        "event_id": f"{len(records):04d}",
                    }
                    records.append((moment, record))
                    if draw.random() < 0.04:  # the logger sent it twice
                        records.append((moment, record))
                if draw.random() < 0.4 or app == "Chat":  # a new session
                    moment += timedelta(minutes=31 + below(10))
    records.sort(key=lambda item: item[0])
    lines = [json.dumps(record).encode() for _, record in records]
    for at, line in enumerate(BROKEN):
        lines.insert((at + 1) * len(lines) // (len(BROKEN) + 1), line)
    return b"".join(line + b"\n" for line in lines)


def run_job(log: Path, registry: Path) -> dict[str, Any]:
    """The job of the golden files on a log; returns the manifest."""
    from etl.config import load_config
    from etl.console import Console
    from etl.run import run

    settings = {
        "input": (str(log),),
        "source": "native",
        "registry": str(registry),
        "window": "all",
        "participation": "none",
        "purpose": "golden files",
        "simulated": True,
        "k": 10,
        "min_active": 10,
        "max_reject_ratio": 0.02,
        "log_format": "json",
    }
    with mock.patch.dict(os.environ, {"DESIREPATH_KEY": "5a" * 32}):
        return run(load_config(None, settings), [], Console("json", "golden")).manifest


def make(log: Path, scratch: Path) -> dict[str, bytes]:
    """What the job makes of a log, by the names of the golden files.

    Args:
        scratch: an empty folder.
    """
    registry = scratch / "registry"
    manifest = run_job(log, registry)
    (letters,) = (registry / ".private" / "dead-letters").iterdir()
    data = registry / "data" / manifest["version"]
    release = {
        str(path.relative_to(data)): pq.ParquetFile(path).read().to_pylist()
        for path in sorted(data.rglob("*.parquet"))
    }
    stable = {name: value for name, value in manifest.items() if name != "code_version"}
    stable["files"] = [{k: v for k, v in file.items() if k != "sha256"} for file in manifest["files"]]
    return {
        "release.json": by_row(release),
        "dead_letters.json": by_row({"dead_letters": pq.ParquetFile(letters).read().to_pylist()}),
        "manifest.json": json.dumps(stable, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n",
    }


def by_row(tables: dict[str, list[dict[str, Any]]]) -> bytes:
    """JSON with a row a line, so that a difference can be read."""
    parts = []
    for name, rows in tables.items():
        lines = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
        parts.append(f"  {json.dumps(name)}: [\n{lines}\n  ]")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def main() -> None:
    """Rewrite all the golden files."""
    (HERE / "log.jsonl").write_bytes(make_log())
    with tempfile.TemporaryDirectory() as scratch:
        made = make(HERE / "log.jsonl", Path(scratch))
    for name, content in made.items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    main()
