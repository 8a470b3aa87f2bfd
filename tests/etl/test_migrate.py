"""A registry of the former spelling is moved to today's whole: one person is one, and nobody erased comes back."""

from __future__ import annotations

import os
import shutil

import pyarrow as pa
import pytest

from etl.audit import read_chain
from etl.audit_check import verify_chain
from etl.erase import erase
from etl.erased import erased_before, load_erased
from etl.errors import ConfigError
from etl.layout import ROTATING, SPELLED
from etl.migrate import migrate
from etl.registry import Registry
from etl.rotate_pseudonym_key import rotate_pseudonym_key
from etl.sealed_objects import check_pool_key, read_sealed_object, write_sealed_object
from etl.state import object_name, read_state
from etl.waiting import generation_of, parts_of, read_pool
from tests.etl.sealed_registry import KEY, POOL_KEY, build, digests
from tests.store.registries import Killed, killed_at
from transforms.erased_before import were_erased
from transforms.former_spelling import formerly, spelled_both_ways
from transforms.pseudonym import key_fingerprint

FINGERPRINT = key_fingerprint(KEY)
NAMED = [("ann  lee", "ann lee"), ("straße", "strasse"), ("strasse", "strasse"), ("eve", "eve")]
UNITS = [("u", "u"), ("v", "v")]
WAITING = ("ann  lee", "strasse", "straße", "zed")


@pytest.fixture
def registry(tmp_path):
    """As the former release left it: two spellings of one, and an account erased whose name nobody has."""
    registry = build(tmp_path / "registry")
    store = registry.store
    members = object_name("2026-11-22", "membership")
    write_sealed_object(
        store,
        members,
        pa.table([digests("straße", "strasse")], read_sealed_object(store, members, POOL_KEY).schema.names),
        POOL_KEY,
    )
    (part,) = parts_of(registry, generation_of(registry))
    table = read_sealed_object(store, part, POOL_KEY)
    place = table.schema.get_field_index("account")
    write_sealed_object(
        store, part, table.set_column(place, table.schema.field(place), digests(*WAITING)), POOL_KEY
    )
    gone = digests("groß", "walter  w", "plain")
    erase(registry, gone, POOL_KEY, published="keep", reason="asked", by="me")
    store.remove(SPELLED)
    return registry


def move(registry: Registry, accounts=NAMED, units=UNITS):
    return migrate(registry, KEY, POOL_KEY, accounts=accounts, units=units, by="me")


def begin_work(registry: Registry) -> None:
    """What every command that writes names does first."""
    registry.check_key(FINGERPRINT)
    check_pool_key(registry.store, POOL_KEY)


def still_erased(registry: Registry) -> list[str]:
    names = pa.array(["gross", "plain", "ann lee", "eve", "grosz"])
    mask = were_erased(names, erased_before(registry.store, POOL_KEY, KEY))
    return names.filter(pa.array(mask)).to_pylist()


def test_whoever_writes_names_is_sent_to_migrate_and_nothing_is_changed(registry):
    before = registry.store.read_all("")
    with pytest.raises(ConfigError, match="run `desirepath migrate` once"):
        registry.check_key(FINGERPRINT)
    with pytest.raises(ConfigError, match="run `desirepath migrate` once"):
        rotate_pseudonym_key(
            registry, KEY, b"n" * 32, POOL_KEY, accounts=[], units=[], by="me", lose_erased=True
        )
    assert registry.store.read_all("") == before


def test_a_newer_spelling_is_refused(registry):
    registry.store.replace(SPELLED, b"99")
    with pytest.raises(ConfigError, match="newer rule"):
        registry.check_key(FINGERPRINT)


def test_a_fresh_registry_has_todays_spelling(tmp_path):
    registry = Registry(tmp_path / "fresh")
    registry.create()
    registry.check_key(FINGERPRINT)
    registry.check_key(FINGERPRINT)
    assert registry.store.read(SPELLED) == b"2"
    assert move(registry) is None


def test_two_spellings_become_one_and_what_is_not_named_is_dropped_and_counted(registry):
    entry = move(registry)
    pool = read_pool(registry, generation_of(registry), key=POOL_KEY, fingerprint=FINGERPRINT)
    assert pool["account"].to_pylist() == digests("ann lee", "strasse", "strasse").to_pylist()
    members = read_state(registry, "2026-11-22", "membership", key=POOL_KEY)
    assert members["account"].to_pylist() == digests("strasse").to_pylist()
    assert read_state(registry, "2026-11-22", "ledger", key=POOL_KEY) is None
    assert entry.event == "spelled_anew"
    assert entry.fields["lost"] == {"erased": 0, "ledger": 6, "spent": 4, "membership": 3, "pool": 1}
    registry.check_key(FINGERPRINT)
    check_pool_key(registry.store, POOL_KEY)
    assert move(registry) is None
    assert verify_chain(registry.store) == []


def test_whom_nobody_can_name_any_more_stays_erased(registry):
    move(registry)
    assert still_erased(registry) == ["gross", "plain"]
    rotate_pseudonym_key(
        registry, KEY, b"n" * 32, POOL_KEY, accounts=["ann lee"], units=[], by="me", lose_erased=False
    )
    before = erased_before(registry.store, POOL_KEY, b"n" * 32)
    assert were_erased(pa.array(["gross", "plain", "eve"]), before).tolist() == [True, True, False]


def test_the_erased_who_are_named_are_renamed(registry):
    move(registry, [*NAMED, ("groß", "gross"), ("walter  w", "walter w"), ("plain", "plain")])
    assert set(load_erased(registry.store, POOL_KEY)) == set(digests("gross", "walter w", "plain"))
    assert still_erased(registry) == []


def test_who_may_be_either_of_two_is_erased_as_both_and_waits_as_neither(registry):
    """A tab was dropped, and is a blank now: `a<tab>b` and `ab` were one, and are two."""
    erase_later = [("walter  w", "walter w"), ("walter  w", "walterw")]
    move(registry, [*NAMED, *erase_later, ("strasse", "s trasse")])
    assert set(digests("walter w", "walterw")) <= set(load_erased(registry.store, POOL_KEY))
    pool = read_pool(registry, generation_of(registry), key=POOL_KEY, fingerprint=FINGERPRINT)
    assert pool["account"].to_pylist() == digests("ann lee").to_pylist()


def test_another_key_moves_nothing(registry):
    before = registry.store.read_all("")
    with pytest.raises(ConfigError, match="not the one of the registry"):
        migrate(registry, b"x" * 32, POOL_KEY, accounts=NAMED, units=UNITS, by="me")
    with pytest.raises(ConfigError, match="not the one of the registry"):
        migrate(registry, KEY, b"x" * 32, accounts=NAMED, units=UNITS, by="me")
    assert registry.store.read_all("") == before


def test_names_by_both_rules():
    written = pa.array(["Straße", None, "\u3164", "A  b"])
    pairs = spelled_both_ways(formerly(written), pa.array(["strasse", None, None, "a b"]))
    assert pairs == [("a  b", "a b"), ("straße", "strasse")]


def test_a_kill_at_any_step_is_finished_by_the_same_command(registry, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)
    step = 0
    while True:
        step += 1
        root = tmp_path / f"{step}"
        shutil.copytree(registry.root, root)
        try:
            move(killed_at(Registry(root), step, tmp_path)[0])
        except Killed:
            there = Registry(root)
            with pytest.raises(ConfigError, match="migrate"):
                begin_work(there)
            move(Registry(root))
        else:
            break
        there = Registry(root)
        assert len([entry for entry in read_chain(there.store) if entry.event == "spelled_anew"]) == 1
        assert not there.store.exists(ROTATING)
        there.check_key(FINGERPRINT)
        check_pool_key(there.store, POOL_KEY)
        pool = read_pool(there, generation_of(there), key=POOL_KEY, fingerprint=FINGERPRINT)
        assert pool["account"].to_pylist() == digests("ann lee", "strasse", "strasse").to_pylist()
        assert still_erased(there) == ["gross", "plain"]
        assert verify_chain(there.store) == []
        shutil.rmtree(root)
    assert step > 12
