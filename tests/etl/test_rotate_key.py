"""A key is changed whole: what was sealed is readable with the new one alone, and a killed change is finished."""

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
from etl.layout import POOL
from etl.registry import Registry
from etl.rotate_pool_key import rotate_pool_key
from etl.rotate_pseudonym_key import rotate_pseudonym_key
from etl.sealed_objects import check_pool_key
from etl.state import kept, read_state
from etl.waiting import generation_of, read_pool
from tests.etl.sealed_registry import (
    GENERATION,
    KEY,
    POOL_KEY,
    VERSIONS,
    build,
    contents,
    digests,
)
from tests.store.registries import Killed, killed_at
from transforms.erased_before import were_erased
from transforms.pseudonym import derive_key, key_fingerprint, unit_pseudonyms

NEW = b"n" * 32


@pytest.fixture
def registry(tmp_path):
    registry = build(tmp_path / "registry")
    erase(registry, digests("bob"), POOL_KEY, published="keep", reason="asked", by="me")
    return registry


def rename(registry: Registry, *, accounts=("ann", "ann2", "eve", "bob"), units=("u", "v"), lose=False):
    return rotate_pseudonym_key(
        registry, KEY, NEW, POOL_KEY, accounts=accounts, units=units, by="me", lose_erased=lose
    )


def erased_of(registry: Registry, key: bytes) -> list[str]:
    """Who is known to have been erased before, among some names."""
    names = pa.array(["ann", "bob", "eve"])
    mask = were_erased(names, erased_before(registry.store, POOL_KEY, key))
    return names.filter(pa.array(mask)).to_pylist()


def test_all_that_is_sealed_is_under_the_new_pool_key(registry):
    before = contents(registry)
    entry = rotate_pool_key(registry, POOL_KEY, NEW, by="me")
    after = contents(registry, NEW)
    generation = GENERATION + 2
    assert entry.fields["generation"] == generation_of(registry) == generation
    assert [table.to_pylist() for table in after.values()] == [table.to_pylist() for table in before.values()]
    assert {name.split("/")[2] for name in registry.store.names(POOL)} == {f"{generation:08d}"}
    assert load_erased(registry.store, NEW).equals(digests("bob"))
    assert read_pool(registry, generation, key=NEW, fingerprint=key_fingerprint(KEY)).num_rows == 3
    for name in after:
        assert registry.store.read(name)[-4:] == b"PARE"
    check_pool_key(registry.store, NEW)
    with pytest.raises(ConfigError, match="not the one of the registry"):
        check_pool_key(registry.store, POOL_KEY)
    assert verify_chain(registry.store) == []


def test_a_registry_that_has_the_new_pool_key_stays_as_it_is(registry):
    rotate_pool_key(registry, POOL_KEY, NEW, by="me")
    before = registry.store.read_all("")
    assert rotate_pool_key(registry, POOL_KEY, NEW, by="me") is None
    assert registry.store.read_all("") == before


def test_a_wrong_old_pool_key_changes_nothing(registry):
    before = registry.store.read_all("")
    with pytest.raises(ConfigError, match="not the one of the registry"):
        rotate_pool_key(registry, b"x" * 32, NEW, by="me")
    assert registry.store.read_all("") == before


def test_whoever_is_named_has_the_new_pseudonym_everywhere(registry):
    old = contents(registry)
    entry = rename(registry)
    fingerprint = key_fingerprint(NEW)
    pool = read_pool(registry, generation_of(registry), key=POOL_KEY, fingerprint=fingerprint)
    assert pool["account"].to_pylist() == digests("ann", "ann2", "eve", key=NEW).to_pylist()
    new_units = unit_pseudonyms(pa.array([None, "u", "v"]), key=derive_key(NEW, "unit"))
    assert pool["unit"].to_pylist() == new_units.to_pylist()
    assert load_erased(registry.store, POOL_KEY).equals(digests("bob", key=NEW))
    for version in VERSIONS:
        for kind in ("spent", "membership"):
            table = read_state(registry, version, kind, key=POOL_KEY)
            before = old[f".private/state/{version}/{kind}.parquet"]
            assert table.num_rows == before.num_rows
            assert table.drop(["account"]).equals(before.drop(["account"]))
    members = read_state(registry, "2026-11-22", "membership", key=POOL_KEY)["account"].to_pylist()
    assert members == digests("ann2", "eve", key=NEW).to_pylist()
    registry.check_key(fingerprint)
    assert entry.fields["lost"] == {"erased": 0, "ledger": 4, "spent": 0, "membership": 0, "pool": 0}
    assert verify_chain(registry.store) == []


def test_nothing_of_nights_before_counts_as_late(registry):
    rename(registry)
    assert kept(registry, "ledger") == set()
    assert not [name for name in registry.store.names(".private/state") if name.endswith("content.json")]


def test_who_is_not_named_is_removed_with_a_record(registry):
    entry = rename(registry, accounts=["ann", "bob"])
    assert entry.fields["lost"] == {"erased": 0, "ledger": 4, "spent": 3, "membership": 3, "pool": 2}
    pool = read_pool(registry, generation_of(registry), key=POOL_KEY, fingerprint=key_fingerprint(NEW))
    assert pool["account"].to_pylist() == digests("ann", key=NEW).to_pylist()


def test_an_unknown_unit_is_not_taken_for_another(registry):
    assert rename(registry, units=["v"]).fields["lost"]["pool"] == 1


def test_the_erased_are_not_let_in_again_by_a_new_key(registry):
    """Nobody has their names any more: the account has left the participation file."""
    rename(registry, accounts=["ann"])
    assert len(load_erased(registry.store, POOL_KEY)) == 0
    assert erased_of(registry, NEW) == ["bob"]
    with pytest.raises(ConfigError, match="another pseudonym key"):
        erased_of(registry, KEY)
    third = b"t" * 32
    rotate_pseudonym_key(
        registry, NEW, third, POOL_KEY, accounts=["ann"], units=[], by="me", lose_erased=False
    )
    assert erased_of(registry, third) == ["bob"]
    erase(registry, digests("ann", key=third), POOL_KEY, published="keep", reason="asked", by="me")
    assert erased_of(registry, third) == ["bob"]
    rotate_pseudonym_key(
        registry, third, b"f" * 32, POOL_KEY, accounts=["bob"], units=[], by="me", lose_erased=False
    )
    assert load_erased(registry.store, POOL_KEY).equals(digests("bob", key=b"f" * 32))
    assert erased_of(registry, b"f" * 32) == ["ann", "bob"]
    assert verify_chain(registry.store) == []


def test_the_erased_are_forgotten_where_that_is_asked_for(registry):
    assert rename(registry, accounts=["ann"], lose=True).fields["lost"]["erased"] == 1
    assert len(load_erased(registry.store, POOL_KEY)) == 0
    assert erased_of(registry, NEW) == []


def test_half_a_change_lets_nobody_else_work(registry, tmp_path):
    with pytest.raises(Killed):
        rotate_pool_key(killed_at(registry, 6, tmp_path)[0], POOL_KEY, NEW, by="me")
    for key in (POOL_KEY, NEW):
        with pytest.raises(ConfigError, match="interrupted"):
            check_pool_key(registry.store, key)
    with pytest.raises(ConfigError, match="run that one again"):
        rename(registry)
    with pytest.raises(ConfigError, match="run that one again"):
        rotate_pool_key(registry, POOL_KEY, b"x" * 32, by="me")


def test_a_change_of_names_is_finished_with_the_names_it_was_begun_with(registry, tmp_path):
    with pytest.raises(Killed):
        rename(killed_at(registry, 6, tmp_path)[0])
    with pytest.raises(ConfigError, match="begun with other names"):
        rename(registry, accounts=["ann", "bob"])
    assert rename(registry).fields["lost"]["pool"] == 0


@pytest.mark.parametrize("which", ["pool", "pseudonym", "unnamed"])
def test_a_kill_at_any_step_is_finished_by_the_same_command(registry, tmp_path, monkeypatch, which):
    monkeypatch.setattr(os, "fsync", lambda _: None)

    def change(registry: Registry) -> None:
        if which == "pool":
            rotate_pool_key(registry, POOL_KEY, NEW, by="me")
        else:
            rename(registry, accounts=["ann", "ann2", "eve", *(["bob"] if which == "pseudonym" else [])])

    key, step = (NEW if which == "pool" else POOL_KEY), 0
    while True:
        step += 1
        root = tmp_path / f"{step}"
        shutil.copytree(registry.root, root)
        try:
            change(killed_at(Registry(root), step, tmp_path)[0])
        except Killed:
            change(Registry(root))
        else:
            break
        there = Registry(root)
        rotated = [entry for entry in read_chain(there.store) if entry.event == "key_rotated"]
        assert len(rotated) == 1
        assert not there.store.exists(".private/rotating.json")
        fingerprint = key_fingerprint(KEY if which == "pool" else NEW)
        assert read_pool(there, generation_of(there), key=key, fingerprint=fingerprint).num_rows == 3
        there.check_key(fingerprint)
        check_pool_key(there.store, key)
        known = load_erased(there.store, key)
        assert len(known) == (0 if which == "unnamed" else 1)
        if which == "unnamed":
            assert erased_of(there, NEW) == ["bob"]
        named = digests("ann", "ann2", "eve", "bob", key=KEY if which == "pool" else NEW).to_pylist()
        for table in contents(there, key).values():
            assert set(table["account"].to_pylist()) <= set(named)
        if which != "pool":
            assert rotated[0].fields["lost"] == {
                "erased": 0,
                "ledger": 4,
                "spent": 0,
                "membership": 0,
                "pool": 0,
            }
        assert verify_chain(there.store) == []
        shutil.rmtree(root)
    assert step > 15
