"""The lock of a remote registry: who holds it, who takes over from a run that was killed, and who has lost it."""

from __future__ import annotations

import copy
import time
from pathlib import Path

import orjson
import pytest

from etl.errors import ConfigError, LockedError, StorageError
from etl.store import open_store
from etl.store.lease import Lease
from etl.store.remote import FsspecStore
from tests.store.places import Place, new_place

LEASE_S = 3.0


@pytest.fixture(params=["s3", "memory"])
def remote(request: pytest.FixtureRequest, s3: str, tmp_path: Path) -> Place:
    return new_place(request.param, tmp_path)


def killed(store: FsspecStore, seconds: float = LEASE_S) -> Lease:
    """A holder that was killed: it renews no more, and never let go."""
    lease = Lease(store, seconds)
    lease.acquire()
    lease._stop.set()
    lease._thread.join()
    return lease


def test_a_killed_holder_is_followed_when_its_lease_has_expired(remote):
    store = remote.open(lease_s=LEASE_S)
    began = time.time()
    killed(store)
    with pytest.raises(LockedError, match="ends by itself within 3 s"), store.locked():
        pass
    followed = False
    while not followed and time.time() - began < 10 * LEASE_S:
        try:
            with store.locked():
                followed = True
        except LockedError:
            time.sleep(0.1)
    assert followed
    assert time.time() - began >= LEASE_S


def test_a_living_holder_keeps_it_for_longer_than_a_lease(remote):
    store, other = remote.open(lease_s=LEASE_S), remote.open(lease_s=LEASE_S)
    with store.locked():
        end = time.time() + 2 * LEASE_S
        while time.time() < end:
            with pytest.raises(LockedError), other.locked():
                pass
            time.sleep(0.2)
        store.create("a", b"1")


def test_who_was_taken_for_dead_writes_nothing_more(remote, tmp_path):
    """A holder that slept over its lease: every writing is refused, reading is not, and the successor is not disturbed."""
    store, other = remote.open(lease_s=0.4), remote.open()
    store.create("before", b"1")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "x").write_bytes(b"1")
    with store.locked():
        store._lease._stop.set()
        store._lease._thread.join()
        time.sleep(0.5)
        with other.locked():
            for write in (
                lambda: store.create("a", b"1"),
                lambda: store.replace("before", b"2"),
                lambda: store.remove("before"),
                lambda: store.remove_tree("before"),
                lambda: store.put_tree(tmp_path / "t", "t"),
            ):
                with pytest.raises(LockedError, match="was lost"):
                    write()
            assert store.read("before") == b"1"
    assert [name for name in other.names() if not name.startswith(".private/")] == ["before"]
    with pytest.raises(LockedError), other.locked(), remote.open().locked():
        pass


def test_a_lease_that_expired_unnoticed_is_taken_anew(remote):
    """The machine slept, or the network was gone, and nobody came: the work of hours is not lost."""
    store, other = remote.open(lease_s=0.4), remote.open()
    with store.locked():
        store._lease._stop.set()
        store._lease._thread.join()
        time.sleep(0.5)
        store.create("a", b"1")
        assert [name[-2:] for name in store.names(".private/lock")] == ["02"]
        time.sleep(0.5)
        with other.locked():
            pass
        with pytest.raises(LockedError, match="was lost"):  # somebody came and went
            store.create("b", b"1")
    assert not other.exists("b")


def test_a_holder_that_sees_its_successor_knows(s3, tmp_path):
    """Their clocks differ: the successor came before the lease had run out by the holder's."""
    store = new_place("s3", tmp_path).open(lease_s=1.0)
    with store.locked():
        store._lease._objects.replace(Lease._name(store._lease._number + 1), b"{}")
        time.sleep(0.8)
        with pytest.raises(LockedError):
            store.create("a", b"1")


def test_a_run_that_was_slow_to_take_the_lock_does_not_take_an_old_number(s3, tmp_path, monkeypatch):
    """It saw number 1 as ended; until it creates number 2, others have taken 2 and 3 and removed what was before."""
    store = new_place("s3", tmp_path).open()
    with store.locked():
        pass
    slow, look = Lease(store, 60), Lease._numbers
    seen = look(slow)
    for _ in range(2):
        with store.locked():
            pass
    asked = []
    monkeypatch.setattr(
        Lease, "_numbers", lambda self: asked.append(1) or (seen if len(asked) == 1 else look(self))
    )
    with pytest.raises(LockedError):
        slow.acquire()
    assert look(slow) == [3]


def test_old_leases_are_removed(remote):
    store = remote.open()
    for _ in range(4):
        with store.locked():
            pass
    (last,) = store.names(".private/lock")
    assert last.endswith("00000004")
    assert orjson.loads(store.read(last))["released"]


def test_the_time_of_a_lease_can_be_set(monkeypatch):
    monkeypatch.setenv("DESIREPATH_LEASE_SECONDS", "7")
    assert open_store("memory://x/y")._lease_s == 7
    for wrong in ("soon", "0", "nan"):
        monkeypatch.setenv("DESIREPATH_LEASE_SECONDS", wrong)
        with pytest.raises(ConfigError):
            open_store("memory://x/y")


def test_what_fails_is_told_and_no_value_in_it(s3, tmp_path, monkeypatch):
    store = FsspecStore("s3://no-such-bucket-here/reg")
    with pytest.raises(
        StorageError, match=r"s3://no-such-bucket-here/reg/a failed: NoSuchBucket; check that the bucket"
    ):
        store.replace("a", b"quokka")
    with pytest.raises(StorageError, match="check that the bucket"):
        store.create("a", b"quokka")
    assert store.top() == store.names() == []
    good = new_place("s3", tmp_path).open()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    options = {"config_kwargs": {"retries": {"max_attempts": 0}, "connect_timeout": 1}}
    unreachable = FsspecStore(good.url, **options)
    unreachable.fs.retries = 1
    with pytest.raises(StorageError, match="EndpointConnectionError; check the place and the way to it"):
        unreachable.read("a")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageError, match="NoCredentialsError; give the credentials"):
        FsspecStore(good.url).read("a")


def test_permission_denied_is_told(s3, tmp_path):
    from botocore.exceptions import ClientError

    store = new_place("s3", tmp_path).open()
    broken = copy.copy(store)

    class Denying:
        def pipe_file(self, *_: object, **__: object) -> None:
            answer = {"Error": {"Code": "AccessDenied", "Message": "quokka"}}
            raise PermissionError("quokka") from ClientError(answer, "PutObject")

    broken.fs = Denying()
    with pytest.raises(StorageError) as caught:
        broken.replace("a", b"1")
    assert "AccessDenied; let this user write there" in str(caught.value)
    assert "quokka" not in str(caught.value)
