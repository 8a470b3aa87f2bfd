"""The whole job with its registry in a bucket: the same bytes as in a folder, and every command that looks or changes."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import orjson
import pytest

from etl import logs
from etl.cli import main
from etl.registry import Registry
from etl.simulate import Simulation, simulate
from tests.store.places import new_bucket


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    """The command line owns its process: what it sets there is set back."""
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    logs.use_json(False)


@pytest.fixture
def flags(tmp_path: Path) -> list[str]:
    simulate(Simulation(events=4000, people=60, nights=1), tmp_path / "log")
    who = tmp_path / "log" / "participation.csv"
    given = f"--source native --window all --participation {who} --min-active 10 --log-format json"
    return [*given.split(), "--input", str(tmp_path / "log" / "events-*.jsonl")]


def published(registry: Registry, prefix: str) -> dict[str, bytes]:
    return registry.store.read_all(prefix)


def test_a_run_into_a_bucket(s3, tmp_path, flags, capfd):
    place, folder = f"s3://{new_bucket()}/team/reg", tmp_path / "registry"
    assert main(["run", *flags, "--registry", str(folder)]) == 0
    assert main(["run", *flags, "--registry", place]) == 0
    said = capfd.readouterr()
    assert f"{place}/manifests/" in said.out
    assert f"FOLDER --registry {place}" in said.out
    here, there = Registry(folder), Registry(place)
    assert published(here, "data") == published(there, "data") != {}
    (version,) = [one.name for one in there.live()]
    ours, theirs = (orjson.loads(one.store.read(f"manifests/{version}.json")) for one in (here, there))
    assert ours["files"] == theirs["files"]
    assert here.store.read("README.md") == there.store.read("README.md")
    assert {name.split("/")[1] for name in there.store.names(".private")} == {
        *(
            "audit",
            "create-only",
            "dead-letters",
            "key-fingerprint",
            "spelling",
            "lineage",
            "lock",
            "pool",
            "pool-key-id",
            "registry",
            "runs",
        ),
        "state",
    }
    state = tmp_path / "state" / "desirepath" / "staging"
    assert [path for path in state.rglob("*") if path.is_file()] == []
    assert [path.stat().st_mode & 0o077 for path in state.iterdir()] == [0]

    assert main(["run", *flags, "--registry", place]) == 0
    assert "already published" in capfd.readouterr().out

    with there.locked():
        assert main(["run", *flags, "--registry", place]) == 75
    capfd.readouterr()

    for command in (["versions"], ["show", version], ["report", version], ["verify"], ["audit"]):
        assert main([*command, "--registry", place]) == 0
    said = capfd.readouterr()
    assert "live" in said.out
    assert f"{place}/reports/{version}.html" in said.out
    assert f"{len(ours['files'])} files of 1 versions are what" in said.out
    assert "1 entries hold together" in said.out

    assert main(["approve", version, "--registry", place, "--by", "worker", "--note", "looked [/at] it"]) == 0
    assert (
        main(["withdraw", version, "--registry", place, "--reason", "wrong mapping", "--by", "steward"]) == 0
    )
    assert "is withdrawn: its data is gone" in capfd.readouterr().out
    assert there.store.names("data") == []
    tombstone = json.loads(there.store.read(f"withdrawn/{version}.json"))
    assert (tombstone["version"], tombstone["reason"]) == (version, "wrong mapping")
    assert main(["withdraw", version, "--registry", place, "--reason", "again"]) == 0
    assert "was withdrawn already" in capfd.readouterr().out
    assert main(["approve", version, "--registry", place, "--by", "worker"]) == 2
    for command in (["versions"], ["show", version], ["verify"], ["audit"]):
        assert main([*command, "--registry", place]) == 0
    said = capfd.readouterr()
    assert "withdrawn" in said.out
    assert f"version {version} is withdrawn: wrong mapping" in said.err
    assert (
        "0 files of 0 versions are what their manifests say; of 1 withdrawn ones no data is left" in said.out
    )
    assert "3 entries hold together" in said.out
    assert "looked [/at] it" in said.out.replace("\n", " ")

    assert main(["run", *flags, "--registry", place]) == 5  # its events are burned, the same content or other
    assert f"{version} (withdrawn)" in capfd.readouterr().err
    there.store.create(f"data/{version}/sequences/back.parquet", b"")
    assert main(["verify", "--registry", place]) == 74
    assert main(["audit", "--registry", place]) == 74
    assert "its data is still there" in capfd.readouterr().err


def test_what_is_no_registry_is_2(s3, capfd):
    bucket = new_bucket()
    place = f"s3://{bucket}/somebody"
    for command in (
        ["versions"],
        ["audit"],
        ["withdraw", "v", "--reason", "x"],
        ["approve", "v", "--by", "x"],
    ):
        assert main([*command, "--registry", place]) == 2
    Registry(f"s3://{bucket}").store.create("somebody/elses.txt", b"")
    with pytest.raises(Exception, match="not empty and is not a registry"):
        Registry(place).create()
    assert main(["versions", "--registry", "nowhere://x"]) == 2
    assert "cannot be opened" in capfd.readouterr().err


def test_a_bucket_that_is_not_there_is_74(s3, flags, capfd):
    assert main(["run", *flags, "--registry", "s3://no-such-bucket-here/reg"]) == 74
    assert "Traceback" not in capfd.readouterr().err
