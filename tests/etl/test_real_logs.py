"""The main job on real logs, against facts that were computed without this project."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from etl.config import load_config
from etl.console import Console
from etl.run import run
from tests.exact import exact_of
from tests.real import DATA, MAPPINGS, needs_real_logs

pytestmark = [pytest.mark.real, needs_real_logs]


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)


def release(tmp_path: Path, pattern: str, mapping: str, **changes) -> dict:
    values = {
        "input": (str(DATA / pattern),),
        "source": str(MAPPINGS / mapping),
        "registry": str(tmp_path / "registry"),
        "window": "all",
        "participation": "none",
    }
    return run(load_config(None, {**values, **changes}), [], Console("json", "test")).manifest


def check(tmp_path: Path, manifest: dict) -> None:
    rows = exact_of(tmp_path / "registry")["rows"]
    assert rows["read"] == rows["kept"] + sum(rows["rejected"].values()) + sum(rows["dropped"].values())
    assert manifest["verification"]["violations"] == {}
    for file in manifest["files"]:
        assert (
            pq.read_table(tmp_path / "registry" / file["path"]).column("people").to_numpy().min()
            >= manifest["k"]
        )


@pytest.mark.parametrize(
    ("project", "events", "people", "sessions", "share"),
    [
        ("tldr-pages__tldr", 119_268, 3_447, 15_770, 0.82),
        ("laravel__framework", 85_162, 4_785, 24_367, 0.752),
    ],
)
def test_git_activity(tmp_path, project, events, people, sessions, share):
    manifest = release(
        tmp_path,
        f"git_activity/{project}.tsv.gz",
        "bare/git_activity.yaml",
        earliest="1990-01-01",  # fewer than k people begin with the log, and go on to its end
        latest="2026-11-30",
        cap_per_person=0,
        max_per_person=0,
    )
    check(tmp_path, manifest)
    exact = exact_of(tmp_path / "registry")
    assert (exact["rows"]["kept"], exact["people"], exact["sessions"]) == (events, people, sessions)
    assert manifest["share"]["transitions"] >= share


def test_web_interactions(tmp_path):
    manifest = release(
        tmp_path, "web_interactions/*.gz", "bare/web_interactions.yaml", cap_per_person=0, max_per_person=0
    )
    check(tmp_path, manifest)
    exact = exact_of(tmp_path / "registry")
    assert (exact["rows"]["kept"], exact["people"], exact["sessions"]) == (3_311_026, 400, 401)
    assert manifest["share"]["transitions"] >= 0.769


@pytest.mark.parametrize(
    ("pattern", "mapping", "events", "duplicates"),
    [
        ("desktop_recording/events.jsonl", "desktop_recording.yaml", 13_401, None),
        ("web_visits/*.gz", "web_visits.yaml", 49_612 - 22, 22),
    ],
)
def test_where_too_few_people_are_nothing_is_released(tmp_path, pattern, mapping, events, duplicates):
    manifest = release(tmp_path, pattern, mapping, k=6, allow_low_k=True, min_active=1, latest="2026-11-30")
    assert manifest["released"]["records"] == 0
    assert manifest["people"] == manifest["rows"]["read"] == "< 6"
    record = json.loads(next((tmp_path / "registry" / ".private" / "runs").iterdir()).read_bytes())
    assert record["exact"]["rows"]["kept"] == events
    assert record["exact"]["rows"]["dropped"].get("duplicate") == duplicates


def test_free_text_is_never_read(tmp_path):
    manifest = release(tmp_path, "analyst_interactions/**/*.json", "analyst_interactions.yaml", min_active=10)
    check(tmp_path, manifest)
    exact = exact_of(tmp_path / "registry")
    assert (exact["rows"]["kept"], exact["people"]) == (21_117, 24)
    assert manifest["vocabulary"] <= 20
