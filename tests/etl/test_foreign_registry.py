"""A registry that somebody else made: nothing in it is believed before it is checked, and nothing is written outside."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from etl.audit import parse
from etl.cli import main
from etl.errors import StorageError
from etl.manifest_model import check_manifest, parse_manifest, parse_tombstone
from etl.registry import open_registry
from etl.store.local import LocalStore
from etl.vocabulary import live_vocabulary
from tests.etl.registries import Folder, a_manifest, many

NIGHT = "2026-11-20"
NAME = f"manifests/{NIGHT}.json"
DIGEST = "0" * 64
FILE = {"path": f"data/{NIGHT}/sequences/train-00000-of-00001.parquet", "sha256": DIGEST, "rows": 1}


def given(**changes: object) -> bytes:
    return json.dumps(a_manifest(NIGHT, [FILE], [("a", "b")]) | changes).encode()


def with_file(**changes: object) -> bytes:
    return given(files=[FILE | changes])


def of_policy(**changes: object) -> bytes:
    return given(policy=json.loads(given())["policy"] | changes)


def test_a_manifest_as_a_run_writes_it_is_read_as_it_is():
    assert parse_manifest(NAME, given()) == json.loads(given())
    check_manifest(json.loads(given()))


BELOW = f"data/{NIGHT}"
TRAIN = "train-00000-of-00001.parquet"
HOSTILE = {
    "no JSON": b"{",
    "no UTF-8": b'{"version": "\xff"}',
    "no object": b"[]",
    "a key twice": given().replace(b'"version"', b'"version": "2026-11-21", "version"', 1),
    "nested too deeply": given(more=json.loads("[" * 40 + "]" * 40)),
    "nested without end": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "a number beyond all": given(k=10).replace(b'"k": 10', b'"k": 1' + b"0" * 400, 1),
    "not a number": given().replace(b'"k": 10', b'"k": NaN', 1),
    "too large": given(more="x" * (17 << 20)),
    "a version that is no night": given(version="latest"),
    "a version that is a path": given(version="../../2026-11-20"),
    "a version on a day that does not exist": given(version="2026-02-30"),
    "a version that is another than its name": given(version="2026-11-21"),
    "a version in other digits": given(version="\u0662026-11-20"),
    "a version that ends a line": given(version=f"{NIGHT}\n"),
    "a file above": with_file(path=f"{BELOW}/../../../x"),
    "a file above, by its last parts": with_file(path=f"{BELOW}/sequences/../{TRAIN}"),
    "an absolute file": with_file(path=f"/{BELOW}/sequences/{TRAIN}"),
    "a file on a drive": with_file(path=f"C:{BELOW}/sequences/{TRAIN}"),
    "a file behind backslashes": with_file(path=f"{BELOW}\\sequences\\{TRAIN}"),
    "a file of another version": with_file(path=f"data/2026-11-21/sequences/{TRAIN}"),
    "a file with a NUL": with_file(path=f"{BELOW}/sequences/{TRAIN}\0"),
    "a file that ends a line": with_file(path=f"{BELOW}/sequences/{TRAIN}\n"),
    "a file not in normal form": with_file(path=f"{BELOW}//sequences/{TRAIN}"),
    "a file in .private": with_file(path=f".private/{TRAIN}"),
    "a file twice": given(files=[FILE, FILE]),
    "a digest that is none": with_file(sha256="0" * 63),
    "a digest in capitals": with_file(sha256="A" * 64),
    "rows below nothing": with_file(rows=-1),
    "rows as text": with_file(rows="1"),
    "rows beyond all": with_file(rows=2**62),
    "files that are no list": given(files={}),
    "a window that ends before it begins": given(
        window={"first": NIGHT, "last": "2026-11-19", "timezone": "UTC"}
    ),
    "a window without end": given(window={"first": "0001-01-01", "last": "9999-12-31", "timezone": "UTC"}),
    "a zone that is a path": given(window={"first": NIGHT, "last": NIGHT, "timezone": "../../etc/passwd"}),
    "k as text": given(k="10"),
    "k as yes": given(k=True),
    "no policy": given(policy=None),
    "a purpose that is no text": of_policy(purpose=["x"]),
    "nights that may be late without end": of_policy(late_days=10**9),
    "people below nothing": given(people=-1),
    "people that are told in a way nobody knows": given(people="<script>"),
    "a share above everything": given(share={"transitions": 1.5, "events": 1.0}),
    "rows that do not say how many were kept": given(rows={"read": 5}),
    "a histogram that is none": given(support_histogram=None),
    "a histogram of words": given(support_histogram=[["a", "b"]]),
    "lengths of words": given(lengths={"a": 1}),
    "a vocabulary elsewhere": given(vocabulary_file={"path": "../x.json", "sha256": DIGEST}),
    "a vocabulary among the manifests": given(vocabulary_file={"path": NAME, "sha256": DIGEST}),
    "numbers of actions without end": given(tokenizer={"next_id": 2**60}),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_manifest_is_refused_in_a_sentence(content):
    with pytest.raises(StorageError, match=r"cannot be used|of another version"):
        parse_manifest(NAME, content)


def test_what_no_reader_would_take_is_never_written():
    with pytest.raises(ValueError, match="night"):
        check_manifest(json.loads(given(version="../x")))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "../x"},
        {"version": "2026-11-21"},
        {"reason": 1},
        {"manifest_sha256": "x"},
        {"withdrawn_at": None},
    ],
)
def test_a_hostile_tombstone_is_refused(changes):
    good = {"version": NIGHT, "withdrawn_at": "2026-12-01", "reason": "r", "manifest_sha256": DIGEST}
    name = f"withdrawn/{NIGHT}.json"
    assert parse_tombstone(name, json.dumps(good).encode()) == good
    with pytest.raises(StorageError):
        parse_tombstone(name, json.dumps(good | changes).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "../../x"},
        {"seq": True},
        {"seq": "1"},
        {"prev": "x"},
        {"reason": []},
        {"manifest_sha256": 1},
    ],
)
def test_a_hostile_audit_entry_is_refused_before_anything_is_done_again(changes):
    good = {"seq": 1, "time": "t", "event": "withdrawn", "prev": DIGEST, "version": NIGHT}
    good |= {"reason": "r", "manifest_sha256": DIGEST}
    name = ".private/audit/00000001.json"
    assert parse(name, json.dumps(good).encode()).version == NIGHT
    with pytest.raises(StorageError):
        parse(name, json.dumps(good | changes).encode())


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "registry")
    made.publish(NIGHT, many("step", 30))
    return made


@pytest.mark.parametrize("tokens", [[], {"a": "1"}, {"a": True}, {"a": -1}, {"a": 2**40}, None])
def test_a_hostile_vocabulary_is_refused(folder, tokens):
    manifest = folder.versions()[0].manifest
    content = json.dumps({"tokens": tokens}).encode()
    (folder.root / manifest["vocabulary_file"]["path"]).write_bytes(content)
    manifest["vocabulary_file"]["sha256"] = sha256(content).hexdigest()
    (folder.root / NAME).write_text(json.dumps(manifest))
    with pytest.raises(StorageError):
        live_vocabulary(open_registry(folder.root).versions(), folder.read)


COMMANDS = {
    "pull": ("pull", NIGHT, "DEST"),
    "pull as of": ("pull", "--as-of", "2027-01-01", "DEST"),
    "show": ("show", NIGHT),
    "report": ("report", NIGHT),
    "versions": ("versions",),
    "diff": ("diff", NIGHT, NIGHT),
    "verify": ("verify",),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("kind", ["a path as a version", "a link", "a pipe", "a folder", "no JSON"])
def test_no_command_follows_it_or_ends_as_a_bug(folder, tmp_path, command, kind, capsys):
    manifest, outside = folder.root / NAME, tmp_path / "outside"
    outside.mkdir()
    (outside / "m.json").write_bytes(manifest.read_bytes())
    said = manifest.read_bytes()
    manifest.unlink()
    if kind == "a path as a version":
        (folder.root / "manifests/2020-01-01.json").write_bytes(
            said.replace(b'"version": "2026-11-20"', b'"version": "../../outside/2026-11-20"')
        )
    elif kind == "a link":
        manifest.symlink_to(outside / "m.json")
    elif kind == "a pipe":
        os.mkfifo(manifest)
    elif kind == "a folder":
        manifest.mkdir()
        (manifest / "x.json").write_bytes(said)
    else:
        manifest.write_bytes(b"\x1b]0;title\x07")
    destination = tmp_path / "in" / "copy"
    words = [str(destination) if word == "DEST" else word for word in command]
    code = main([*words, "--registry", str(folder.root)])
    assert code in (2, 74)
    assert not destination.exists()
    assert [path.name for path in outside.iterdir()] == ["m.json"]
    assert "\x1b" not in capsys.readouterr().err


def test_a_data_file_that_is_a_link_is_not_copied(folder, tmp_path):
    secret = tmp_path / "secret"
    path = folder.root / folder.versions()[0].files[0]["path"]
    secret.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(secret)
    assert main(["pull", NIGHT, str(tmp_path / "copy"), "--registry", str(folder.root)]) == 74
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("linked", ["data", ".private", ".private/staging", ".private/state/2026-11-20"])
def test_nothing_is_written_through_a_link_of_a_registry(tmp_path, linked):
    store, outside = LocalStore(tmp_path / "registry"), tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    store.root.joinpath(linked).parent.mkdir(parents=True)
    store.root.joinpath(linked).symlink_to(outside)
    for write in (store.prepare, store.clean):
        with pytest.raises(StorageError, match="is a link"):
            write()
    assert [path.name for path in outside.iterdir()] == ["precious"]


def test_the_lock_is_not_taken_through_a_link(tmp_path):
    (tmp_path / ".private").mkdir()
    (tmp_path / "precious").write_text("x")
    (tmp_path / ".private/lock").symlink_to(Path("../precious"))
    with pytest.raises(StorageError), LocalStore(tmp_path).locked():
        pass
    assert (tmp_path / "precious").read_text() == "x"


def test_more_versions_than_a_registry_can_have_are_not_read(folder, monkeypatch):
    monkeypatch.setattr("etl.registry.MOST_VERSIONS", 0)
    with pytest.raises(StorageError, match="holds more than"):
        open_registry(folder.root).versions()
