"""Registries for the tests of stores: small versions, what must hold of a registry whatever happened, and kills."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from etl.audit_check import verify_chain
from etl.registry import Registry
from etl.store import Store
from tests.store.places import tree

WRITES = ("create", "replace", "put_tree", "remove", "remove_tree")


def manifest(version: str, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "version": version,
        "simulated": False,
        "window": {"first": version, "last": version, "timezone": "UTC"},
        "k": 10,
        "people": 10,
        "files": [
            {"path": f"data/{version}/{name}", "sha256": hashlib.sha256(content).hexdigest(), "rows": 1}
            for name, content in files.items()
        ],
        "policy": {
            "allow_low_k": False,
            "participation": "none",
            "min_outside_unit": 0,
            "purpose": "not stated",
            "works_agreement": "not stated",
        },
        "gates": [],
        "released": {"records": 1},
        "share": {"transitions": 0.5, "events": 0.5},
        "pool": {"generation": int(version[-2:])},
        "tokenizer": {"next_id": number(version) + 1, "new": 1},
        "vocabulary_file": {
            "path": f"vocabulary/{version}.json",
            "sha256": hashlib.sha256(vocabulary(version)).hexdigest(),
        },
    }


def number(version: str) -> int:
    """The number of a version's only action."""
    return 4 + int(version[-2:])


def vocabulary(version: str) -> bytes:
    return json.dumps({"tokens": {f"act of {version}": number(version)}}).encode()


def publish(registry: Registry, version: str, *, files: int = 2) -> None:
    """Publish a small version, as a run does."""
    contents = {
        f"sequences/train-{n:05d}-of-{files:05d}.parquet": b"%d of %a" % (n, version) for n in range(files)
    }
    staging = registry.staging(f"run-{version}")
    try:
        for name, content in contents.items():
            (staging.data / name).parent.mkdir(exist_ok=True)
            (staging.data / name).write_bytes(content)
        staging.vocabulary.write_bytes(vocabulary(version))
        registry.publish(staging, manifest(version, contents), "<!doctype html>")
    finally:
        staging.remove()


def card(registry: Registry) -> list[str]:
    """Every path that the card lists."""
    head = yaml.safe_load(registry.store.read("README.md").decode().split("---")[1])
    return sorted(
        path for config in head["configs"] for split in config["data_files"] for path in split["path"]
    )


def assert_readable(registry: Registry) -> None:
    """What holds at every moment, for whoever reads and repairs nothing: what the card lists is there."""
    assert set(card(registry)) <= set(registry.store.names("data"))


def assert_whole(registry: Registry) -> None:
    """What holds after a repair."""
    store, versions = registry.store, registry.versions()
    for version in versions:
        for file in version.all_files:
            assert hashlib.sha256(store.read(file["path"])).hexdigest() == file["sha256"]
        assert store.exists(f"reports/{version.name}.html")
    assert set(card(registry)) == {file["path"] for version in versions for file in version.files}
    listed = {file["path"] for version in versions for file in version.all_files}
    assert {*store.names("data"), *store.names("vocabulary")} == listed
    assert {PurePosixPath(name).stem for name in store.names("reports")} == {
        version.name for version in versions
    }
    assert verify_chain(store) == []
    assert store.names(".private/publishing") == []
    assert list(registry._staging.glob("*")) == []


class Killed(BaseException):
    """Nothing that is meant for errors may catch it."""


class Deadly:
    """A store whose `at`-th writing (counted from 1) never happens: its process was killed. Of a tree half is written."""

    def __init__(self, store: Store, at: int, scratch: Path) -> None:
        self._store, self._at, self._scratch = store, at, scratch
        self.written = 0
        self.atomic_trees = hasattr(store, "root")

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._store, name)
        if name not in WRITES:
            return operation

        def counted(*arguments: Any) -> Any:
            self.written += 1
            if self.written == self._at:
                if name == "put_tree" and not self.atomic_trees:
                    half(*arguments)
                raise Killed
            return operation(*arguments)

        def half(folder: Path, target: str) -> None:
            first = min(path for path in folder.rglob("*") if path.is_file())
            key = first.relative_to(folder).as_posix().replace("/", "__")
            self._store.put_tree(tree(self._scratch, **{key: first.read_bytes()}), target)

        return counted


def killed_at(registry: Registry, at: int, scratch: Path) -> tuple[Registry, Deadly]:
    """The same registry, in a process that will be killed."""
    deadly = Deadly(registry.store, at, scratch)
    return Registry(registry.root, deadly), deadly  # type: ignore[arg-type]
