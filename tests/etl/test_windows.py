"""Nights one after the other: what waits, what comes late, what is refused, and that nothing is released twice."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from etl.errors import AlreadyPublishedError, StorageError, UnusableRecordsError
from etl.keys import load_pool_key
from etl.registry import Registry
from etl.state import kept, read_content, read_state, write_state
from etl.waiting import current_generation, read_pool
from tests.exact import exact_of
from tests.privacy.runs import (
    DAY_US,
    MONDAY,
    click,
    go,
    published_bytes,
    released_rows,
    watch_staging,
    write_log,
    write_participation,
)
from transforms.pseudonym import key_fingerprint

HOUR, MINUTE = DAY_US // 24, DAY_US // 24 // 60
FIRST, SECOND, THIRD = "2026-11-16", "2026-11-17", "2026-11-18"
KEY, POOL_KEY = "5a" * 32, "7b" * 32


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", POOL_KEY)


def habit(people: range, time_us: int, *names: str, **more: Any) -> list[dict[str, Any]]:
    """Several people do some things in a row, a minute apart."""
    return [
        click(f"u{person}", time_us + person + step * MINUTE, name, **more)
        for person in people
        for step, name in enumerate(names)
    ]


def night(base: Path, date: str, *, logs: str = "logs", **changes: Any) -> dict[str, Any]:
    changes = {"input": (str(base / logs),), "window": None, "date": date, **changes}
    manifest: dict[str, Any] = go(base, **changes).manifest
    return manifest


def pool(base: Path) -> list[dict[str, Any]]:
    registry = Registry(base / "registry")
    number = current_generation(registry.manifests(), [])
    fingerprint = key_fingerprint(bytes.fromhex(KEY))
    rows: list[dict[str, Any]] = read_pool(
        registry, number, key=load_pool_key(None), fingerprint=fingerprint
    ).to_pylist()
    return rows


def actions(base: Path, version: str) -> set[str]:
    rows = released_rows(base / "registry", version)
    return {action.removeprefix("click Desk ") for row in rows for action in row["actions"]}


def mapping(path: Path, **more: Any) -> str:
    settings = {
        "format": "jsonl",
        "person": "user_id",
        "time": {"column": "ts", "format": "epoch_us"},
        "action": [[{"column": "target", "as": "verbatim"}]],
    }
    path.write_text(yaml.safe_dump({**settings, **more}))
    return str(path)


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "event_id": f"e{number}"} for number, row in enumerate(rows)]


def test_what_too_few_share_waits_until_enough_do(tmp_path):
    write_log(
        tmp_path / "logs" / "1.jsonl",
        habit(range(12), MONDAY + 9 * HOUR, "open", "save")
        + habit(range(6), MONDAY + 11 * HOUR, "rare", "thing"),
    )
    first = night(tmp_path, FIRST)
    assert actions(tmp_path, FIRST) == {"open", "save"}
    assert len(pool(tmp_path)) == 12
    write_log(
        tmp_path / "logs" / "2.jsonl",
        habit(range(12), MONDAY + DAY_US + 9 * HOUR, "open", "save")
        + habit(range(6, 12), MONDAY + DAY_US + 11 * HOUR, "rare", "thing"),
    )
    second = night(tmp_path, SECOND)
    assert actions(tmp_path, SECOND) == {"open", "save", "rare", "thing"}
    assert pool(tmp_path) == []
    # 12 and 6 people: a figure about 6 is not told, others are rounded down.
    assert first["pool"] == {"generation": 1, "drawn": 0, "late": 0, "waiting": "< 10", "expired": 0}
    assert second["pool"] == {"generation": 2, "drawn": "< 10", "late": 0, "waiting": 0, "expired": 0}
    assert (first["active"], second["active"]) == (10, 10)
    assert second["rows"]["kept"] == 30  # 36 exactly
    rare = next(row for row in released_rows(tmp_path / "registry", SECOND) if "rare" in str(row))
    assert (rare["people"], rare["occurrences"]) == (10, 12)
    assert list((tmp_path / "registry" / ".private" / "pool").iterdir()) == [
        tmp_path / "registry" / ".private" / "pool" / "00000002"
    ]


def test_without_a_pool_nothing_but_open_sessions_waits(tmp_path):
    late = habit(range(12), MONDAY + 24 * HOUR - 3 * MINUTE, "open", "save")
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(6), MONDAY + 11 * HOUR, "rare", "thing") + late)
    night(tmp_path, FIRST, pool_nights=0)
    assert len(pool(tmp_path)) == 24
    assert {row["path"].split("\x1f")[0] for row in pool(tmp_path)} == {"click Desk open", "click Desk save"}


def test_a_session_over_midnight_is_whole_in_the_night_it_ends(tmp_path, monkeypatch):
    seen = watch_staging(monkeypatch)
    start = MONDAY + 24 * HOUR - 2 * MINUTE
    rows = habit(range(12), start, "a", "b", "c", "d", "e")
    write_log(tmp_path / "logs" / "all.jsonl", rows)
    first = night(tmp_path, FIRST)
    assert (first["rows"]["kept"], first["sessions"], first["released"]["records"]) == (20, "< 10", 0)
    night(tmp_path, SECOND)
    (row,) = released_rows(tmp_path / "registry", SECOND)
    assert row["actions"] == [f"click Desk {name}" for name in "abcde"]
    assert len(seen[1].spent()) == 60


def test_a_pause_of_exactly_the_gap_keeps_a_session_open(tmp_path):
    end = MONDAY + DAY_US
    write_log(
        tmp_path / "logs" / "1.jsonl",
        [click("held", end - 30 * MINUTE, "x"), click("over", end - 30 * MINUTE - 1, "x")],
    )
    night(tmp_path, FIRST, min_active=2, pool_nights=0)
    assert len(pool(tmp_path)) == 1


def test_a_small_night_waits_whole(tmp_path):
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(12), MONDAY + 9 * HOUR, "open", "save"))
    first = night(tmp_path, FIRST, min_active=13)
    assert (first["released"]["records"], first["files"], len(pool(tmp_path))) == (0, [], 24)
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(3, 5), MONDAY + DAY_US + 9 * HOUR, "open", "save"))
    second = night(tmp_path, SECOND, min_active=13)
    # Who only waits is not active.
    assert (second["released"]["records"], second["active"], len(pool(tmp_path))) == (0, "< 10", 28)
    write_log(tmp_path / "logs" / "3.jsonl", habit(range(13), MONDAY + 2 * DAY_US + 9 * HOUR, "open", "save"))
    third = night(tmp_path, THIRD, min_active=13)
    assert third["released"]["transitions"] == 20
    assert exact_of(tmp_path / "registry", THIRD)["released"]["transitions"] == 12 + 2 + 13
    assert pool(tmp_path) == []


def test_late_events_join_the_next_window_and_only_once(tmp_path, monkeypatch):
    seen = watch_staging(monkeypatch)
    usual = [habit(range(12), MONDAY + day * DAY_US + 9 * HOUR, "open", "save") for day in range(3)]
    write_log(tmp_path / "logs" / "1.jsonl", usual[0])
    night(tmp_path, FIRST)
    late = habit(range(12, 14), MONDAY + 9 * HOUR, "open", "save")
    write_log(tmp_path / "logs" / "1.jsonl", usual[0] + late)
    write_log(tmp_path / "logs" / "2.jsonl", usual[1])
    second = night(tmp_path, SECOND)
    exact = exact_of(tmp_path / "registry", second["version"])
    assert exact["rows"] == {"read": 52, "kept": 28, "rejected": {}, "dropped": {"seen_before": 24}}
    assert exact["released"]["transitions"] == 14
    write_log(tmp_path / "logs" / "3.jsonl", usual[2])
    night(tmp_path, THIRD)
    third = exact_of(tmp_path / "registry", THIRD)
    assert third["rows"]["dropped"] == {"seen_before": 52}
    assert third["released"]["transitions"] == 12
    places = [
        {(row["account"], row["time_us"]) for table in staged.events for row in table.to_pylist()}
        for staged in seen
    ]
    assert len(set().union(*places)) == sum(map(len, places)) == 3 * 24 + 4


def test_events_older_than_the_late_days_are_dead_letters(tmp_path):
    usual = [habit(range(12), MONDAY + day * DAY_US + 9 * HOUR, "open", "save") for day in range(3)]
    for day, date in enumerate((FIRST, SECOND)):
        write_log(tmp_path / "logs" / f"{day}.jsonl", usual[day])
        night(tmp_path, date, late_days=1)
    assert kept(Registry(tmp_path / "registry"), "ledger") == {SECOND}
    write_log(tmp_path / "logs" / "2.jsonl", usual[2])
    night(tmp_path, THIRD, late_days=1)
    third = exact_of(tmp_path / "registry", THIRD)
    assert third["rows"] == {
        "read": 72,
        "kept": 24,
        "rejected": {},
        "dropped": {"seen_before": 24, "too_late": 24},
    }
    letters = sorted((tmp_path / "registry" / ".private" / "dead-letters").glob("*.parquet"))[-1]
    assert pq.read_table(letters).column("reason").to_pylist() == ["too_late"] * 24


def test_an_unpublished_night_is_not_late_and_a_backfill_ignores_what_came_later(tmp_path):
    rows = [habit(range(12), MONDAY + day * DAY_US + 9 * HOUR, "open", "save") for day in range(3)]
    rare = [
        habit(range(6 * day, 6 * day + 6), MONDAY + 2 * day * DAY_US + 11 * HOUR, "rare", "thing")
        for day in range(2)
    ]
    write_log(tmp_path / "logs" / "all.jsonl", [*chain(*rows, *rare)])
    night(tmp_path, FIRST)
    night(tmp_path, THIRD, pool_nights=0)
    third = exact_of(tmp_path / "registry", THIRD)
    assert third["rows"]["dropped"] == {"outside_window": 24, "seen_before": 36}
    before = published_bytes(tmp_path / "registry")
    second = night(tmp_path, SECOND)
    assert exact_of(tmp_path / "registry", second["version"])["rows"]["kept"] == 24
    after = published_bytes(tmp_path / "registry")
    assert {name: after[name] for name in before} == before


def test_the_same_content_again_is_nothing_to_do_whatever_the_files(tmp_path):
    rows = habit(range(12), MONDAY + 9 * HOUR, "open", "save")
    write_log(tmp_path / "logs" / "1.jsonl", rows)
    night(tmp_path, FIRST)
    before = published_bytes(tmp_path / "registry")
    write_log(tmp_path / "other" / "1.jsonl", rows[::2])
    write_log(tmp_path / "other" / "2.jsonl", rows[1::2])
    result = go(tmp_path, input=(str(tmp_path / "other"),), window=None, date=FIRST)
    assert result.state == "already published with the same content"
    for spoilt in ({"k": 11}, {"gap_minutes": 20}, {"input": (str(tmp_path / "other" / "1.jsonl"),)}):
        with pytest.raises(AlreadyPublishedError):
            night(tmp_path, FIRST, **spoilt)
    assert published_bytes(tmp_path / "registry") == before


def test_a_withdrawn_night_is_burned(tmp_path):
    rows = [habit(range(12), MONDAY + day * DAY_US + 9 * HOUR, "open", "save") for day in range(2)]
    write_log(tmp_path / "logs" / "1.jsonl", rows[0])
    night(tmp_path, FIRST)
    registry = Registry(tmp_path / "registry")
    with registry.locked():
        registry.withdraw(FIRST, "a test", "nobody")
    with pytest.raises(AlreadyPublishedError, match="withdrawn"):
        night(tmp_path, FIRST)
    write_log(tmp_path / "logs" / "2.jsonl", rows[1] + habit(range(20, 32), MONDAY + 9 * HOUR, "late", "one"))
    second = night(tmp_path, SECOND)
    assert exact_of(tmp_path / "registry", second["version"])["rows"]["dropped"] == {"withdrawn_night": 48}
    assert actions(tmp_path, SECOND) == {"open", "save"}


def test_a_late_event_never_bridges_what_was_released(tmp_path):
    usual = habit(range(12), MONDAY + 9 * HOUR, "open", "save")
    write_log(tmp_path / "logs" / "1.jsonl", usual)
    night(tmp_path, FIRST)
    # A minute before and after everybody's released segment: they would be one session of two actions.
    around = [
        click(f"u{person}", MONDAY + 9 * HOUR + person + step * MINUTE, name)
        for person in range(12)
        for step, name in ((-1, "before"), (3, "after"))
    ]
    write_log(
        tmp_path / "logs" / "2.jsonl", around + habit(range(12), MONDAY + DAY_US + 9 * HOUR, "open", "save")
    )
    night(tmp_path, SECOND)
    lengths = {tuple(row["actions"]): row["length"] for row in released_rows(tmp_path / "registry", SECOND)}
    assert lengths == {
        ("click Desk before",): 1,
        ("click Desk after",): 1,
        ("click Desk open", "click Desk save"): 2,
    }


def test_what_caps_cut_is_spent(tmp_path):
    rows = [row for hour in range(1, 8) for row in habit(range(12), MONDAY + hour * HOUR, "open", "save")]
    write_log(tmp_path / "logs" / "1.jsonl", rows)
    night(tmp_path, FIRST, cap_per_person=3)
    assert exact_of(tmp_path / "registry", FIRST)["released"]["transitions"] == 36
    assert pool(tmp_path) == []
    spent = read_state(Registry(tmp_path / "registry"), FIRST, "spent", key=load_pool_key(None))
    assert spent is not None
    assert spent.num_rows == 12 * 7


def test_what_waited_long_enough_goes_and_it_is_on_record(tmp_path):
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(6), MONDAY + 11 * HOUR, "rare", "thing"))
    night(tmp_path, FIRST, pool_nights=2)
    for day, date in ((1, SECOND), (2, THIRD)):
        write_log(
            tmp_path / "logs" / f"{day}.jsonl",
            habit(range(12), MONDAY + day * DAY_US + 9 * HOUR, "open", "save"),
        )
        assert len(pool(tmp_path)) == 12
        night(tmp_path, date, pool_nights=2)
    assert pool(tmp_path) == []
    entries = [
        json.loads(path.read_bytes()) for path in (tmp_path / "registry" / ".private" / "audit").iterdir()
    ]
    assert [entry["pool_events"] for entry in entries if entry["event"] == "retired"] == [12]


def test_all_time_draws_on_no_pool_and_leaves_it_as_it_is(tmp_path):
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(6), MONDAY + 11 * HOUR, "rare", "thing"))
    night(tmp_path, FIRST, min_active=1)
    write_log(
        tmp_path / "more" / "3.jsonl", habit(range(6, 12), MONDAY + 2 * DAY_US + 11 * HOUR, "rare", "thing")
    )
    manifest = go(tmp_path, input=(str(tmp_path / "more"),)).manifest
    assert (manifest["version"], manifest["released"]["records"]) == (THIRD, 0)
    assert len(pool(tmp_path)) == 24


def test_late_events_that_come_alone_wait_for_a_night_that_has_some(tmp_path):
    usual = [habit(range(12), MONDAY + day * DAY_US + 9 * HOUR, "open", "save") for day in range(3)]
    write_log(tmp_path / "logs" / f"{FIRST}.jsonl", usual[0])
    write_log(tmp_path / "logs" / f"{SECOND}.jsonl", habit(range(12, 24), MONDAY + 9 * HOUR, "late", "thing"))
    write_log(tmp_path / "logs" / f"{THIRD}.jsonl", usual[2])
    night(tmp_path, FIRST, logs="logs/{date}.jsonl")
    second = night(tmp_path, SECOND, logs="logs/{date}.jsonl")
    assert (second["version"], second["files"], second["active"], second["rows"]["kept"]) == (
        SECOND,
        [],
        "< 10",
        20,
    )
    assert len(pool(tmp_path)) == 24
    assert night(tmp_path, SECOND, logs="logs/{date}.jsonl") == second
    night(tmp_path, THIRD, logs="logs/{date}.jsonl")
    assert actions(tmp_path, THIRD) == {"open", "save", "late", "thing"}
    assert pool(tmp_path) == []


def test_a_window_without_an_event_of_its_own_publishes_nothing(tmp_path):
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(12), MONDAY + 9 * HOUR, "open", "save"))
    night(tmp_path, FIRST)
    with pytest.raises(UnusableRecordsError):
        night(tmp_path, SECOND)
    assert night(tmp_path, FIRST)["version"] == FIRST


def test_what_waits_is_in_no_byte_of_the_registry(tmp_path):
    write_log(
        tmp_path / "logs" / "1.jsonl",
        habit(range(12), MONDAY + 9 * HOUR, "open", "save")
        + habit(range(6), MONDAY + 11 * HOUR, "zebrafinch", "thing"),
    )
    night(tmp_path, FIRST)
    assert len(pool(tmp_path)) == 12
    everything = [path for path in (tmp_path / "registry").rglob("*") if path.is_file()]
    assert not [path for path in everything if b"zebrafinch" in path.read_bytes()]


@pytest.mark.parametrize("buckets", [1, 7])
def test_ids_that_several_people_use_are_told_apart(tmp_path, buckets):
    source = mapping(tmp_path / "mapping.yaml", event_id="event_id", dedupe="event_id")
    write_log(tmp_path / "logs" / "1.jsonl", numbered(habit(range(12), MONDAY + 9 * HOUR, "open", "save")))
    night(tmp_path, FIRST, source=source, buckets=buckets)
    write_log(
        tmp_path / "logs" / "2.jsonl",
        numbered(habit(range(12, 24), MONDAY + DAY_US + 9 * HOUR, "open", "save")),
    )
    second = night(tmp_path, SECOND, source=source, buckets=buckets)
    exact = exact_of(tmp_path / "registry", second["version"])
    assert exact["rows"] == {"read": 48, "kept": 24, "rejected": {}, "dropped": {"seen_before": 24}}
    assert exact["released"]["transitions"] == 12


def test_more_late_days_than_a_ledger_reaches_back_take_nothing_twice(tmp_path):
    write_log(tmp_path / "more" / "1.jsonl", habit(range(12), MONDAY + 5 * DAY_US + 9 * HOUR, "open", "save"))
    span = go(tmp_path, window="2026-11-21..2026-11-30", late_days=1, input=(str(tmp_path / "more"),))
    assert span.manifest["rows"]["kept"] == 20
    assert exact_of(tmp_path / "registry")["rows"]["kept"] == 24
    write_log(
        tmp_path / "more" / "2.jsonl", habit(range(12), MONDAY + 15 * DAY_US + 9 * HOUR, "open", "save")
    )
    night(tmp_path, "2026-12-01", logs="more", late_days=20)
    after = exact_of(tmp_path / "registry", "2026-12-01")
    assert after["rows"] == {"read": 48, "kept": 24, "rejected": {}, "dropped": {"too_late": 24}}


@pytest.mark.parametrize("dedupe", ["none", "record", "event_id"])
def test_a_second_export_of_the_same_night_is_no_new_event(tmp_path, dedupe):
    more = {"dedupe": dedupe, "event_id": "event_id"}
    rows = numbered(habit(range(12), MONDAY + 9 * HOUR, "open", "save", size=1.5))
    action = {"action": [[{"column": "target", "as": "verbatim"}, "size"], ["target"]]}
    write_log(tmp_path / "logs" / "1.jsonl", rows)
    night(tmp_path, FIRST, source=mapping(tmp_path / "one.yaml", **action, **more))
    again = [
        {
            "host": "a",
            "size": "1.50",
            **{name: row[name] for name in ("ts", "target", "user_id")},
            "event_id": n,
        }
        for n, row in enumerate(rows)
    ]
    new = [{**again[2 * n], "target": "print", "event_id": f"p{n}", "size": 2} for n in range(12)]
    columns = list(again[0])
    table = [columns, *([row[name] for name in columns] for row in [*again, *new])]
    csv = tmp_path / "again" / "1.csv"
    csv.parent.mkdir()
    csv.write_text("".join(",".join(map(str, row)) + "\n" for row in table))
    source = mapping(tmp_path / "two.yaml", **action, **more, format="csv")
    night(tmp_path, SECOND, source=source, logs="again", names=names_file(tmp_path))
    second = exact_of(tmp_path / "registry", SECOND)
    assert second["rows"] == {"read": 36, "kept": 12, "rejected": {}, "dropped": {"seen_before": 24}}


def names_file(base: Path) -> Path:
    """A list of names that was not there before: what it changes in a token makes no event new."""
    path = base / "names.txt"
    path.write_text("open\n", "utf-8")
    return path


def test_new_late_events_at_a_known_time_join(tmp_path):
    start = MONDAY + 9 * HOUR
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(12), start, "open", "save"))
    night(tmp_path, FIRST)
    late = habit(range(12), start, "copy", "save")  # the save was delivered before
    write_log(tmp_path / "logs" / "1.jsonl", late)
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(12), MONDAY + DAY_US + 9 * HOUR, "open", "save"))
    night(tmp_path, SECOND)
    second = exact_of(tmp_path / "registry", SECOND)
    assert second["rows"] == {"read": 48, "kept": 36, "rejected": {}, "dropped": {"seen_before": 12}}
    assert "copy" in actions(tmp_path, SECOND)


def test_a_registry_that_knows_events_the_old_way_takes_none_twice(tmp_path):
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(12), MONDAY + 9 * HOUR, "open", "save"))
    night(tmp_path, FIRST)
    registry = Registry(tmp_path / "registry")
    ledger = read_state(registry, FIRST, "ledger", key=load_pool_key(None))
    content = read_content(registry, FIRST)
    old = {"ledger": ledger.select(["account", "digest"])}
    write_state(registry, FIRST, old, content=content | {"known_by": "00" * 16}, key=load_pool_key(None))
    assert read_state(registry, FIRST, "ledger", key=load_pool_key(None))["record_id"].null_count == 24
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(12), MONDAY + DAY_US + 9 * HOUR, "open", "save"))
    night(tmp_path, SECOND)
    second = exact_of(tmp_path / "registry", SECOND)
    assert second["rows"] == {"read": 48, "kept": 24, "rejected": {}, "dropped": {"too_late": 24}}


BY_ID = {"event_id": "event_id", "dedupe": "event_id"}
LOCAL = {"time": {"column": "said", "format": "iso8601"}}


@pytest.mark.parametrize(
    ("before", "after"), [({}, BY_ID), (BY_ID, {}), (LOCAL, {**LOCAL, "timezone": "Europe/Berlin"})]
)
def test_a_mapping_that_recognises_events_otherwise_takes_none_of_a_published_night(tmp_path, before, after):
    rows = [
        row for day in range(2) for row in habit(range(12), MONDAY + day * DAY_US + 9 * HOUR, "open", "save")
    ]
    for row in rows:
        row["said"] = f"{datetime.fromtimestamp(row['ts'] / 1e6, UTC):%Y-%m-%dT%H:%M:%S}"
    write_log(tmp_path / "logs" / "1.jsonl", numbered(rows))
    night(tmp_path, FIRST, source=mapping(tmp_path / "before.yaml", **before))
    night(tmp_path, SECOND, source=mapping(tmp_path / "after.yaml", **after))
    second = exact_of(tmp_path / "registry", SECOND)
    assert second["rows"] == {"read": 48, "kept": 24, "rejected": {}, "dropped": {"too_late": 24}}
    assert second["released"]["transitions"] == 12


def around_a_release(people: int) -> list[dict[str, Any]]:
    """Twelve do one thing; so many of them something right before, and after."""
    start = MONDAY + 9 * HOUR
    return [
        *habit(range(people), start, "left"),
        *habit(range(12), start + MINUTE, "middle"),
        *habit(range(people), start + 2 * MINUTE, "right"),
    ]


def test_a_backfilled_night_is_not_joined_across_what_it_released(tmp_path):
    write_log(
        tmp_path / "logs" / "30.jsonl", habit(range(12), MONDAY + 30 * DAY_US + 9 * HOUR, "open", "save")
    )
    night(tmp_path, "2026-12-16")
    write_log(tmp_path / "logs" / "0.jsonl", around_a_release(6))
    night(tmp_path, FIRST)
    assert actions(tmp_path, FIRST) == {"middle"}
    write_log(
        tmp_path / "logs" / "31.jsonl", habit(range(6, 12), MONDAY + 31 * DAY_US + 9 * HOUR, "left", "right")
    )
    night(tmp_path, "2026-12-17")
    assert [row["length"] for row in released_rows(tmp_path / "registry", "2026-12-17")] == [1, 1]


def test_state_that_was_lost_is_told(tmp_path):
    write_log(tmp_path / "logs" / "1.jsonl", around_a_release(6))
    night(tmp_path, FIRST)
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(12), MONDAY + DAY_US + 9 * HOUR, "open", "save"))
    private = tmp_path / "registry" / ".private"
    spent = private / "state" / FIRST / "spent.parquet"
    content = spent.read_bytes()
    spent.unlink()
    with pytest.raises(StorageError, match="restore"):
        night(tmp_path, SECOND)
    spent.write_bytes(content)
    facts = private / "pool" / "00000001" / "generation.json"
    said = json.loads(facts.read_bytes())
    for spoilt in ({"parts": said["parts"] * 2, "rows": 24}, {"parts": []}, {"rows": 11}, {"parts": None}):
        facts.write_text(json.dumps(said | spoilt))
        with pytest.raises(StorageError, match="not whole"):
            night(tmp_path, SECOND)
    facts.write_text(json.dumps(said))
    assert night(tmp_path, SECOND)["version"] == SECOND


@pytest.mark.parametrize("changed", [True, False])
def test_what_another_mapping_named_does_not_wait_on(tmp_path, changed):
    one = mapping(tmp_path / "one.yaml")
    other = mapping(tmp_path / "two.yaml", action=[[{"column": "target"}]]) if changed else one
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(6), MONDAY + 11 * HOUR, "rare", "thing"))
    night(tmp_path, FIRST, source=one)
    write_log(
        tmp_path / "logs" / "2.jsonl", habit(range(6, 12), MONDAY + DAY_US + 11 * HOUR, "rare", "thing")
    )
    night(tmp_path, SECOND, source=other)
    rows = released_rows(tmp_path / "registry", SECOND)
    assert (["rare", "thing"] in [row["actions"] for row in rows]) is not changed
    assert len(pool(tmp_path)) == (12 if changed else 0)


def test_nothing_of_a_withdrawn_night_waits_on(tmp_path):
    usual = habit(range(12), MONDAY + 9 * HOUR, "open", "save")
    write_log(tmp_path / "logs" / "1.jsonl", usual + habit(range(6), MONDAY + 11 * HOUR, "rare", "thing"))
    night(tmp_path, FIRST)
    registry = Registry(tmp_path / "registry")
    with registry.locked():
        registry.withdraw(FIRST, "a test", "nobody")
    write_log(
        tmp_path / "logs" / "2.jsonl", habit(range(6, 16), MONDAY + DAY_US + 11 * HOUR, "rare", "thing")
    )
    night(tmp_path, SECOND)
    (row,) = released_rows(tmp_path / "registry", SECOND)
    assert (row["actions"], row["occurrences"]) == (["click Desk rare", "click Desk thing"], 10)
    assert pool(tmp_path) == []


WORDS = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar".split()
)


def test_no_difference_of_two_nights_tells_how_much_of_few_people_was_open(tmp_path):
    start = MONDAY + 9 * HOUR
    alone = [click(f"u{person}", start + 2 * HOUR, WORDS[person]) for person in range(12)]
    late = [click("z", MONDAY + 24 * HOUR - MINUTE, WORDS[12])]
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(12), start, "open", "save") + alone + late)
    source = mapping(tmp_path / "mapping.yaml")
    first = night(tmp_path, FIRST, source=source)
    write_log(
        tmp_path / "more" / "2.jsonl",
        [
            click(f"u{person}", start + DAY_US + hour * HOUR + person, word)
            for person in range(12)
            for hour, word in enumerate(WORDS)
        ],
    )
    second = night(tmp_path, SECOND, source=source, logs="more")
    (waited,) = first["withheld"]["actions"].values()
    # Exact they would say: actions less kept less waited is how much `z` did.
    assert (waited, second["actions"], second["rows"]["kept"]) == (10, 150, 150)
    assert exact_of(tmp_path / "registry", SECOND)["actions"] == 12 * 15 + 12 + 1


def test_what_is_dropped_of_few_people_is_not_the_rest_where_all_sessions_are_open(tmp_path):
    write_log(
        tmp_path / "logs" / "1.jsonl",
        habit(range(12), MONDAY + 24 * HOUR - 3 * MINUTE, "open", "save")
        + [click("u0", MONDAY - HOUR + step, "before") for step in range(3)],
    )
    first = night(tmp_path, FIRST)
    assert first["rows"] == {"read": "not shown", "kept": 20, "rejected": {}, "dropped": {"other": "< 10"}}


def test_many_accounts_of_one_person_that_wait_are_one_person(tmp_path):
    people = [{"account": f"u{number}", "person": f"u{number}"} for number in range(12)]
    people += [{"account": f"s{number}", "person": "s"} for number in range(12)]
    write_log(
        tmp_path / "logs" / "1.jsonl",
        habit(range(12), MONDAY + 9 * HOUR, "open", "save")
        + [click(f"s{number}", MONDAY + 11 * HOUR + number * MINUTE, WORDS[number]) for number in range(12)],
    )
    first = night(tmp_path, FIRST, participation=write_participation(tmp_path / "people.csv", people))
    assert first["pool"]["waiting"] == "< 10"


@pytest.mark.parametrize("linked", ["first", "later"])
def test_nothing_of_two_accounts_is_joined_across_what_was_released_of_either(tmp_path, linked):
    accounts = [(f"{name}{number}", f"u{number}") for number in range(12) for name in ("u", "other")]
    together = write_participation(
        tmp_path / "linked.csv", [{"account": account, "person": person} for account, person in accounts]
    )
    by_account = write_participation(
        tmp_path / "apart.csv", [{"account": account, "person": account} for account, _ in accounts]
    )
    rows = [
        row | {"user_id": row["user_id"].replace("u", "other")} if row["target"] == "middle" else row
        for row in around_a_release(6)
    ]
    write_log(tmp_path / "logs" / "1.jsonl", rows)
    before, after = (together, by_account) if linked == "first" else (by_account, together)
    night(tmp_path, FIRST, participation=before)
    assert actions(tmp_path, FIRST) == {"middle"}
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(6, 12), MONDAY + DAY_US + 9 * HOUR, "left", "right"))
    night(tmp_path, SECOND, participation=after)
    assert [row["length"] for row in released_rows(tmp_path / "registry", SECOND)] == [1, 1]


def test_a_night_of_the_same_name_in_another_zone_is_refused_and_changes_nothing(tmp_path):
    rows = [habit(range(12), MONDAY + hours * HOUR, "open", "save") for hours in (-5, 20)]
    write_log(tmp_path / "logs" / "1.jsonl", list(chain(*rows)))
    night(tmp_path, FIRST, night_timezone="Pacific/Kiritimati")
    state = tmp_path / "registry" / ".private" / "state" / FIRST
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    with pytest.raises(AlreadyPublishedError, match="time zone"):
        night(tmp_path, FIRST, night_timezone="Etc/GMT+12")
    assert {path.name: path.read_bytes() for path in state.iterdir()} == before


def spoil_content(root: Path) -> None:
    (root / ".private" / "state" / FIRST / "content.json").write_text("{")


def spoil_manifest(root: Path) -> None:
    path = root / "manifests" / f"{FIRST}.json"
    path.write_text(path.read_text().replace(f'"{FIRST}"', '"2026-11-10"'))


def lose_version(root: Path) -> None:
    (root / "manifests" / f"{FIRST}.json").unlink()
    shutil.rmtree(root / "data" / FIRST)


def spoil_entry(root: Path) -> None:
    path = root / ".private" / "audit" / "00000001.json"
    path.write_text(path.read_text().replace('"generation": 1', '"generation": 0'))


def lose_entry(root: Path) -> None:
    (root / ".private" / "audit" / "00000001.json").unlink()


@pytest.mark.parametrize("spoil", [spoil_content, spoil_manifest, lose_version, spoil_entry, lose_entry])
def test_a_registry_that_is_not_what_its_log_says_releases_nothing(tmp_path, spoil):
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(12), MONDAY + 9 * HOUR, "open", "save"))
    night(tmp_path, FIRST)
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(12), MONDAY + DAY_US + 9 * HOUR, "open", "save"))
    night(tmp_path, SECOND)
    spoil(tmp_path / "registry")
    for date in (FIRST, THIRD):
        write_log(
            tmp_path / "logs" / "3.jsonl", habit(range(12), MONDAY + 2 * DAY_US + 9 * HOUR, "open", "save")
        )
        with pytest.raises(StorageError, match="backup"):
            night(tmp_path, date)


def test_what_was_drawn_does_not_tell_that_somebody_objected(tmp_path):
    source = mapping(tmp_path / "mapping.yaml")
    people = [{"account": f"u{number}", "person": f"u{number}"} for number in range(12)]
    start = MONDAY + 9 * HOUR
    alone = [click(f"u{number}", start + 2 * HOUR, WORDS[number]) for number in range(10)]
    write_log(tmp_path / "logs" / "1.jsonl", habit(range(12), start, "open", "save") + alone)
    first = night(
        tmp_path, FIRST, source=source, participation=write_participation(tmp_path / "1.csv", people)
    )
    people[3] |= {"status": "objects", "recorded_at": "2026-11-17"}
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(12), start + DAY_US, "open", "save"))
    second = night(
        tmp_path, SECOND, source=source, participation=write_participation(tmp_path / "2.csv", people)
    )
    assert first["pool"]["waiting"] == second["pool"]["drawn"] == 10
    assert len(pool(tmp_path)) == 9
