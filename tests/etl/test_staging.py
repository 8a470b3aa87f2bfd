"""Staging on a folder that many machines share: files appear whole, a second attempt does no harm, a blind worker fails."""

from __future__ import annotations

import pickle
import threading

import pyarrow as pa
import pytest

from etl.errors import UnseenStagingError
from etl.registry import Registry
from etl.sealed import new_key, read_sealed, write_sealed
from etl.staging import Staging, staged, write_batch, write_bytes


@pytest.fixture
def staging(tmp_path):
    made = Staging(tmp_path / "run")
    made.create()
    return made


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_travels_to_who_sees_the_folder_and_to_nobody_else(staging):
    packed = pickle.dumps({"staging": staging})
    assert pickle.loads(packed)["staging"] == staging
    staging.remove()
    with pytest.raises(UnseenStagingError):
        pickle.loads(packed)


def test_two_attempts_at_one_file_do_not_meet(tmp_path):
    path = tmp_path / "file"
    with staged(path) as first, staged(path) as second:
        first.write_bytes(b"half of")
        second.write_bytes(b"the same")
        assert first != second
        assert not path.exists()
        first.write_bytes(b"the same")
    assert path.read_bytes() == b"the same"
    assert names(tmp_path) == ["file"]


def test_an_attempt_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    write_bytes(b"whole", path)

    def fail() -> None:
        with staged(path) as partial:
            partial.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"whole"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "write",
    [
        lambda staging: write_sealed(pa.table({"a": [1]}), staging.events(0), new_key()),
        lambda staging: write_bytes(b"{}", staging.outcome),
        lambda staging: write_batch(pa.record_batch({"a": [1]}), staging.release),
        lambda staging: staging.attempt().__enter__(),
    ],
)
def test_a_worker_that_outlives_the_run_brings_nothing_back(staging, write):
    staging.remove()
    with pytest.raises(FileNotFoundError):
        write(staging)
    assert not staging.root.exists()


def test_sealed_by_many_at_once(staging):
    key, table = new_key(), pa.table({"a": list(range(100_000))})
    path = staging.events(3)
    write_sealed(table, path, key)
    threads = [threading.Thread(target=write_sealed, args=(table, path, key)) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert read_sealed(path, key) == table
    assert names(path.parent) == [path.name]
    assert staging.buckets() == [3]


def test_an_attempt_at_the_release_is_apart_from_the_data(staging):
    with staging.attempt() as first, staging.attempt() as second:
        assert first != second
        assert staging.data not in (first.parent, second.parent)
        (first / "a").touch()
    assert names(staging.data) == []
    assert not first.exists()


def test_registries_that_stage_in_one_folder_leave_each_other_alone(tmp_path):
    shared = tmp_path / "shared"
    one, other = (Registry(tmp_path / name, staging=shared) for name in ("one", "other"))
    for registry in (one, other):
        registry.create()
    left, at_work = one.staging("a"), other.staging("b")
    assert left.root.is_relative_to(shared)
    one.repair()
    assert (left.root.exists(), at_work.root.exists()) == (False, True)


def test_what_was_staged_before_the_folder_was_named_is_removed_as_well(tmp_path):
    left = Registry(tmp_path / "registry").staging("a")
    again = Registry(tmp_path / "registry", staging=tmp_path / "shared")
    again.create()
    again.repair()
    assert not left.root.exists()
