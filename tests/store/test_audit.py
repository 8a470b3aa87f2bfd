"""The audit log: what it records, and that no change of it or of the registry goes unnoticed."""

from __future__ import annotations

import pytest

from etl.audit import append, read_chain
from etl.audit_check import verify_chain
from etl.canonical import dump
from etl.errors import ConfigError, LockedError, StorageError
from etl.registry import Registry
from tests.store.places import Place
from tests.store.registries import assert_whole, card, publish, vocabulary

FIRST, SECOND = "2026-11-21", "2026-11-22"


@pytest.fixture
def registry(place: Place) -> Registry:
    made = Registry(place.root, place.open())
    made.create()
    with made.locked():
        publish(made, FIRST)
        publish(made, SECOND)
        made.approve(SECOND, "worker", None)
        made.withdraw(FIRST, "wrong | mapping", "steward")
    return made


@pytest.fixture
def local(tmp_path) -> Registry:
    made = Registry(tmp_path / "registry")
    made.create()
    publish(made, FIRST)
    publish(made, SECOND)
    made.withdraw(FIRST, "wrong mapping", "steward")
    return made


def test_what_is_recorded(registry):
    assert_whole(registry)
    told = [(e.event, e.version, e.fields.get("by"), e.fields.get("run")) for e in read_chain(registry.store)]
    assert told == [
        ("published", FIRST, None, f"run-{FIRST}"),
        ("published", SECOND, None, f"run-{SECOND}"),
        ("approved", SECOND, "worker", None),
        ("withdrawn", FIRST, "steward", None),
    ]


def test_a_withdrawn_version(registry):
    first, second = registry.versions()
    assert (first.is_live, second.is_live) == (False, True)
    assert first.tombstone["reason"] == "wrong | mapping"
    assert first.tombstone["manifest_sha256"] == registry.manifest_sha256(FIRST)
    assert set(first.tombstone) == {"version", "withdrawn_at", "reason", "manifest_sha256"}
    assert registry.live() == [second]
    assert all(SECOND in path for path in card(registry))
    page = registry.store.read("README.md").decode()
    assert f"| {FIRST} | **withdrawn**" in page
    assert "wrong \\| mapping" in page
    assert registry.store.exists(f"manifests/{FIRST}.json")
    assert registry.store.exists(f"reports/{FIRST}.html")
    before = registry.store.read_all(".private/audit")
    assert registry.withdraw(FIRST, "again", "other") is False
    assert registry.store.read_all(".private/audit") == before


def test_what_is_not_there_cannot_be_withdrawn_or_approved(registry):
    for act in (
        lambda: registry.withdraw("1999-01-01", "x", "y"),
        lambda: registry.approve("1999-01-01", "x", None),
    ):
        with pytest.raises(ConfigError, match="no version of that name"):
            act()


def changed(name, change):
    return lambda store: store.replace(name, change(store.read(name)))


ENTRY = ".private/audit/{:08d}.json".format
TAMPERING = {
    "an entry is changed": (changed(ENTRY(1), lambda c: c.replace(b"run-", b"ran-")), "does not follow"),
    "an entry is gone": (lambda store: store.remove(ENTRY(2)), "audit entry 2 is missing"),
    "the first entry is gone": (lambda store: store.remove(ENTRY(1)), "audit entry 1 is missing"),
    "entries change places": (
        lambda store: [
            store.replace(ENTRY(n), c) for n, c in ((1, store.read(ENTRY(2))), (2, store.read(ENTRY(1))))
        ],
        "says that it is another one",
    ),
    "an entry is no JSON": (changed(ENTRY(2), lambda _: b"{"), "is no audit entry"),
    "an entry is copied": (lambda store: store.create(ENTRY(4), store.read(ENTRY(3))), "another one"),
    "an entry is slipped in": (
        lambda store: store.create(
            ENTRY(4),
            dump({"seq": 4, "time": "t", "event": "published", "prev": "0" * 64, "version": "2030-01-01"}),
        ),
        "does not follow",
    ),
    "a manifest is changed": (
        changed(f"manifests/{SECOND}.json", lambda c: c.replace(b'"k": 10', b'"k": 20')),
        f"the manifest of {SECOND} is not the one",
    ),
    "a manifest is gone": (lambda store: store.remove(f"manifests/{SECOND}.json"), "is missing"),
    "a manifest is slipped in": (
        lambda store: store.create("manifests/x.json", b"{}"),
        "manifests/x.json has no audit entry",
    ),
    "a tombstone is gone": (lambda store: store.remove(f"withdrawn/{FIRST}.json"), "has no tombstone"),
    "a tombstone is changed": (
        changed(f"withdrawn/{FIRST}.json", lambda c: c.replace(b'sha256": "', b'sha256": "0')),
        "is not the one of its withdrawal",
    ),
    "a tombstone is slipped in": (
        lambda store: store.create(f"withdrawn/{SECOND}.json", b"{}"),
        f"withdrawn/{SECOND}.json has no audit entry",
    ),
    "withdrawn data comes back": (
        lambda store: store.create(f"data/{FIRST}/sequences/a.parquet", b""),
        "its data is still there",
    ),
    "the last entry is cut off": (
        lambda store: store.remove(ENTRY(3)),
        f"withdrawn/{FIRST}.json has no audit entry",
    ),
}


@pytest.mark.parametrize(("tamper", "found"), TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found(local, tamper, found):
    assert verify_chain(local.store) == []
    tamper(local.store)
    assert any(found in sentence for sentence in verify_chain(local.store))


def test_an_approval_of_another_manifest_is_found(local):
    append(local.store, "approved", version=SECOND, by="x", manifest_sha256="0" * 64)
    assert any("approves another manifest" in sentence for sentence in verify_chain(local.store))


def test_an_entry_that_somebody_else_wrote_first_is_not_replaced(local, monkeypatch):
    names = local.store.names(".private/audit")
    monkeypatch.setattr(local.store, "names", lambda _: names[:-1])
    with pytest.raises(LockedError, match="lost the lock"):
        append(local.store, "published", version="x")


def test_an_entry_keeps_its_own_fields(local):
    with pytest.raises(ValueError, match="seq"):
        append(local.store, "erased", seq=7)


def test_an_entry_that_cannot_be_read_is_told(local):
    local.store.replace(ENTRY(2), b"{}")
    with pytest.raises(StorageError, match="restore it from a backup"):
        read_chain(local.store)


def test_a_registry_from_before_there_was_a_log_gets_its_entries(local):
    local.store.remove_tree(".private/audit")
    local.store.remove_tree("withdrawn")
    local.store.replace(f"vocabulary/{FIRST}.json", vocabulary(FIRST))
    publish(local, "2026-11-23")
    local.repair()
    assert [(e.version, e.fields.get("recovered")) for e in read_chain(local.store)] == [
        ("2026-11-23", None),
        (FIRST, True),
        (SECOND, True),
    ]
