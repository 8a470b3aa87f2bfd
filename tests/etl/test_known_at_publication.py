"""Whole runs under a participation file: it may change meanwhile, it is committed to, and who objects leaves nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

import etl.run
from etl.commands.research import show
from etl.errors import ConfigError, ParticipationMovedError
from etl.participation import read_participation, still_holds
from etl.sealed import read_sealed
from etl.staging import Staging
from tests.etl.workplace import KEY, go, habit, habits_released, write_log, write_participation
from transforms.pseudonym import derive_key

ROWS = [f"user{i},p{i},u{i % 4},participates,,,,2026-01-01" for i in range(12)]


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)


@pytest.fixture
def world(tmp_path):
    write_log(tmp_path, [e for i in range(12) for e in habit(f"user{i}", "working", i)])
    write_participation(tmp_path, ROWS)
    return tmp_path


def objection(*people: int) -> list[str]:
    return [f"user{i},p{i},,objects,,,,2026-11-22" for i in people]


def meanwhile(monkeypatch: pytest.MonkeyPatch, step: str, *changes: Any) -> list[str]:
    """Make one change after each time that a step of the run has worked; returns the list of what has worked."""
    honest, left, worked = getattr(etl.run, step), list(changes), []

    def then_change(*args: Any) -> Any:
        result = honest(*args)
        worked.append(step)
        if left:
            left.pop(0)()
        return result

    monkeypatch.setattr(etl.run, step, then_change)
    return worked


def private_texts(registry: Path) -> str:
    files = (path for path in (registry / ".private").rglob("*") if path.is_file())
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_who_objects_while_the_run_works_is_not_in_it(world, monkeypatch, capfd):
    """One objects during the pipeline, one during the gates: the third attempt publishes without both."""
    pipelines = meanwhile(
        monkeypatch, "run_pipeline", lambda: write_participation(world, ROWS + objection(0))
    )
    gates = meanwhile(monkeypatch, "gate", lambda: write_participation(world, ROWS + objection(0, 1)))
    manifest = go(world).manifest
    assert (len(pipelines), len(gates)) == (3, 2)
    assert manifest["people"] == 10
    assert manifest["rows"]["dropped"] == {"other": "< 10"}
    assert habits_released(world) == {"working"}
    assert capfd.readouterr().err.count("starting over") == 2
    assert len(list((world / "registry" / ".private" / "runs").iterdir())) == 1
    assert list((world / "registry" / ".private" / "staging").iterdir()) == []


def test_a_file_that_does_not_come_to_rest_ends_the_run(world, monkeypatch):
    changes = [lambda i=i: write_participation(world, ROWS + objection(i)) for i in range(5)]
    monkeypatch.setattr(etl.run, "run_pipeline", lambda job, flags: None)  # what it computes is thrown away
    attempts = meanwhile(monkeypatch, "run_pipeline", *changes)
    with pytest.raises(ParticipationMovedError, match="run again") as caught:
        go(world)
    assert len(attempts) == 3
    assert caught.value.exit_code == 75
    assert list((world / "registry" / "manifests").iterdir()) == []
    assert list((world / "registry" / ".private" / "staging").iterdir()) == []


def test_of_an_attempt_that_was_given_up_nothing_stays(world, monkeypatch):
    """The file changes after everything was computed, each time: not even the private record tells of it."""
    changes = [lambda i=i: write_participation(world, ROWS + objection(i)) for i in range(5)]
    gates = meanwhile(monkeypatch, "gate", *changes)
    with pytest.raises(ParticipationMovedError):
        go(world)
    assert len(gates) == 3
    private = world / "registry" / ".private"
    assert [path for name in ("runs", "dead-letters", "staging") for path in (private / name).iterdir()] == []


def test_a_file_that_is_gone_or_broken_at_the_end_ends_the_run(world, monkeypatch):
    monkeypatch.setattr(etl.run, "run_pipeline", lambda job, flags: (world / "who.csv").unlink())
    with pytest.raises(ConfigError, match="cannot be read"):
        go(world)
    assert list((world / "registry" / "manifests").iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "holds"),
    [
        (ROWS, True),
        (ROWS[::-1], True),  # other bytes that say the same
        ([*ROWS, *ROWS[:2]], True),
        ([row.replace(",,,,2026", ",,,consent,2026") for row in ROWS], True),  # only the basis
        (ROWS + objection(3), False),
        (ROWS[1:], False),
        ([*ROWS, "user12,p12,,participates"], False),  # somebody new, whose name must not be in a token
        ([*ROWS, "other,p1,,left,2027-01-01"], False),  # a link
        ([*ROWS, "user0,p0 alias,,objects,,,,2025-01-01"], False),  # a name that must not be in a token
        (
            [*ROWS, "user3,p3,far,objects,,,,2025-01-01"],
            False,
        ),  # a unit held, though the objection was taken back
        ([*ROWS[1:], ROWS[0].replace("u0", "u1")], False),  # another unit
        ([*ROWS[1:], ROWS[0].replace("participates,", "participates,2026-11-01")], False),
    ],
)
def test_whether_a_later_reading_says_the_same(world, rows, holds):
    from etl.config import load_config

    values = {"input": "x", "registry": "r", "window": "all", "participation": str(world / "who.csv")}
    config, key = load_config(None, values), bytes.fromhex(KEY)
    read = read_participation(config.participation, key)
    write_participation(world, rows)
    assert still_holds(read, config.participation, key) is holds


def test_a_version_commits_to_its_file_and_says_what_for(world, capfd):
    content = (world / "who.csv").read_bytes()
    manifest = go(world, purpose="bench", works_agreement=" ").manifest
    registry, version = world / "registry", manifest["version"]
    key = derive_key(bytes.fromhex(KEY), "participation")
    assert manifest["participation"] == {"commitment": hmac.new(key, content, hashlib.sha256).hexdigest()}
    plain = hashlib.sha256(content).hexdigest()
    public = [p for p in registry.rglob("*") if p.is_file() and ".private" not in p.parts]
    assert not any(plain in path.read_bytes().decode("latin-1") for path in public)
    (record,) = (registry / ".private" / "runs").iterdir()
    assert json.loads(record.read_bytes())["participation"] == {"sha256": plain}
    # Purpose and agreement show everywhere, and so does that one of them was not stated.
    capfd.readouterr()
    show(version, registry)
    assert json.loads(capfd.readouterr().out) == manifest
    assert (manifest["policy"]["purpose"], manifest["policy"]["works_agreement"]) == ("bench", "not stated")
    card = (registry / "README.md").read_text()
    assert re.search(rf"^\| {version} \|.*\| bench \| not stated \|[^|]*\|$", card, re.MULTILINE)
    page = (registry / "reports" / f"{version}.html").read_text()
    assert ">Purpose</th><td>bench<" in page
    assert ">Works agreement</th><td>not stated<" in page


# --- who objects leaves nothing ---------------------------------------------------------------------------------------


def everything(world: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A run's files, its staging (decrypted) and its figures, but for how many rows were read and dropped."""
    seen: dict[str, Any] = {}
    verify_staged = etl.run.verify_staged

    def look(job: Any, *told: Any) -> Any:
        staging: Staging = job.staging
        for bucket in staging.buckets():
            for name in ("events", "emissions"):
                table = read_sealed(getattr(staging, name)(bucket), job.sealing_key)
                seen[f"{name} {bucket}"] = (
                    table.to_pylist(),
                    [
                        column.combine_chunks().dictionary.to_pylist()
                        for column in table.columns
                        if hasattr(column.combine_chunks(), "dictionary")
                    ],
                )
        statistics = orjson.loads(staging.statistics.read_bytes())
        seen["statistics"] = {k: v for k, v in statistics.items() if k not in ("read", "dropped", "behind")}
        seen["outcome"] = orjson.loads(staging.outcome.read_bytes())
        seen["letters"] = pq.ParquetFile(staging.dead_letters).read().to_pylist()
        seen["release"] = staging.release.read_bytes()
        return verify_staged(job, *told)

    with monkeypatch.context() as patch:
        patch.setattr(etl.run, "verify_staged", look)
        manifest = go(world, source=str(world / "mapping.yaml"), max_reject_ratio=0.5).manifest
    registry = world / "registry"
    seen["data"] = {
        str(path.relative_to(registry)): path.read_bytes()
        for path in sorted((registry / "data").rglob("*.parquet"))
    }
    assert "dropped" in manifest["rows"]
    seen["manifest"] = {name: value for name, value in manifest.items() if name not in ("rows", "gates")}
    seen["rows"] = {name: manifest["rows"][name] for name in ("kept", "rejected")}
    seen["gates"] = [{k: v for k, v in gate.items() if k != "observed"} for gate in manifest["gates"]]
    return seen


MAPPING = """
format: jsonl
person: user_id
time: {column: ts, format: iso8601}
where: {column: event_type, in: [click, press]}
action:
  - [{column: event_type, as: verbatim}, {column: target, as: template}]
  - [{column: event_type, as: verbatim}, {column: rarely, as: verbatim}]
unit: team
"""


def test_who_objects_contributes_no_byte(tmp_path, monkeypatch):
    """The rows of who objected, left or is not listed, against the same log with blank lines in their place."""
    theirs = []
    for account in ("objector", "leaver", "stranger"):
        theirs += habit(account, "working", 30, unit="far away", team="far away", rarely="seen")
        theirs += habit(
            account, "mailing", 31, target="call ann@example.com or +49 170 1234567", rarely="seen"
        )
        theirs += habit(account, "lonely", 32, ts="2026-11-21T00:00:00Z")  # before everybody else
        theirs += habit(account, "lonely", 33, ts="2026-11-22T23:59:59Z")
        theirs += habit(account, "lonely", 34, ts="2026-10-01T00:00:00Z")  # in no window
        theirs += habit(account, "broken", 35, ts="yesterday")
        theirs += habit(account, "filtered", 36, event_type="other")
        theirs += [{**event, "target": None, "event_type": "press"} for event in habit(account, "empty", 37)]
    ours = [e for i in range(12) for e in habit(f"user{i}", "working", i, rarely=None, team=f"u{i % 4}")]
    ours += habit("user1", "broken", 1, ts="tomorrow") + habit("user2", "filtered", 1, event_type="other")
    lines = [orjson.dumps(event) for event in ours]
    for at, event in enumerate(theirs):
        lines.insert((at * 37) % len(lines), orjson.dumps(event))
    kept = [line if not re.search(rb"objector|leaver|stranger", line) else b" " * len(line) for line in lines]
    rows = [*ROWS, "objector,ann,far away,participates,,,,2026-01-01", "objector,ann,,objects,,,,2026-10-01"]
    rows += ["leaver,eve,far away,participates,2026-01-01,,,2026-01-01", "leaver,eve,,left,2026-01-01"]
    found = []
    for name, content in (("with", lines), ("without", kept)):
        (tmp_path / name / "logs").mkdir(parents=True)
        (tmp_path / name / "logs" / "day.jsonl").write_bytes(b"\n".join(content) + b"\n")
        (tmp_path / name / "mapping.yaml").write_text(MAPPING)
        write_participation(tmp_path / name, rows)
        found.append(everything(tmp_path / name, monkeypatch))
    assert found[0].keys() == found[1].keys()
    for name in found[0]:
        assert found[0][name] == found[1][name], name
    assert found[0]["data"]
    assert found[0]["rows"]["rejected"] == {"time_malformed": "< 10"}
    assert not re.search(
        r"objector|leaver|stranger|lonely|far away", private_texts(tmp_path / "with" / "registry")
    )
