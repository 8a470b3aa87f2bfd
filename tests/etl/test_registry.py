from __future__ import annotations

import json
import multiprocessing
from hashlib import sha256

import pyarrow as pa
import pytest
import yaml

from etl.errors import ConfigError, LockedError
from etl.parquet import write_release
from etl.registry import Registry
from etl.sealed import new_key, read_sealed, write_sealed
from etl.store.atomic import write_atomically
from etl.suppress import tell
from transforms.records import record_digest
from transforms.release import Release
from transforms.schemas import RELEASE


def released(*records: list[str], people: int = 10) -> Release:
    rows = sorted(records, key=record_digest)
    table = pa.table(
        {
            "actions": rows,
            "length": [len(r) for r in rows],
            "people": [people] * len(rows),
            "occurrences": [people] * len(rows),
        },
        schema=RELEASE,
    )
    import numpy as np

    counts = np.full(len(rows), people, np.int64)
    return Release(table, tuple(record_digest(r) for r in rows), counts, counts, 0, {})


def manifest(version: str, files: list[dict]) -> dict:
    return {
        "version": version,
        "simulated": False,
        "window": {"first": version, "last": version, "timezone": "UTC"},
        "k": 10,
        "files": files,
        "policy": {
            "allow_low_k": False,
            "min_outside_unit": 0,
            "participation": "none",
            "purpose": "not stated",
            "works_agreement": "not stated",
        },
        "people": 10,
        "gates": [],
        "released": {"records": 1},
        "share": {"transitions": 0.5, "events": 0.5},
    }


def publish(registry: Registry, version: str, *records: list[str]) -> None:
    staging = registry.staging(f"run-{version}")
    paths = write_release(released(*records), staging.data)
    files = [
        {
            "path": f"data/{version}/{p.relative_to(staging.data)}",
            "sha256": sha256(p.read_bytes()).hexdigest(),
            "rows": 0,
        }
        for p in paths
    ]
    registry.publish(staging, manifest(version, files), "<html>")
    staging.remove()


def head(registry: Registry) -> dict:
    return yaml.safe_load((registry.root / "README.md").read_text().split("---")[1])


@pytest.fixture
def registry(tmp_path):
    made = Registry(tmp_path / "registry")
    made.create()
    return made


def test_a_new_registry_serves_nothing(registry):
    (config,) = head(registry)["configs"]
    assert (config["config_name"], config["default"], config["data_files"]) == ("default", True, [])
    assert (registry.root / ".private").stat().st_mode & 0o777 == 0o700


def test_a_version_appears_with_its_configs(registry):
    publish(registry, "2026-11-21", *([f"a{i}", "b"] for i in range(40)), ["a"])
    names = [config["config_name"] for config in head(registry)["configs"]]
    assert names == ["default", "2026-11-21", "2026-11-21-actions"]
    default = head(registry)["configs"][0]["data_files"]
    assert default == head(registry)["configs"][1]["data_files"]


def test_a_split_without_rows_is_not_listed(registry):
    publish(registry, "2026-11-21", ["a", "b"])
    assert len(head(registry)["configs"][1]["data_files"]) == 1


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(ConfigError, match="not a registry"):
        Registry(tmp_path).create()
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_what_is_published_can_be_read_by_others(registry):
    publish(registry, "2026-11-21", ["a", "b"])
    modes = {path.stat().st_mode & 0o777 for path in (registry.root / "data").rglob("*") if path.is_dir()}
    assert modes == {0o755}


def test_a_version_is_written_once(registry):
    publish(registry, "2026-11-21", ["a", "b"])
    with pytest.raises(OSError):  # noqa: PT011
        publish(registry, "2026-11-21", ["a", "c"])
    assert json.loads((registry.root / "manifests" / "2026-11-21.json").read_text())["released"] == {
        "records": 1
    }


def test_what_an_interrupted_run_left_is_removed(registry):
    publish(registry, "2026-11-21", ["a", "b"])
    registry.staging("died")
    (registry.root / "data" / "2026-11-22" / "sequences").mkdir(parents=True)
    (registry.root / "data" / "mine").mkdir()
    (registry.root / ".private" / "publishing").mkdir(exist_ok=True)
    (registry.root / ".private" / "publishing" / "2026-11-22").touch()
    (registry.root / "reports" / "2026-11-22.html").write_text("x")
    registry.repair()
    assert sorted(path.name for path in (registry.root / "data").iterdir()) == ["2026-11-21", "mine"]
    assert list((registry.root / ".private" / "staging").iterdir()) == []
    assert [path.stem for path in (registry.root / "reports").iterdir()] == ["2026-11-21"]


def _hold(root, held, done):
    with Registry(root).locked():
        held.set()
        done.wait(30)


def test_two_runs_at_once_are_one(registry):
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(registry.root, held, done))
    other.start()
    assert held.wait(60)
    with pytest.raises(LockedError), registry.locked():
        pass
    done.set()
    other.join()
    with registry.locked():
        pass


def test_another_key_is_refused(registry):
    registry.check_key("aa")
    registry.check_key("aa")
    with pytest.raises(ConfigError, match="key"):
        registry.check_key("bb")


def test_create_only_never_replaces(tmp_path):
    write_atomically(tmp_path / "f", b"1", create_only=True)
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "f", b"2", create_only=True)
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_bytes() == b"1"


def test_sealed_tables_open_with_their_key_and_name_only(tmp_path):
    from cryptography.exceptions import InvalidTag

    key, path = new_key(), tmp_path / "a.sealed"
    table = pa.table({"person": [b"rosalind"] * 3})
    write_sealed(table, path, key)
    assert read_sealed(path, key).equals(table)
    assert b"rosalind" not in path.read_bytes()
    with pytest.raises(InvalidTag):
        read_sealed(path, new_key())
    with pytest.raises(InvalidTag):
        read_sealed(path.rename(tmp_path / "b.sealed"), key)


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        ({"cap": (50, 20), "rare_token": (39, 30)}, {"cap": 50, "rare_token": 30}),
        ({"cap": (50, 3), "rare_token": (39, 30), "x": (45, 40)}, {"other": 75, "x": 30}),
        ({"cap": (50, 3), "x": (5, 2), "rare_token": (39, 30)}, {"other": 75}),
        ({"cap": (50, 3)}, {"other": "< 10"}),
        ({"cap": (50, 3), "rare_token": (9, 9)}, {"other": "< 10"}),
        ({"cap": (0, 0)}, {}),
    ],
)
def test_a_reason_with_few_people_behind_it_is_told_with_another(reasons, told):
    assert tell(reasons, 10) == told
