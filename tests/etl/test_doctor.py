"""`desirepath doctor` finds what would make a run fail, changes nothing, takes no lock and tells no value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from etl import doctor as checks
from etl.cli import main
from etl.doctor_registry import check_registry, lock_holder
from etl.layout import SPELLED
from etl.registry import Registry
from etl.rotation import begin
from etl.sealed_objects import check_pool_key
from etl.vault import key_id
from tests.etl.workplace import KEY, write_participation
from transforms.pseudonym import key_fingerprint

PARTICIPANTS = [f"quokka{i},p{i},u,participates" for i in range(3)]


def levels(findings) -> list[str]:
    return [finding.level for finding in findings]


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", "6b" * 32)
    registry = Registry(tmp_path / "registry")
    registry.create()
    registry.check_key(key_fingerprint(bytes.fromhex(KEY)))
    write_participation(tmp_path, PARTICIPANTS)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "2026-11-22.jsonl").write_text('{"user_id": "quokka"}\n')
    return tmp_path


def arguments(folder: Path, *more: str) -> list[str]:
    given = ["--registry", str(folder / "registry"), "--input", str(folder / "logs" / "{date}.jsonl")]
    given += ["--source", "native", "--participation", str(folder / "who.csv"), "--date", "2026-11-22"]
    return ["doctor", *given, "--metrics-file", str(folder / "m.prom"), *more]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def test_all_is_well(world, capfd):
    before = contents(world)
    assert main(arguments(world)) == 0
    out = capfd.readouterr().out
    lines = out.splitlines()
    assert {line.split()[0] for line in lines[:-1]} == {"OK"}
    assert lines[-1].endswith("0 failed, 0 warnings")
    assert "quokka" not in out
    assert KEY not in out
    assert contents(world) == before


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (("--night-timezone", "Mars/Base"), "time zone"),
        (("--participation", "/nowhere.csv"), "participation"),
        (("--registry", "/proc/registry"), "registry"),
        (("--key-file", "/nowhere"), "key"),
        (("--source", "/nowhere.yaml"), "mapping"),
    ],
)
def test_what_would_fail_is_2_and_one_line(world, capfd, more, word):
    assert main(arguments(world, *more)) == 2
    failed = [line for line in capfd.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert failed
    assert word in failed[0]


def test_no_input_for_the_night_is_a_warning(world, capfd):
    assert main(arguments(world, "--date", "2026-11-23")) == 0
    assert "WARN  There is no input for the night 2026-11-23" in capfd.readouterr().out


def test_a_configuration_file(world, capfd):
    good = f"input: ['{world}/logs/{{date}}.jsonl']\nsource: native\nregistry: {world}/registry\n"
    good += f"participation: {world}/who.csv\n"
    (world / "p.yaml").write_text(good)
    assert main(["doctor", "--config", str(world / "p.yaml"), "--date", "2026-11-22"]) == 0
    assert "1 input files" in capfd.readouterr().out
    (world / "p.yaml").write_text(good + "kk: 3\n")
    assert main(["doctor", "--config", str(world / "p.yaml")]) == 2
    assert "--kk: is not a known setting." in capfd.readouterr().out


def test_python_and_libraries(monkeypatch):
    assert levels(checks.check_python()) == ["OK", "OK"]
    assert levels(checks.check_python((3, 10, 2))) == ["FAIL", "OK"]
    honest = checks.metadata.version
    monkeypatch.setattr(checks.metadata, "version", lambda name: "1.0" if name == "pyarrow" else honest(name))
    found = list(checks.check_python())
    assert levels(found) == ["OK", "FAIL"]
    assert "pyarrow>=25 (found: 1.0)" in found[1].sentence


def test_keys(world, monkeypatch, tmp_path):
    own, other = key_fingerprint(bytes.fromhex(KEY)), "00" * 8
    assert levels(checks.check_key(None, own)) == levels(checks.check_key(None, None)) == ["OK"]
    assert levels(checks.check_key(None, other)) == ["FAIL"]
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o644)
    assert levels(checks.check_key(file, own)) == ["FAIL"]
    file.chmod(0o600)
    assert levels(checks.check_key(file, own)) == ["OK"]
    monkeypatch.delenv("DESIREPATH_KEY")
    assert levels(checks.check_key(None, None)) == ["WARN"]
    assert levels(checks.check_key(None, own)) == ["FAIL"]
    assert not (tmp_path / "home").exists()  # looking makes no key


def test_the_clock():
    assert levels(checks.check_clock("UTC", 1_000_000.0, [999_999.0, 1_000_100.0])) == ["OK", "OK"]
    assert levels(checks.check_clock("UTC", 1_000_000.0, [1_000_400.0])) == ["OK", "WARN"]


@pytest.mark.parametrize(("free", "level"), [(1 << 40, "OK"), (1 << 29, "WARN"), (1 << 20, "FAIL")])
def test_space(tmp_path, free, level):
    assert levels(checks.check_space(tmp_path / "not" / "there", 1 << 29, free)) == [level]


def test_who_holds_the_lock(world):
    registry = Registry(world / "registry")
    lock = world / "registry" / ".private" / "lock"
    lock.write_bytes(b"")
    assert lock_holder(lock) is None
    with registry.locked():
        assert lock_holder(lock) == f"process {os.getpid()}"
        assert "WARN" in levels(check_registry(registry.root))
    with registry.locked():  # and nobody holds it afterwards
        pass


def test_looking_lets_a_run_take_the_lock(world):
    script = (
        "import sys, pathlib, etl.registry as r\nwith r.Registry(pathlib.Path(sys.argv[1])).locked(): pass"
    )
    for _ in range(3):
        list(check_registry(world / "registry"))
        subprocess.run([sys.executable, "-c", script, str(world / "registry")], check=True)


def test_what_dead_runs_left(world):
    private = world / "registry" / ".private"
    assert levels(check_registry(world / "registry")) == ["OK"] * 4
    (private / "staging" / "dead").mkdir(parents=True)
    (private / "quarantine" / "one").mkdir(parents=True)
    private.chmod(0o755)
    told = {finding.sentence for finding in check_registry(world / "registry") if finding.level == "WARN"}
    assert len(told) == 3
    assert any("1 staging folders" in sentence for sentence in told)


def test_a_folder_that_is_no_registry(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    (tmp_path / "empty").mkdir()
    assert levels(check_registry(tmp_path / "full")) == ["FAIL"]
    assert levels(check_registry(tmp_path / "empty")) == levels(check_registry(tmp_path / "new")) == ["OK"]
    (tmp_path / "registry" / ".private").mkdir(parents=True)
    (tmp_path / "registry" / "manifests").mkdir()
    (tmp_path / "registry" / "manifests" / "2026-11-22.json").write_text("{")
    assert "FAIL" in levels(check_registry(tmp_path / "registry"))


def test_the_pool_key(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DESIREPATH_POOL_KEY", raising=False)
    assert levels(checks.check_pool_key(None, None)) == ["WARN"]
    assert levels(checks.check_pool_key(None, "00" * 8)) == ["FAIL"]
    file = tmp_path / "pool-key"
    file.write_text("short")
    file.chmod(0o600)
    assert levels(checks.check_pool_key(file, None)) == ["FAIL"]
    file.write_text(KEY)
    assert levels(checks.check_pool_key(file, None)) == ["OK"]
    assert levels(checks.check_pool_key(file, key_id(bytes.fromhex(KEY)))) == ["OK"]
    assert levels(checks.check_pool_key(file, "00" * 8)) == ["FAIL"]
    assert not (tmp_path / "home").exists()


def test_a_pool_key_of_another_registry_is_noticed(world, capfd):
    check_pool_key(Registry(world / "registry").store, b"p" * 32)
    assert main(arguments(world)) == 2
    assert "FAIL  The pool key has the id " in capfd.readouterr().out


def test_a_change_of_keys_that_was_interrupted_is_noticed(world, capfd):
    begin(Registry(world / "registry").store, "pool", "a", "b", by="me", lost={})
    assert main(arguments(world)) == 2
    assert "FAIL  A change of keys was interrupted" in capfd.readouterr().out


def test_a_registry_that_is_no_folder():
    root = "memory://doctor/registry"
    assert levels(check_registry(root)) == ["OK"]
    Registry(root).create()
    (found,) = check_registry(root)
    assert found.sentence == "The registry holds 0 versions."
    assert levels(check_registry("unheard-of://doctor")) == ["FAIL"]


def test_a_registry_of_the_former_spelling_is_noticed(world, capfd):
    registry = Registry(world / "registry")
    registry.check_key(key_fingerprint(bytes.fromhex(KEY)))
    registry.store.remove(SPELLED)
    assert main(arguments(world)) == 2
    assert "run `desirepath migrate` once" in capfd.readouterr().out
