"""Metrics say what the public manifest says, and nothing where it says nothing."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from etl.ending import Ending, exit_code_of, gates_of
from etl.errors import ConfigError, QuarantinedError
from etl.metrics import write_metrics

MANIFEST = json.loads((Path(__file__).parents[1] / "golden" / "manifest.json").read_bytes())
MANIFEST["code_version"] = "0.1.0"


def written(path: Path) -> dict[str, float]:
    families = text_string_to_metric_families(path.read_text("utf-8"))
    return {
        sample.name.removeprefix("desirepath_")
        + "".join(f"{{{key}={value}}}" for key, value in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def ending(**changes) -> Ending:
    given = {
        "exit_code": 0,
        "began": 1_000.0,
        "ended": 1_012.5,
        "manifest": MANIFEST,
        "gates": MANIFEST["gates"],
    }
    return Ending(**{**given, "stage_seconds": {"read": 3.5}, **changes})


def test_a_run_that_published(tmp_path):
    write_metrics(tmp_path / "m.prom", ending())
    said = written(tmp_path / "m.prom")
    assert said["last_run_timestamp_seconds"] == said["last_success_timestamp_seconds"] == 1_012.5
    assert (said["run_exit_code"], said["run_duration_seconds"]) == (0, 12.5)
    assert said["stage_duration_seconds{stage=read}"] == 3.5
    assert (said["rows_read"], said["rows_kept"]) == (1000, 1000)
    assert "rows_rejected{reason=time_malformed}" not in said  # "< 10"
    assert said["rows_dropped{reason=duplicate}"] == 30
    assert (said["people"], said["sessions"], said["actions"], said["transitions"]) == (20, 200, 1000, 750)
    assert (said["released_records"], said["released_transitions"]) == (10, 500)
    assert said["released_share{of=transitions}"] == pytest.approx(0.74)
    assert said["gates_failed{severity=critical}"] == 0
    assert said["gates_failed{severity=warning}"] == 1  # a clock of long ago
    assert said["info{code_version=0.1.0}{version=2026-11-03}"] == 1
    assert said["window_timestamp_seconds{end=last}"] - said["window_timestamp_seconds{end=first}"] == 86_400
    assert list(tmp_path.iterdir()) == [tmp_path / "m.prom"]


def test_what_is_not_shown_has_no_sample(tmp_path):
    manifest = copy.deepcopy(MANIFEST) | dict.fromkeys(
        ("people", "sessions", "actions", "transitions"), "< 10"
    )
    manifest["rows"] = {"read": "not shown", "kept": "< 10", "rejected": {}, "dropped": {"other": "< 10"}}
    manifest["pool"] = {"generation": 4, "events": "< 10"}
    write_metrics(tmp_path / "m.prom", ending(manifest=manifest))
    said = written(tmp_path / "m.prom")
    hidden = ("people", "sessions", "actions", "transitions", "rows_", "pool_events")
    assert [name for name in said if name.startswith(hidden)] == []
    assert said["pool_generation"] == 4
    assert "< 10" not in (tmp_path / "m.prom").read_text()


def test_a_failure_keeps_the_time_of_the_last_success_and_no_old_figure(tmp_path):
    write_metrics(tmp_path / "m.prom", ending())
    for code in (4, 74):
        write_metrics(tmp_path / "m.prom", ending(exit_code=code, ended=2_000.0, manifest=None, gates=[]))
        said = written(tmp_path / "m.prom")
        assert said["run_exit_code"] == code
        assert (said["last_run_timestamp_seconds"], said["last_success_timestamp_seconds"]) == (
            2_000.0,
            1_012.5,
        )
        assert not any(name.startswith(("rows_", "released_", "people", "info")) for name in said)


def test_without_a_success_there_is_no_time_of_one(tmp_path):
    (tmp_path / "m.prom").write_bytes(b"desirepath_last_success_timestamp_seconds what\n\xff")
    write_metrics(tmp_path / "m.prom", ending(exit_code=70, manifest=None, gates=[]))
    assert "last_success_timestamp_seconds" not in written(tmp_path / "m.prom")


def test_a_dry_run_is_no_success(tmp_path):
    write_metrics(tmp_path / "m.prom", ending(is_dry=True))
    assert "last_success_timestamp_seconds" not in written(tmp_path / "m.prom")


def test_a_quarantined_version_tells_which_checks_failed(tmp_path):
    gates = [
        {"severity": "critical", "success": False},
        {"severity": "critical", "success": True},
        {"severity": "warning", "success": False},
        {"severity": "critical", "success": False},
    ]
    error = QuarantinedError("two checks failed", gates)
    failed = ending(exit_code=exit_code_of(error), manifest=None, gates=gates_of(error))
    write_metrics(tmp_path / "m.prom", failed)
    said = written(tmp_path / "m.prom")
    assert said["run_exit_code"] == 3
    assert (said["gates_failed{severity=critical}"], said["gates_failed{severity=warning}"]) == (2, 1)


def test_exit_codes():
    assert [exit_code_of(error) for error in (None, ConfigError(""), KeyboardInterrupt(), ValueError())] == [
        0,
        2,
        130,
        70,
    ]
    assert exit_code_of(RuntimeError(), interrupted=True) == 130
