"""The private record of a run: input digests beside the work, what ran, whether the counts add up, and never the key."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from pathlib import Path

import pytest

from etl import __version__, input_digests
from etl.config import load_config
from etl.console import Console
from etl.facts import close_record, configuration, open_record, reconcile
from etl.input_digests import InputDigests
from etl.inputs import InputFile
from tests.etl.workplace import KEY, go, habit, write_log


def file(path: Path | str, size: int | None = None, index: int = 0) -> InputFile:
    found = os.stat(path).st_size if size is None else size
    return InputFile(index, str(path), found, None, "jsonl")


def digests(*files: InputFile, key: bytes = b"k" * 32) -> InputDigests:
    made = InputDigests(files, key)
    made.wait(10)
    return made


def test_digests_are_of_the_files_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    (tmp_path / "b").write_bytes(b"")
    one, other = digests(file(tmp_path / "a"), file(tmp_path / "b", index=1)).records()
    assert one["sha256"] == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert one | {"sha256": ""} == {"file": 0, "path": str(tmp_path / "a"), "bytes": 3_000_000, "sha256": ""}
    assert other["sha256"] == hashlib.sha256().hexdigest()


def test_a_file_of_several_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(input_digests, "_CHUNK_BYTES", 7)
    content = bytes(range(256))
    (tmp_path / "a").write_bytes(content)
    (one,) = digests(file(tmp_path / "a")).records()
    assert one["sha256"] == hashlib.sha256(content).hexdigest()


def test_what_cannot_be_read_twice_has_no_digest_and_says_why(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "grown").write_bytes(b"now longer")
    made = digests(
        file(tmp_path / "a"),
        file(tmp_path / "gone", 5, 1),
        file("s3://bucket/c", 5, 2),
        file(tmp_path / "grown", 3, 3),
    )
    here, gone, remote, grown = made.records()
    assert here["sha256"]
    assert (gone["sha256"], gone["why"]) == (None, "No such file or directory")
    assert (remote["sha256"], remote["why"]) == (None, "not local: not read twice")
    assert grown["changed"]
    assert made.commitment() is None


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    digests(file(tmp_path / "pipe", 5)).records()
    assert time.monotonic() - began < 5


def test_the_commitment_is_to_the_contents_under_the_key(tmp_path):
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode())
    a, b, c = (tmp_path / name for name in "abc")
    commitment = digests(file(a), file(b, index=1)).commitment()
    assert commitment is not None
    assert re.fullmatch("[0-9a-f]{64}", commitment)
    assert commitment == digests(file(b), file(a, index=1)).commitment()
    assert commitment != digests(file(a), file(c, index=1)).commitment()
    assert commitment != digests(file(a), file(b, index=1), key=b"l" * 32).commitment()
    assert hashlib.sha256(b"a").hexdigest() not in commitment


@pytest.mark.parametrize(
    ("rows", "actions", "holds"),
    [
        ((5, 3, 1, 1), (3, 2, 1), (True, True)),
        ((5, 3, 1, 0), (3, 2, 1), (False, True)),
        ((5, 4, 1, 0), (4, 4, 1), (True, False)),
    ],
)
def test_reconciliation(rows, actions, holds):
    read, kept, rejected, dropped = rows
    admitted, released, withheld = actions
    exact = {
        "rows": {"read": read, "kept": kept, "rejected": {"a": rejected}, "dropped": {"b": dropped}},
        "actions": admitted,
        "released": {"events": released},
        "withheld": {"actions": {"c": withheld}},
    }
    told = reconcile(exact)
    assert (told["rows"]["holds"], told["actions"]["holds"]) == holds


def config(tmp_path, **changes):
    given = {
        "input": ["s3://me:secret@host/logs?token=secret"],
        "registry": tmp_path,
        "participation": "none",
        "window": "all",
    }
    return load_config(None, given | changes)


def test_the_record_holds_settings_code_and_machine_and_no_credential(tmp_path, monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    (tmp_path / "a").write_bytes(b"x")
    console = Console("json", "run-1")
    flags = ["--s3_secret_access_key=secret", "--runner=FnApiRunner", "secret"]
    facts = open_record(
        config(tmp_path, key_file=tmp_path / "key"),
        digests(file(tmp_path / "a")),
        flags,
        console,
    )
    told = json.dumps(close_record(facts, console, state="published"))
    assert "secret" not in told.replace("--s3_secret_access_key", "")
    assert KEY not in told
    record = json.loads(told)
    assert record["run"] == "run-1"
    assert record["state"] == "published"
    assert record["code"]["version"] == __version__
    assert re.fullmatch("[0-9a-f]{40}", record["code"].get("git_revision", "0" * 40))
    assert record["configuration"]["k"] == 10
    assert record["configuration"]["key_file"] == str(tmp_path / "key")
    assert record["configuration"]["input"] == ["s3://host/logs"]
    assert record["beam_flags"] == ["--runner", "--s3_secret_access_key"]
    assert record["machine"]["cores"] >= 1
    assert record["machine"]["libraries"]["pyarrow"]
    assert record["inputs"][0]["sha256"] == hashlib.sha256(b"x").hexdigest()


def test_configuration_is_all_of_it(tmp_path):
    assert configuration(config(tmp_path)).keys() == type(config(tmp_path)).model_fields.keys()


def test_a_run_leaves_a_full_record(tmp_path, monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    write_log(tmp_path, [event for i in range(12) for event in habit(f"user{i}", "working", i)])
    go(tmp_path, participation="none")
    (path,) = (tmp_path / "registry" / ".private" / "runs").iterdir()
    record = json.loads(path.read_bytes())
    content = (tmp_path / "logs" / "day.jsonl").read_bytes()
    assert record["inputs"] == [
        {
            "file": 0,
            "path": str(tmp_path / "logs" / "day.jsonl"),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    ]
    assert record["reconciliation"]["rows"] == {
        "read": 36,
        "kept": 36,
        "rejected": 0,
        "dropped": 0,
        "holds": True,
    }
    assert record["reconciliation"]["actions"]["holds"]
    assert record["exact"]["policy"]["k"] == 10
    assert {"read", "publish"} <= record["seconds"].keys()
    assert KEY not in path.read_text()
    public = (tmp_path / "registry" / "manifests" / "2026-11-22.json").read_text()
    assert hashlib.sha256(content).hexdigest() not in public
    assert "day.jsonl" not in public
