"""T7: no event is in two versions: shown on what each run kept of its own emissions, and on the runs' records.

That a touching window is refused, whatever its time zone, is in tests/etl/test_pipeline.py.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etl.errors import AlreadyPublishedError
from etl.registry import Registry
from tests.privacy.runs import DAY_US, MONDAY, click, go, published_bytes, watch_staging, write_log

NIGHTS = ("2026-11-16", "2026-11-17")
HOUR = DAY_US // 24


@pytest.fixture
def base(tmp_path):
    """Twelve people at work over midnight: every night begins within a session of the night before."""
    rows = [
        click(f"u{person}", MONDAY + night * DAY_US - HOUR // 2 + step * HOUR // 8 + person, "abcdefgh"[step])
        for night in range(3)
        for step in range(8)
        for person in range(12)
    ]
    write_log(tmp_path / "logs" / "days.jsonl", rows)
    return tmp_path


def records(registry: Path) -> list[dict[str, Any]]:
    """What the runs that published keep of themselves, in order of their nights."""
    kept = [json.loads(path.read_bytes()) for path in registry.glob(".private/runs/*.json")]
    published = [record for record in kept if record.get("state") == "published"]
    return sorted(published, key=lambda record: record["exact"]["version"])


def share_time(records: list[dict[str, Any]]) -> bool:
    """Whether two versions drew from overlapping spans of time, by what their runs say that they read."""
    spans = sorted((r["statistics"]["first_us"], r["statistics"]["last_us"]) for r in records)
    return any(later[0] <= before[1] for before, later in pairwise(spans))


def share_events(spent: list[set[tuple[bytes, int]]]) -> bool:
    """Whether one record of the log is in the emissions of two versions."""
    return len(set().union(*spent)) < sum(map(len, spent))


def test_versions_of_nights_share_no_event(base, monkeypatch):
    seen = watch_staging(monkeypatch)
    for night in NIGHTS:
        assert go(base, window=None, date=night).manifest["released"]["records"] > 0
    spent = [staged.spent() for staged in seen]
    # Half of each session is on either side of midnight. The first night finds only a second half; the next, a whole one.
    assert list(map(len, spent)) == [12 * 4, 12 * 8]
    assert not share_events(spent)
    assert len(records(base / "registry")) == len(NIGHTS)
    assert not share_time(records(base / "registry"))


def test_a_cumulative_mode_fails_the_same_checks(base, monkeypatch):
    """Every night the whole log until then: what would be released without the refusal and the ledger, built here only."""
    monkeypatch.setattr("etl.again.touching", lambda *_: [])
    monkeypatch.setattr("transforms.draw.seen", lambda events, *_: np.zeros(events.num_rows, np.bool_))
    seen = watch_staging(monkeypatch)
    for night in NIGHTS:
        go(base, window=f"{NIGHTS[0]}..{night}")
    assert share_events([staged.spent() for staged in seen])
    assert share_time(records(base / "registry"))


def test_a_touching_window_is_refused_and_nothing_changes(base):
    go(base, window=f"{NIGHTS[0]}..{NIGHTS[1]}")
    before = published_bytes(base / "registry")
    touching = [
        {"window": "2026-11-17..2026-11-20"},
        {"window": None, "date": "2026-11-17", "k": 11},
        {"window": None, "date": "2026-11-15", "night_timezone": "America/New_York"},
    ]
    for changes in touching:
        with pytest.raises(AlreadyPublishedError):
            go(base, **changes)
        assert published_bytes(base / "registry") == before
        assert len(records(base / "registry")) == 1


def test_a_withdrawn_night_is_burned(base):
    """Neither the same content again nor another one: an event is released at most once, ever."""
    go(base, window=None, date=NIGHTS[0])
    registry = Registry(base / "registry")
    registry.withdraw(NIGHTS[0], "wrong mapping", "steward")
    before = published_bytes(base / "registry")
    for changes in ({}, {"k": 11}):
        with pytest.raises(AlreadyPublishedError, match=rf"{NIGHTS[0]} \(withdrawn\)"):
            go(base, window=None, date=NIGHTS[0], **changes)
    assert published_bytes(base / "registry") == before
    assert registry.store.names("data") == []
    assert go(base, window=None, date=NIGHTS[1]).state == "published"
