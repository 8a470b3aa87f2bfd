"""A run that is killed at any of its writings: what can be read is whole at once, and the next run finishes the rest."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from etl.audit import read_chain
from etl.layout import manifest_of
from etl.registry import Registry
from tests.store.places import Place
from tests.store.registries import Killed, assert_readable, assert_whole, killed_at, publish

FIRST, SECOND = "2026-11-21", "2026-11-22"


def registry_at(place: Place, number: int, store: object) -> Registry:
    """A registry of its own on the same connection: to open one takes a second."""
    root = f"{place.root}{number}"
    other = copy.copy(store)
    if place.kind == "local":
        other.root = Path(root)
    else:
        other.base, other.url = f"{store.base}{number}", root
    return Registry(root, other)


@pytest.fixture
def connection(place: Place, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return place.open()


def test_publishing(place, connection, tmp_path):
    for at in range(1, 100):
        registry = registry_at(place, at, connection)
        registry.create()
        publish(registry, FIRST)
        dying, deadly = killed_at(registry, at, tmp_path / "half")
        try:
            publish(dying, SECOND)
        except Killed:
            pass
        assert_readable(registry)
        published = registry.store.exists(manifest_of(SECOND))
        registry.repair()
        assert_whole(registry)
        assert registry.store.exists(manifest_of(SECOND)) == published  # the manifest is the commit
        if not published:
            publish(registry, SECOND)
            assert_whole(registry)
        chain = [(entry.event, entry.version) for entry in read_chain(registry.store)]
        assert chain == [("published", FIRST), ("published", SECOND)]
        if deadly.written < at:
            break
    assert (
        at == 11
    )  # journal, data, vocabulary, report, manifest, entry, journal, tokenizer, Croissant, card: then it lives


def test_withdrawing(place, connection, tmp_path):
    for at in range(1, 100):
        registry = registry_at(place, at, connection)
        registry.create()
        publish(registry, FIRST)
        publish(registry, SECOND)
        dying, deadly = killed_at(registry, at, tmp_path / "half")
        try:
            dying.withdraw(FIRST, "wrong mapping", "steward")
        except Killed:
            pass
        assert_readable(registry)
        registry.repair()
        assert_whole(registry)
        live = [version.name for version in registry.live()]
        assert live == ([FIRST, SECOND] if at == 1 else [SECOND])  # the entry is the commit
        assert registry.withdraw(FIRST, "another reason", "steward") == (at == 1)
        assert_whole(registry)
        if deadly.written < at:
            break
    assert at == 8  # entry, tombstone, tokenizer, Croissant, card, data, vocabulary: then it lives


def test_a_repair_that_is_killed_is_repaired(place, connection, tmp_path):
    for at in range(1, 100):
        registry = registry_at(place, at, connection)
        registry.create()
        publish(registry, FIRST)
        for interrupted, write in (
            (7, lambda r: publish(r, SECOND)),
            (2, lambda r: r.withdraw(FIRST, "x", "y")),
        ):
            with pytest.raises(Killed):
                write(killed_at(registry, interrupted, tmp_path / "half")[0])
        dying, deadly = killed_at(registry, at, tmp_path / "half")
        try:
            dying.repair()
        except Killed:
            pass
        assert_readable(registry)
        registry.repair()
        assert_whole(registry)
        assert [version.name for version in registry.live()] == [SECOND]
        if deadly.written < at:
            break
    assert at > 4


def test_a_publication_that_was_completed_says_so(place, connection, tmp_path):
    registry = registry_at(place, 0, connection)
    registry.create()
    with pytest.raises(Killed):
        publish(killed_at(registry, 6, tmp_path / "half")[0], SECOND)
    registry.repair()
    (entry,) = read_chain(registry.store)
    assert entry.fields["recovered"] is True
    assert entry.fields["run"] == f"run-{SECOND}"
    assert entry.fields["generation"] == 22


def test_only_what_the_journal_names_is_removed(place, connection):
    registry = registry_at(place, 0, connection)
    registry.create()
    registry.store.create("data/mine/notes.txt", b"1")
    registry.store.create("reports/mine.html", b"1")
    registry.repair()
    assert registry.store.exists("data/mine/notes.txt")
    assert registry.store.exists("reports/mine.html")
    registry.store.create(f"data/{FIRST}/notes.txt", b"1")
    with pytest.raises(FileExistsError):
        publish(registry, FIRST)
    registry.repair()
    assert registry.store.exists(f"data/{FIRST}/notes.txt")
