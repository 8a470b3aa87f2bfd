"""What the others are checked by, checked by hand; and events of one time are counted."""

from __future__ import annotations

import json

from benchmarks.speed.reference import counted, ties
from tests.benchmarks.speed.tasks import log_at, task_of


def write(folder, *events):
    lines = [
        json.dumps({"user_id": who, "ts": f"2026-11-02T{time}Z", "event_type": what, "app": "A"}) + "\n"
        for who, time, what in events
    ]
    (folder / "1.jsonl").write_text("".join(lines), "utf-8")
    return task_of(log_at(folder, "*.jsonl"), k=1)


def test_sessions_and_runs(tmp_path):
    task = write(
        tmp_path,
        ("p", "08:00:00", "x"),
        ("p", "08:30:00", "x"),
        ("p", "09:00:01", "x"),
        ("q", "08:00:00", "y"),
        ("q", "07:45:00", "x"),
    )
    assert counted(task) == {("x A ∅",): (1, 2), ("x A ∅", "y A ∅"): (1, 1)}


def test_ties(tmp_path):
    same = ("p", "08:00:00", "x")
    assert ties(write(tmp_path, same, same, same, ("q", "08:00:00", "x"), ("p", "08:00:01", "x"))) == 3
