"""`desirepath backfill`: night after night in order, as `run --date` would; it goes on where it stopped."""

from __future__ import annotations

import json
import logging
import signal
from pathlib import Path

import orjson
import pytest

from etl.cli import main
from etl.errors import LockedError
from etl.registry import Registry
from tests.etl.test_metrics import written
from tests.etl.workplace import KEY, habit


@pytest.fixture(autouse=True)
def _process(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    logging.disable(logging.NOTSET)


def write_night(folder: Path, night: str, *, broken: bool = False) -> None:
    (folder / "logs").mkdir(exist_ok=True)
    records = [event for i in range(12) for event in habit(f"user{i}", "working", i)]
    for record in records:
        record["ts"] = record["ts"].replace("2026-11-22", night)
    lines = [orjson.dumps(record) + b"\n" for record in records]
    (folder / "logs" / f"{night}.jsonl").write_bytes(b"".join(lines) + b"{\n" * 40 * broken)


def backfill(folder: Path, window: str, *more: str) -> int:
    flags = [
        "--input",
        str(folder / "logs" / "{date}.jsonl"),
        "--source",
        "native",
        "--participation",
        "none",
    ]
    flags += [
        "--registry",
        str(folder / "registry"),
        "--min-active",
        "10",
        "--metrics-file",
        str(folder / "m.prom"),
    ]
    return main(["backfill", "--window", window, *flags, *more])


def versions(folder: Path) -> list[str]:
    return [manifest["version"] for manifest in Registry(folder / "registry").manifests()]


def test_nights_in_order_and_again_nothing(tmp_path, capfd):
    for night in ("2026-11-20", "2026-11-21"):
        write_night(tmp_path, night)
    assert backfill(tmp_path, "2026-11-20..2026-11-21") == 0
    said = capfd.readouterr()
    assert versions(tmp_path) == ["2026-11-20", "2026-11-21"]
    runs = [json.loads(line) for line in said.err.splitlines() if line.startswith("{")]
    assert [line["version"] for line in runs if line["event"] == "end"] == ["2026-11-20", "2026-11-21"]
    assert len({line["run"] for line in runs}) == 2  # each night is a run of its own
    assert said.out.count("published") == 2
    manifests = {path.name: path.read_bytes() for path in (tmp_path / "registry" / "manifests").iterdir()}
    assert backfill(tmp_path, "2026-11-20..2026-11-21") == 0
    said = capfd.readouterr()
    assert said.out.count("there already, in version") == 2
    assert [line for line in said.err.splitlines() if line.startswith("{")] == []  # no run began
    assert {
        path.name: path.read_bytes() for path in (tmp_path / "registry" / "manifests").iterdir()
    } == manifests
    registry = Registry(tmp_path / "registry")
    with registry.locked():
        registry.withdraw("2026-11-20", "a test", "nobody")
    assert backfill(tmp_path, "2026-11-20..2026-11-21") == 0
    assert "withdrawn, with version 2026-11-20" in capfd.readouterr().out
    assert not (tmp_path / "registry" / "data" / "2026-11-20").exists()


def test_a_night_without_input_stops_it_unless_it_is_passed_over(tmp_path, capfd):
    for night in ("2026-11-19", "2026-11-21"):
        write_night(tmp_path, night)
    assert backfill(tmp_path, "2026-11-19..2026-11-21") == 4
    said = capfd.readouterr()
    assert versions(tmp_path) == ["2026-11-19"]
    assert "--skip-empty" in said.out
    assert written(tmp_path / "m.prom")["run_exit_code"] == 4
    assert backfill(tmp_path, "2026-11-19..2026-11-21", "--skip-empty") == 0
    assert "nothing to read: passed over" in capfd.readouterr().out
    assert versions(tmp_path) == ["2026-11-19", "2026-11-21"]
    assert written(tmp_path / "m.prom")["run_exit_code"] == 0


def test_too_many_rejects_are_not_an_empty_night(tmp_path, capfd):
    write_night(tmp_path, "2026-11-20", broken=True)
    write_night(tmp_path, "2026-11-21")
    assert backfill(tmp_path, "2026-11-20..2026-11-21", "--skip-empty") == 4
    assert versions(tmp_path) == []
    said = capfd.readouterr()
    assert "the same command goes on from here" in said.out
    assert "2026-11-21" not in said.out
    write_night(tmp_path, "2026-11-20")
    assert backfill(tmp_path, "2026-11-20..2026-11-21", "--skip-empty") == 0
    assert versions(tmp_path) == ["2026-11-20", "2026-11-21"]


def test_it_stops_where_another_run_holds_the_lock(tmp_path, capfd):
    write_night(tmp_path, "2026-11-20")
    registry = Registry(tmp_path / "registry")
    registry.create()
    with registry.locked():
        assert backfill(tmp_path, "2026-11-20..2026-11-20", "--log-format", "json") == LockedError.exit_code
    said = capfd.readouterr()
    lines = [json.loads(line) for line in said.err.splitlines()]
    assert lines[-1]["exit"] == 75
    assert all(line["run"] and line["time"] for line in lines)
    assert versions(tmp_path) == []


@pytest.mark.parametrize(
    ("window", "more"),
    [
        ("all", ()),
        ("2026-11-21", ()),
        ("2026-11-21..2026-11-20", ()),
        ("1999-01-01..2026-11-20", ()),
        ("2026-11-20..2026-11-21", ("--k", "5")),
        ("2026-11-20..2026-11-21", ("--date", "2026-11-20")),
    ],
)
def test_what_it_refuses_before_the_first_night(tmp_path, window, more, capfd):
    write_night(tmp_path, "2026-11-20")
    assert backfill(tmp_path, window, *more) == 2
    assert capfd.readouterr().err
    assert versions(tmp_path) == []
