"""What every store promises, on each kind of place: `etl.store.protocol`."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.errors import ConfigError, LockedError
from etl.store import is_url, open_store
from etl.store.local import LocalStore
from tests.store.places import Place, tree


@pytest.fixture
def store(place: Place):
    opened = place.open()
    opened.prepare()
    return opened


def names(store) -> list[str]:
    return [name for name in store.names() if not name.startswith(".private/")]


def test_what_is_written_is_read(store):
    store.replace("a/b/c.json", b"1")
    store.replace("a/b/c.json", b"2")
    store.create("a/d", b"")
    assert store.read("a/b/c.json") == b"2"
    assert store.read("a/d") == b""
    assert store.read_all("a") == {"a/b/c.json": b"2", "a/d": b""}
    assert names(store) == store.names("a") == ["a/b/c.json", "a/d"]
    assert "a" in store.top()


def test_what_is_not_there(store):
    for reading in (store.read, store.open):
        with pytest.raises(FileNotFoundError):
            reading("a/nothing")
    assert not store.exists("a/nothing")
    assert store.names("a") == []
    assert store.read_all("a") == {}
    store.remove("a/nothing")
    store.remove_tree("a")


def test_a_folder_is_no_object_and_a_prefix_no_folder(store):
    store.replace("ab/c", b"1")
    store.replace("a/c", b"2")
    assert not store.exists("a")
    assert store.exists("a/c")
    assert store.names("a") == ["a/c"]
    store.remove_tree("a")
    assert names(store) == ["ab/c"]


def test_what_others_write_is_seen_at_once(store, place):
    other = place.open()
    assert other.names("a") == []
    assert not other.exists("a/b")
    store.create("a/b", b"1")
    assert other.names("a") == ["a/b"]
    assert other.exists("a/b")
    store.remove("a/b")
    assert other.names("a") == []
    assert not other.exists("a/b")


def test_create_only_never_replaces(store):
    store.create("a", b"1")
    with pytest.raises(FileExistsError):
        store.create("a", b"2")
    assert store.read("a") == b"1"
    store.create("a", b"1")  # its own answer that got lost


def test_of_several_writers_one_wins(place):
    writers = [place.open() for _ in range(8)]
    writers[0].prepare()
    won, gate = [], threading.Barrier(len(writers))

    def write(number: int) -> None:
        gate.wait()
        try:
            writers[number].create("a/b", b"%d" % number)
        except FileExistsError:
            return
        won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(writers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if place.kind == "memory":  # no server that refuses: it is the lock that keeps writers apart there
        assert won
        return
    assert len(won) == 1
    assert writers[0].read("a/b") == b"%d" % won[0]


def test_a_tree(store, tmp_path):
    store.put_tree(tree(tmp_path / "t", x__one=b"1", x__y__two=b"2", three=b"3"), "data/v")
    assert store.read_all("data") == {"data/v/three": b"3", "data/v/x/one": b"1", "data/v/x/y/two": b"2"}
    with pytest.raises(FileExistsError):
        store.put_tree(tree(tmp_path / "t", four=b"4"), "data/v")
    assert store.read("data/v/three") == b"3"
    assert len(store.names("data")) == 3
    store.remove_tree("data/v")
    assert store.names("data") == []
    store.put_tree(tree(tmp_path / "t", four=b"4"), "data/v")
    assert store.names("data") == ["data/v/four"]


def test_parquet_is_read_from_it(store):
    table = pa.table({"x": list(range(1000))})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    store.replace("t.parquet", sink.getvalue())
    with store.open("t.parquet") as stream:
        assert pq.ParquetFile(stream).read().equals(table)


def test_one_holder_at_a_time(store, place):
    other = place.open()
    with store.locked():
        store.replace("a", b"1")
        with pytest.raises(LockedError, match="another run holds the lock"), other.locked():
            pass
    with other.locked(), pytest.raises(LockedError), store.locked():
        pass
    with store.locked():
        pass


def test_the_lock_is_let_go_of_when_its_holder_fails(store, place):
    with pytest.raises(KeyboardInterrupt), store.locked():
        raise KeyboardInterrupt
    with place.open().locked():
        pass


def test_it_says_where_an_object_is(store, place):
    assert store.describe("a/b").startswith(place.root)
    assert store.describe("a/b").endswith("/a/b")
    assert store.describe() == place.root


def test_what_is_a_url():
    assert is_url("s3://bucket/prefix")
    assert not is_url("/srv/registry")
    assert not is_url("registry")
    assert isinstance(open_store("file:///srv/registry"), LocalStore)
    assert open_store("file:///srv/registry").describe() == "/srv/registry"


def test_a_url_that_nobody_knows_and_one_with_a_password():
    with pytest.raises(ConfigError) as caught:
        open_store("nowhere://user:secret@host/x")
    assert "secret" not in str(caught.value)
    assert open_store("memory://user:secret@host/x").describe("a") == "memory://host/x/a"


def test_a_local_store_passes_over_what_a_kill_left_and_removes_it(tmp_path):
    store = LocalStore(tmp_path)
    store.prepare()
    for name in (".README.md.1.partial", "manifests/.v.json.2.partial", ".private/runs/.r.json.3.partial"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"half")
    assert store.names() == []
    store.clean()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_private_stays_so_and_what_is_published_does_not(tmp_path):
    store = LocalStore(tmp_path / "registry")
    store.prepare()
    assert (tmp_path / "registry" / ".private").stat().st_mode & 0o777 == 0o700

    def staged() -> Path:
        folder = tree(tmp_path / "t", x__one=b"1")
        for inner in (folder, folder / "x"):
            inner.chmod(0o700)
        return folder

    store.put_tree(staged(), "data/v")
    assert (tmp_path / "registry" / "data" / "v" / "x").stat().st_mode & 0o777 == 0o755
    store.put_tree(staged(), ".private/quarantine/r")
    store.create(".private/audit/1.json", b"1")
    store.replace(".private/runs/1.json", b"1")
    inside = [path for path in (tmp_path / "registry" / ".private").rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in inside} == {0o700}
    assert len(inside) == 5
