"""Clocks that are wrong, nights that are not over, files of other hours, sessions without end: whole runs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from etl import cli, clock
from etl.doctor_registry import check_registry
from etl.errors import AlreadyPublishedError, ConfigError, NoEventError, QuarantinedError
from etl.nights_of_files import nights_to_read
from etl.span import Span
from etl.versions import Version
from etl.window import begins_us
from tests.exact import exact_of
from tests.privacy.runs import DAY_US, MONDAY, click, go, released_rows, write_log
from transforms.edges import Edges
from transforms.statistics import ReadStatistics

HOUR, MINUTE = DAY_US // 24, DAY_US // 24 // 60
DAYS = ("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19")
FEW = {"k": 2, "allow_low_k": True, "min_active": 2}


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, 12, tzinfo=UTC))


def at_work(day: int, *names: str, hour: float = 9, people: int = 3) -> list[dict[str, Any]]:
    """Some people do some things in a row on a day, counted from Monday, 2026-11-16."""
    return [
        click(f"u{who}", MONDAY + day * DAY_US + int(hour * HOUR) + step * MINUTE, name)
        for who in range(people)
        for step, name in enumerate(names)
    ]


def history(base: Path, *more: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A load of the week before, and of what else there is."""
    week = [row for day in range(-7, 0) for row in at_work(day, "open", "edit", "save")]
    write_log(base / "history" / "h.jsonl", [*week, *more])
    settings = {"input": (str(base / "history"),), "window": "all", **FEW, **changes}
    return exactly(base, go(base, **settings).manifest)


def night(base: Path, date: str, **changes: Any) -> dict[str, Any]:
    settings = {"input": (str(base / "logs" / "{date}.jsonl"),), "window": None, "date": date, **FEW}
    return exactly(base, go(base, **{**settings, **changes}).manifest)


def exactly(base: Path, public: dict[str, Any]) -> dict[str, Any]:
    """A manifest with the exact counts in the place of those that are told."""
    exact = exact_of(base / "registry", public["version"])
    return public | {name: exact[name] for name in ("rows", "released", "pool")}


def letters(base: Path) -> list[str]:
    newest = max(
        (base / "registry" / ".private" / "dead-letters").iterdir(), key=lambda path: path.stat().st_mtime_ns
    )
    reasons: list[str] = pq.read_table(newest).column("reason").to_pylist()
    return reasons


def actions(base: Path, version: str = "*") -> dict[str, int]:
    """How often each action is in what was released."""
    counted: dict[str, int] = {}
    for row in released_rows(base / "registry", version):
        for action in row["actions"]:
            name = action.removeprefix("click Desk ")
            counted[name] = counted.get(name, 0) + row["occurrences"]
    return counted


@pytest.mark.parametrize("ahead", [2, 40, 3487])
def test_one_clock_that_is_ahead_names_no_version(tmp_path, ahead):
    manifest = history(tmp_path, *at_work(ahead, "open", people=1))
    assert (manifest["version"], manifest["window"]["first"]) == ("2026-11-15", "2026-11-09")
    assert manifest["rows"]["rejected"] == {"time_in_future": 1}
    assert manifest["rows"]["kept"] == 63
    assert letters(tmp_path) == ["time_in_future"]
    assert manifest["input"]["wrong_clocks"] == ["time_in_future"]
    for day, name in enumerate(DAYS[:2]):
        write_log(tmp_path / "logs" / f"{name}.jsonl", at_work(day, "open", "edit", "save"))
        assert night(tmp_path, name)["released"]["events"] == 9


def test_one_clock_of_long_ago_takes_no_night(tmp_path):
    manifest = history(tmp_path, *at_work(-9000, "open", people=1))
    assert manifest["window"]["first"] == "2026-11-09"
    assert manifest["rows"]["rejected"] == {"time_out_of_range": 1}


def test_a_night_with_a_clock_that_is_ahead_is_published_whatever_its_share(tmp_path):
    rows = [*at_work(0, "open", "edit", "save"), *at_work(300, *"abcd", people=1)]
    write_log(tmp_path / "logs" / f"{DAYS[0]}.jsonl", rows)
    manifest = night(tmp_path, DAYS[0])
    assert (manifest["rows"]["kept"], manifest["rows"]["rejected"]) == (9, {"time_in_future": 4})
    assert letters(tmp_path) == ["time_in_future"] * 4


def test_later_nights_in_one_file_are_of_no_wrong_clock(tmp_path):
    rows = [row for day in (0, 1, 2, 3, 4) for row in at_work(day, "open", "edit")]
    write_log(tmp_path / "logs" / "all.jsonl", rows)
    manifest = night(tmp_path, DAYS[0], input=(str(tmp_path / "logs"),))
    assert (manifest["rows"]["dropped"], manifest["rows"]["rejected"]) == ({"outside_window": 24}, {})


def test_somebody_who_vouches_for_the_last_night_is_believed(tmp_path):
    manifest = history(tmp_path, *at_work(5, "open", people=1), latest="2026-11-21")
    assert (manifest["version"], manifest["rows"]["rejected"]) == ("2026-11-21", {})


def test_what_few_did_the_night_after_is_left_for_that_night(tmp_path):
    manifest = history(tmp_path, *at_work(0, "open", people=1))
    assert manifest["version"] == "2026-11-15"
    assert manifest["rows"]["rejected"] == {}
    assert manifest["rows"]["kept"] == 63


def test_a_history_that_runs_into_a_night_that_is_not_over_leaves_it(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 16, 12, tzinfo=UTC))
    morning, afternoon = at_work(0, "open", "edit", "save"), at_work(0, "search", "share", hour=15)
    assert history(tmp_path, *morning)["version"] == "2026-11-15"
    write_log(tmp_path / "logs" / f"{DAYS[0]}.jsonl", [*morning, *afternoon])
    with pytest.raises(ConfigError, match="is not over"):
        night(tmp_path, DAYS[0])
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 17, 0, 1, tzinfo=UTC))
    assert night(tmp_path, DAYS[0])["released"]["events"] == 15


def test_a_history_of_a_night_that_is_not_over_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 16, 12, tzinfo=UTC))
    write_log(tmp_path / "history" / "h.jsonl", at_work(0, "open", "edit"))
    with pytest.raises(NoEventError, match="not over"):
        go(tmp_path, input=(str(tmp_path / "history"),), window="all", **FEW)


def test_what_came_after_a_history_of_half_a_day_joins_the_next_night(tmp_path):
    morning, afternoon = at_work(0, "open", "edit", "save"), at_work(0, "search", "share", hour=15)
    history(tmp_path, *morning)
    write_log(tmp_path / "logs" / f"{DAYS[0]}.jsonl", [*morning, *afternoon])
    write_log(tmp_path / "logs" / f"{DAYS[1]}.jsonl", at_work(1, "open", "edit", "save"))
    with pytest.raises(AlreadyPublishedError, match="by themselves: they read this night's files again"):
        night(tmp_path, DAYS[0])
    night(tmp_path, DAYS[1])
    assert actions(tmp_path, DAYS[1]) == {"open": 3, "edit": 3, "save": 3, "search": 3, "share": 3}


@pytest.mark.parametrize("offset", [-8, 9])
def test_files_of_a_local_day_are_stopped_at_the_first_night(tmp_path, offset):
    """Nights in UTC, files of the days of another zone."""
    for day, name in enumerate(DAYS[:2]):
        rows = at_work(day, "open", "edit", hour=9 - offset) + at_work(
            day, "search", "share", hour=17 - offset
        )
        rows += at_work(day, "a", "b", hour=4 - offset)
        write_log(tmp_path / "logs" / f"{name}.jsonl", rows)
    with pytest.raises(QuarantinedError, match="--night-timezone"):
        night(tmp_path, DAYS[0])
    zone = "America/Los_Angeles" if offset < 0 else "Asia/Tokyo"
    for name in DAYS[:2]:
        assert night(tmp_path, name, night_timezone=zone)["rows"]["kept"] == 18


def test_files_of_several_zones_count_once_with_the_files_before(tmp_path):
    for day, name in enumerate(DAYS[:3]):
        rows = at_work(day, "open", "edit", hour=17) + at_work(day, "search", "share", hour=25)
        write_log(tmp_path / "logs" / f"{name}.jsonl", rows)
    kept = [night(tmp_path, name, files_before=1)["rows"]["kept"] for name in DAYS[:3]]
    assert kept == [6, 12, 12]
    write_log(tmp_path / "logs" / f"{DAYS[3]}.jsonl", at_work(3, "open", "edit", hour=17))
    night(tmp_path, DAYS[3], files_before=1)
    assert actions(tmp_path) == {"open": 12, "edit": 12, "search": 9, "share": 9}


def test_a_log_that_is_cut_a_little_late_is_not_stopped(tmp_path):
    rows = at_work(0, *(f"a{n}" for n in range(40)), hour=9) + at_work(0, "open", hour=24)
    write_log(tmp_path / "logs" / f"{DAYS[0]}.jsonl", rows)
    assert night(tmp_path, DAYS[0])["rows"]["dropped"] == {"outside_window_near": 3}


def test_a_session_without_end_comes_out_night_by_night(tmp_path):
    for day, name in enumerate(DAYS):
        rows = [
            click(
                f"u{who}",
                MONDAY + day * DAY_US + minute * MINUTE,
                ("poll", "sync", "render")[minute // 10 % 3],
            )
            for who in range(3)
            for minute in range(1, 24 * 60, 10)
        ]
        write_log(tmp_path / "logs" / f"{name}.jsonl", rows)
    for name in DAYS:
        manifest = night(tmp_path, name, cap_per_person=0)
        assert (manifest["released"]["events"], manifest["pool"]["waiting"]) == (432, 0)


def test_a_version_of_the_far_future_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2040, 1, 1, tzinfo=UTC))
    history(tmp_path, *at_work(1000, "open"))
    assert not [one for one in check_registry(tmp_path / "registry") if one.level == "FAIL"]
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, tzinfo=UTC))
    (found,) = [one for one in check_registry(tmp_path / "registry") if one.level == "FAIL"]
    assert "2029-08-12" in found.sentence
    assert "another registry" in found.sentence


def test_backfill_does_not_pass_over_what_a_wrong_clock_took(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(clock, "now", lambda: datetime(2040, 1, 1, tzinfo=UTC))
    history(tmp_path, *at_work(1000, "open"))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, tzinfo=UTC))
    asked = ["backfill", "--window", "2026-11-16..2026-11-17", "--input", str(tmp_path / "history")]
    code = cli.main([*asked, "--registry", str(tmp_path / "registry"), "--participation", "none"])
    assert code == 5
    assert "a wrong clock named it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("moment", "zone", "over"),
    [
        (datetime(2026, 11, 17, 0, 0, tzinfo=UTC), "UTC", "2026-11-16"),
        (datetime(2026, 11, 16, 23, 59, tzinfo=UTC), "UTC", "2026-11-15"),
        (datetime(2026, 11, 17, 7, 59, tzinfo=UTC), "America/Los_Angeles", "2026-11-15"),
        (datetime(2026, 11, 16, 15, 0, tzinfo=UTC), "Asia/Tokyo", "2026-11-16"),
    ],
)
def test_a_night_is_over_by_the_clock_of_its_zone(monkeypatch, moment, zone, over):
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert str(clock.last_night_over(zone)) == over


def test_a_span_is_what_enough_people_say():
    first, last = begins_us(date(2026, 11, 9), "UTC"), begins_us(date(2026, 11, 15), "UTC") + 5
    edges = Edges(
        2, {b"a": last, b"b": last, b"c": 9 * last}, {b"a": first, b"b": first}, {first // DAY_US: first}
    )
    read = ReadStatistics(first_us=first, last_us=9 * last, edges=edges)
    believed = Span("UTC", None).believed(read)
    assert believed == (first, begins_us(date(2026, 11, 16), "UTC"), begins_us(date(2026, 11, 17), "UTC"))
    assert Span("UTC", None, over=date(2026, 11, 12)).nights(read) == (date(2026, 11, 9), date(2026, 11, 12))
    assert Span("UTC", last + 30 * DAY_US).future_us(read) == last + 31 * DAY_US
    assert Span("UTC", first).future_us(read) == begins_us(date(2026, 11, 17), "UTC")
    assert Span("UTC", None).believed(ReadStatistics()) is None
    # A span that is known is called by the last of its own nights, no later than that.
    inside = ReadStatistics(first_us=first, last_us=first + DAY_US, edges=edges)
    assert Span("UTC", first + 3 * DAY_US).nights(inside) == (date(2026, 11, 9), date(2026, 11, 10))
    assert Span("UTC", 99 * last).nights(read) == (date(2026, 11, 9), date(2026, 11, 15))


def test_only_the_files_of_nights_in_a_span_are_read_again():
    def version(kind: str, first: str, last: str) -> Version:
        window = {"kind": kind, "first": first, "last": last, "timezone": "UTC"}
        return Version({"version": last, "window": window})

    versions = [version("span", "2026-11-09", "2026-11-15"), version("night", "2026-11-16", "2026-11-16")]
    asked = {"late_days": 3, "files_before": None}
    assert nights_to_read(date(2026, 11, 17), versions, **asked) == [date(2026, 11, 15), date(2026, 11, 14)]
    assert nights_to_read(date(2026, 11, 19), versions, **asked) == []
    assert nights_to_read(date(2026, 11, 19), versions, late_days=3, files_before=1) == [date(2026, 11, 18)]
