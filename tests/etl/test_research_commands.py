"""`desirepath versions`, `show`, `diff`, `pull` and `verify`, as a researcher types them."""

from __future__ import annotations

import json
import signal
import uuid

import pytest
from tokenizers import Tokenizer

from etl.cli import main
from etl.store import open_store
from tests.etl import workplace
from tests.etl.registries import Folder, many

OLD, GONE, NEW = "2026-11-20", "2026-11-21", "2026-11-22"


@pytest.fixture(autouse=True)
def _handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "registry")
    made.publish(OLD, many("open", 30) | {("only", "old"): 50})
    made.publish(GONE, many("run", 30))
    made.publish(NEW, many("open", 30) | {("only", "new", "[b]bold[/b]"): 50})
    made.withdraw(GONE, "a wrong mapping")
    return made


@pytest.fixture
def ask(folder, capsys):
    def ask(*arguments: str, code: int = 0) -> str:
        assert main([*map(str, arguments), "--registry", str(folder.root)]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return ask


def test_versions_tells_what_is_live_and_what_is_not(ask):
    lines = ask("versions").splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        [OLD, "live", OLD],
        [GONE, "withdrawn", GONE],
        [NEW, "live", NEW],
    ]
    assert "withdrawn: a wrong mapping" in lines[2]
    assert "62.5%" in lines[1]


def test_versions_for_programs(ask):
    told = {one["version"]: one for one in json.loads(ask("versions", "--json"))}
    assert [told[name]["state"] for name in (OLD, GONE, NEW)] == ["live", "withdrawn", "live"]
    assert told[GONE]["withdrawn"]["reason"] == "a wrong mapping"
    assert (told[OLD]["records"], told[OLD]["k"], told[OLD]["people"]) == (39, 10, 60)
    assert told[OLD]["share"] == {"events": 0.9, "transitions": 0.625}


def test_show_prints_the_manifest_and_that_it_is_withdrawn(ask, folder):
    assert json.loads(ask("show", OLD)) == folder.versions()[0].manifest
    said = ask("show", GONE)
    assert said.endswith(f"version {GONE} is withdrawn: a wrong mapping\n")
    assert "no version of that name" in ask("show", "2026-11-25", code=2)


def test_diff_in_words_and_for_programs(ask):
    said = ask("diff", OLD, NEW)
    assert "[b]bold[/b]" in said  # an action is no markup
    found = json.loads(ask("diff", OLD, NEW, "--json"))
    assert found["rows"] == {"added": 1, "removed": 1, "common": 38}
    assert found["actions"]["lost"] == ["old"]
    assert f"{found['drift']['actions']:.4f} bits" in said
    assert "withdrawn on 2026-12-01" in ask("diff", OLD, GONE, code=2)


def test_diff_names_few_actions(folder, ask):
    folder.publish("2026-11-23", many("other", 30))
    assert "… and 23 more" in ask("diff", OLD, "2026-11-23")


def test_pull_one_and_pull_as_of(ask, folder, tmp_path):
    assert "verified" in ask("pull", NEW, tmp_path / "one")
    assert "holds them already" in ask("pull", NEW, tmp_path / "one")
    assert "verified" in ask("pull", "--as-of", GONE, tmp_path / "as-of")
    assert [path.stem for path in (tmp_path / "as-of" / "manifests").iterdir()] == [OLD]
    assert main(["verify", "--registry", str(tmp_path / "one")]) == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([GONE, "copy"], "a wrong mapping"),
        (["2026-11-25", "copy"], "no version of that name"),
        (["copy"], "what to copy and where to"),
        (["--as-of", NEW, OLD, "copy"], "what to copy and where to"),
        (["--as-of", "yesterday", "copy"], "must be a date"),
        (["--as-of", "2026-11-19", "copy"], "no live version up to"),
    ],
)
def test_pull_says_what_is_wrong(ask, tmp_path, monkeypatch, arguments, why):
    monkeypatch.chdir(tmp_path)
    assert why in ask("pull", *arguments, code=2)
    assert not (tmp_path / "copy").exists()


def test_a_remote_registry_is_pulled_through_its_store(folder, tmp_path, capsys):
    url = f"memory://{uuid.uuid4().hex}/registry"
    store = open_store(url)
    for path in (path for path in folder.root.rglob("*") if path.is_file()):
        store.create(str(path.relative_to(folder.root)), path.read_bytes())
    assert main(["pull", "--as-of", NEW, str(tmp_path / "copy"), "--registry", url]) == 0
    assert main(["pull", GONE, str(tmp_path / "gone"), "--registry", url]) == 2
    assert "a wrong mapping" in capsys.readouterr().err
    for command in (["verify"], ["versions", "--json"], ["diff", OLD, NEW]):
        assert main([*command, "--registry", url]) == 0
    assert main(["verify", "--registry", str(tmp_path / "copy")]) == 0


def test_verify(ask, folder):
    files = sum(len(version.files) for version in folder.versions())
    said = ask("verify")
    assert said.startswith(f"{files} files of 2 versions are what their manifests say")
    assert said.endswith("of 1 withdrawn ones no data is left\n")
    (folder.root / "tokenizer.json").write_text("{}")
    assert "tokenizer.json is not what the versions say" in ask("verify", code=74)


def test_no_registry_is_told(tmp_path, capsys):
    assert main(["versions", "--registry", str(tmp_path)]) == 2
    assert "is not a registry" in capsys.readouterr().err


def test_a_run_numbers_the_actions_that_it_releases(tmp_path, monkeypatch, capsys):
    """From a log to a tokenizer, through the registry and out of it."""
    monkeypatch.setenv("DESIREPATH_KEY", workplace.KEY)
    people = [f"user{at}" for at in range(12)]
    workplace.write_log(
        tmp_path, (event for at, who in enumerate(people) for event in workplace.habit(who, "writing", at))
    )
    workplace.write_participation(
        tmp_path, (f"{who},{who},unit{at % 4},participates" for at, who in enumerate(people))
    )
    manifest = workplace.go(tmp_path).manifest
    root, version = tmp_path / "registry", manifest["version"]
    tokens = json.loads((root / "vocabulary" / f"{version}.json").read_text())["tokens"]
    assert manifest["tokenizer"] == {"next_id": 4 + len(tokens), "new": len(tokens)}
    assert len(tokens) == manifest["vocabulary"] > 0
    assert Tokenizer.from_file(str(root / "tokenizer.json")).get_vocab().items() > tokens.items()
    assert main(["verify", "--registry", str(root)]) == 0
    assert main(["pull", version, str(tmp_path / "copy"), "--registry", str(root)]) == 0
    assert main(["withdraw", version, "--reason", "a test", "--registry", str(root)]) == 0
    assert Tokenizer.from_file(str(root / "tokenizer.json")).get_vocab_size() == 4 + len(tokens)
    assert not tokens.keys() & Tokenizer.from_file(str(root / "tokenizer.json")).get_vocab().keys()
    assert main(["verify", "--registry", str(root)]) == 0
    assert main(["pull", version, str(tmp_path / "other"), "--registry", str(root)]) == 2
