"""Planted lies: a version that says what its events do not bear is quarantined, and nothing of it can be pulled."""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml

import etl.finish
import etl.steps
from etl.cli import main_nightly
from etl.config import load_config
from etl.console import Console
from etl.errors import QuarantinedError
from etl.run import run
from transforms.release import Release

K = 10
EXACTLY_K = ["click Desk plan", "click Desk draft", "click Desk print"]
"""The habit of exactly k people."""


def records() -> list[dict]:
    """Sixteen people with two habits; the first ten of them have a third, once each."""
    made = []
    for person in range(16):
        moment = 1_795_000_000_000_000 + person * 1_000
        scripts = [["open", "edit", "save"], ["build", "test"]] * 4
        scripts += [["plan", "draft", "print"]] if person < K else []
        for script in scripts:
            for target in script:
                moment += 7_000_000
                made.append(
                    {
                        "user_id": f"user{person}",
                        "ts": moment,
                        "event_type": "click",
                        "app": "Desk",
                        "target": target,
                        "unit": f"unit{person % 4}",
                    }
                )
            moment += 3_600_000_000
    return made


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)


@pytest.fixture
def world(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "day.jsonl").write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in records()))
    return tmp_path


def go(world: Path) -> dict[str, Any]:
    settings = {
        "input": (str(world / "logs"),),
        "source": "native",
        "registry": str(world / "registry"),
        "window": "all",
        "participation": "none",
        "min_active": K,
    }
    return run(load_config(None, settings), [], Console("json", "test")).manifest


Change = Callable[[Release], Release]


def change_release(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """Let the last step write something else than what the exact filter let through."""
    honest = etl.finish.release
    monkeypatch.setattr(etl.finish, "release", lambda *args, **options: change(honest(*args, **options)))


def row_of(release: Release, actions: list[str]) -> int:
    return release.table.column("actions").to_pylist().index(actions)


def with_value(release: Release, row: int, column: str, value: int) -> Release:
    values = release.table.column(column).to_pylist()
    values[row] = value
    at = release.table.column_names.index(column)
    field = release.table.schema.field(column)
    return replace(release, table=release.table.set_column(at, field, pa.array(values, field.type)))


# --- lies ----------------------------------------------------------------------------------------------------------


def more_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """One rung more people, everywhere that the anonymiser says how many."""

    def change(release: Release) -> Release:
        row = row_of(release, EXACTLY_K)
        release.people[row] = release.occurrences[row] = 15
        return with_value(with_value(release, row, "people", 15), row, "occurrences", 15)

    change_release(monkeypatch, change)


def more_occurrences(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(release: Release) -> Release:
        row = row_of(release, EXACTLY_K)
        release.occurrences[row] = 21
        return with_value(release, row, "occurrences", 21)

    change_release(monkeypatch, change)


def one_emitter_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was emitted lacks the segment of one person, of a record of exactly k people."""
    target: dict[str, Any] = {}
    make_table = etl.steps.emissions_table

    def emissions_table(emitted: Any, persons: pa.Array, plan: Any) -> pa.Table:
        table = make_table(emitted, persons, plan)
        digest = plan.digests[plan.actions().index(EXACTLY_K)]
        segments = pc.equal(pc.cast(table.column("record"), pa.binary(32)), digest)
        emitters = table.filter(segments).column("person")
        target["people"], target["segments"] = len(emitters.unique()), len(emitters)
        return table.filter(pc.invert(pc.and_(segments, pc.equal(table.column("person"), emitters[0]))))

    monkeypatch.setattr(etl.steps, "emissions_table", emissions_table)
    honest = etl.finish.release

    def release(*args: Any, **options: Any) -> Release:
        found = honest(*args, **options)
        assert target == {"people": K, "segments": K}
        assert found.people[row_of(found, EXACTLY_K)] == K
        return found

    monkeypatch.setattr(etl.finish, "release", release)


def a_record_less_than_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files hold a record that the release, as it was before it was written, does not."""
    write = etl.finish.write_batch
    monkeypatch.setattr(etl.finish, "write_batch", lambda batch, path: write(batch.slice(1), path))


VERIFIER = {"violations"}
LIES: list[tuple[Callable[[pytest.MonkeyPatch], None], set[str], set[str]]] = [
    (more_people, VERIFIER, {"people_value"}),
    (more_occurrences, VERIFIER, {"occurrences_value"}),
    (one_emitter_too_few, VERIFIER, {"support"}),
    (a_record_less_than_written, {"records_unplaced", "records_checked"}, set()),
]
"""Each lie, the critical checks that may fail, and the violations that the verifier must name. Where only the check
`violations` may fail, no expectation saw the lie: the independent recount alone did."""


def test_the_honest_version_is_published(world):
    manifest = go(world)
    assert manifest["verification"]["violations"] == {}
    failed = [g["name"] for g in manifest["gates"] if g["severity"] == "critical" and not g["success"]]
    assert failed == []
    assert (world / "registry" / "data" / manifest["version"]).is_dir()
    assert not (world / "registry" / ".private" / "quarantine").exists()


@pytest.mark.parametrize(
    ("plant", "checks", "violations"), LIES, ids=[plant.__name__ for plant, _, _ in LIES]
)
def test_a_lie_is_quarantined(world, monkeypatch, plant, checks, violations):
    with monkeypatch.context() as patch:
        plant(patch)
        with pytest.raises(QuarantinedError) as caught:
            go(world)
    manifest = assert_quarantined(world / "registry")
    failed = [gate for gate in manifest["gates"] if gate["severity"] == "critical" and not gate["success"]]
    assert failed
    assert {gate["name"] for gate in failed} <= checks
    assert all(gate["sentence"] in str(caught.value) for gate in failed)
    assert violations <= set(manifest["verification"]["violations"])
    assert bool(violations) == bool(manifest["verification"]["violations"])
    assert "Desk" not in str(caught.value)
    # The registry is none the worse: the honest version can be published.
    assert go(world)["verification"]["violations"] == {}


def test_an_expectation_that_cannot_be_measured_is_no_success(world, monkeypatch):
    """A column that is not there any more: the check has failed, it has not been skipped."""
    from expectations import gates

    frame_of = gates.record_frame
    with monkeypatch.context() as patch:
        patch.setattr(gates, "record_frame", lambda release: frame_of(release).drop(columns="people"))
        with pytest.raises(QuarantinedError):
            go(world)
    manifest = assert_quarantined(world / "registry")
    failed = {gate["name"] for gate in manifest["gates"] if not gate["success"]}
    assert {"people_at_least_k", "people_on_ladder"} <= failed


def test_the_command_ends_with_3(world, monkeypatch, capfd):
    more_people(monkeypatch)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    flags = (
        f"--input {world}/logs --source native --registry {world}/registry --window all --participation none"
    )
    variables = dict(os.environ)
    try:
        code = main_nightly([*flags.split(), "--min-active", "10", "--log-format", "json"])
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        logging.disable(logging.NOTSET)
        for name in os.environ.keys() - variables.keys():
            del os.environ[name]
    assert code == 3
    said = capfd.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    end = json.loads(said.err.splitlines()[-1])
    assert (end["event"], end["state"], end["exit"]) == ("end", "failed", 3)
    assert_quarantined(world / "registry")


def assert_quarantined(registry: Path) -> dict[str, Any]:
    """Nothing can be pulled, everything is there for stewards; returns the manifest that was not published."""
    assert [path for path in registry.glob("data/**/*") if path.is_file()] == []
    assert list((registry / "manifests").iterdir()) == []
    assert list((registry / "reports").iterdir()) == []
    card = yaml.safe_load((registry / "README.md").read_text("utf-8").split("---\n")[1])
    assert [(one["config_name"], one["data_files"]) for one in card["configs"]] == [("default", [])]
    assert list((registry / ".private" / "staging").iterdir()) == []
    (folder,) = (registry / ".private" / "quarantine").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert len(list((folder / "data").rglob("*.parquet"))) > 0
    assert (folder / "report.html").read_text("utf-8").startswith("<!")
    return json.loads((folder / "manifest.json").read_bytes())
