"""`load_dataset` in every way that the card promises, each time in a process that knows nothing of the one before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.pull import as_of, pull
from tests.etl.registries import Folder, many
from transforms.records import record_digest, split_of

RECORDS = {
    "2026-11-20": many("Mail open", 70),
    "2026-11-21": many("Editor run", 50),
    "2026-11-22": many("Wiki", 40),
}

LOAD = """
import json, sys
from datasets import load_dataset
def load(ask):
    try:
        loaded = load_dataset(ask["path"], *ask.get("name", []), **ask.get("more", {}))
        return {split: [(row["actions"], row["occurrences"]) for row in rows] for split, rows in loaded.items()}
    except Exception as error:
        return f"{type(error).__name__}: {error}"
print(json.dumps([load(ask) for ask in json.loads(sys.argv[1])]))
"""


def ask(path: Path, name: str | None = None, *, streaming: bool = False) -> dict[str, Any]:
    return {"path": str(path), "name": [name] if name else [], "more": {"streaming": streaming}}


def load(home: Path, *asked: dict[str, Any]) -> list[Any]:
    """What a fresh process gets, in this cache: rows by split, or how it failed."""
    env = os.environ | {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", LOAD, json.dumps(asked)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


def rows(loaded: Any) -> dict[tuple[str, ...], int]:
    assert isinstance(loaded, dict), loaded
    found = [(tuple(actions), n) for split in loaded.values() for actions, n in split]
    assert len(dict(found)) == len(found)
    return dict(found)


def sequences(*versions: str) -> dict[tuple[str, ...], int]:
    return {row: n for version in versions for row, n in RECORDS[version].items() if len(row) > 1}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A registry, and a cache that has seen it."""
    base = tmp_path_factory.mktemp("load")
    folder = Folder(base / "registry")
    for version, records in RECORDS.items():
        folder.publish(version, records)
    asked = (
        ask(folder.root),
        ask(folder.root, "2026-11-21"),
        ask(folder.root, "2026-11-21-actions"),
        ask(folder.root, streaming=True),
        ask(folder.root, "2026-11-20", streaming=True),
    )
    return folder, base, load(base / "home", *asked)


def test_every_way_gives_what_was_published(world):
    _, _, (default, version, actions, streamed, streamed_version) = world
    assert rows(default) == rows(streamed) == sequences(*RECORDS)
    assert rows(version) == sequences("2026-11-21")
    assert rows(actions) == {row: n for row, n in RECORDS["2026-11-21"].items() if len(row) == 1}
    assert rows(streamed_version) == sequences("2026-11-20")


def test_a_row_is_in_the_split_of_its_hash(world):
    for loaded in world[2]:
        for split, found in loaded.items():
            assert {split_of(record_digest(actions)) for actions, _ in found} == {split}


def test_a_pulled_copy_and_a_registry_after_a_withdrawal(world):
    """In the cache that has seen all three: it must not serve what is gone."""
    folder, base, _ = world
    pull(as_of(folder.versions(), date(2026, 11, 21)), folder.read, base / "as-of" / "registry")
    folder.withdraw("2026-11-20")
    asked = (
        ask(folder.root),
        ask(folder.root, "2026-11-20"),
        ask(folder.root, "2026-11-20-actions", streaming=True),
        ask(folder.root, "2026-11-22"),
        ask(base / "as-of" / "registry"),
    )
    default, gone, gone_streamed, version, copy = load(base / "home", *asked)
    assert rows(default) == sequences("2026-11-21", "2026-11-22")
    assert gone.startswith("ValueError: BuilderConfig '2026-11-20' not found.")
    assert gone_streamed.startswith("ValueError: BuilderConfig '2026-11-20-actions' not found.")
    assert rows(version) == sequences("2026-11-22")
    assert rows(copy) == sequences("2026-11-20", "2026-11-21")
    for version in ("2026-11-21", "2026-11-22"):
        folder.withdraw(version)
    (empty,) = load(base / "home", ask(folder.root))
    assert empty.startswith("DataFilesNotFoundError")


def test_an_empty_registry_says_that_it_is(tmp_path):
    folder = Folder(tmp_path / "registry")
    folder.publish("2026-11-20", {})
    (empty,) = load(tmp_path / "home", ask(folder.root))
    assert empty.startswith("DataFilesNotFoundError")
