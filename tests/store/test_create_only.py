"""A server that ignores `If-None-Match` is noticed before anything is written that only one run may write."""

from __future__ import annotations

import fsspec
import pytest

from etl.cli import main
from etl.doctor_registry import check_registry
from etl.errors import ConfigError, StorageError
from etl.layout import CREATE_ONLY
from etl.registry import Registry
from etl.store.objects import Objects
from etl.store.remote import FsspecStore
from tests.store.places import new_bucket


def names(root: str) -> list[str]:
    return Objects(root).names()


def levels(root: str) -> list[str]:
    return [finding.level for finding in check_registry(root)]


def test_who_refuses(s3):
    root = f"s3://{new_bucket()}/reg"
    store = Objects(root)
    assert store.refuses_second("a")  # made by this, and refused
    before = store.read("a")
    assert store.refuses_second("a")  # was there
    assert store.read("a") == before


def test_who_does_not_refuse(careless_s3):
    assert not Objects(f"s3://{new_bucket()}/reg").refuses_second("a")


def test_a_server_that_says_that_it_has_none(s3, monkeypatch):
    store = Objects(f"s3://{new_bucket()}/reg")

    def fail(code: str):
        error = OSError("no")
        error.response = {"Error": {"Code": code}}  # type: ignore[attr-defined]

        def pipe_file(*_, **__):
            raise error

        monkeypatch.setattr(store.fs, "pipe_file", pipe_file)

    fail("NotImplemented")
    assert not store.refuses_second("a")
    fail("AccessDenied")
    with pytest.raises(StorageError, match="AccessDenied"):
        store.refuses_second("a")


def test_nothing_is_made_on_such_a_server(careless_s3, tmp_path):
    root = f"s3://{new_bucket()}/reg"
    with pytest.raises(ConfigError, match="conditional writes"):
        Registry(root).create()
    assert names(root) == []


def test_a_registry_that_was_moved_there_gives_no_lock(careless_s3):
    root = f"s3://{new_bucket()}/reg"
    fsspec.filesystem("s3", skip_instance_cache=True).pipe_file(f"{root}/.private/registry", b"")
    with pytest.raises(ConfigError, match="conditional writes"), FsspecStore(root).locked():
        pass
    assert names(root) == [".private/registry"]


def test_the_first_run_is_refused(careless_s3, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", "6b" * 32)
    (tmp_path / "log.jsonl").write_text('{"user_id": "quokka", "ts": 1, "event_type": "click", "app": "x"}\n')
    given = "--source native --window all --participation none --log-format json --lineage none"
    root = f"s3://{new_bucket()}/reg"
    assert main(["run", *given.split(), "--input", str(tmp_path / "log.jsonl"), "--registry", root]) == 2
    assert "If-None-Match" in capfd.readouterr().err
    assert names(root) == []


def test_the_doctor_finds_it_and_leaves_nothing(careless_s3):
    root = f"s3://{new_bucket()}/reg"
    assert levels(root)[0] == "FAIL"
    assert names(root) == []


def test_the_doctor_leaves_nothing_where_all_is_well(s3):
    root = f"s3://{new_bucket()}/reg"
    assert levels(root) == ["OK", "OK"]
    assert names(root) == []
    Registry(root).create()
    before = Objects(root).read(CREATE_ONLY)
    assert set(levels(root)) == {"OK"}
    assert Objects(root).read(CREATE_ONLY) == before


def test_the_doctor_writes_nothing_into_what_is_somebody_elses(s3):
    root = f"s3://{new_bucket()}/reg"
    Objects(root).create("elses.txt", b"1")
    assert levels(root) == ["FAIL"]
    assert names(root) == ["elses.txt"]
