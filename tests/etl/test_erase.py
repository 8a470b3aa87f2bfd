"""Whoever is erased is in nothing that can be decrypted and is never let in again, whenever a kill comes."""

from __future__ import annotations

import os
import shutil

import pyarrow as pa
import pytest

from etl.audit import read_chain
from etl.audit_check import verify_chain
from etl.erase import erase, find_traces, finish_erasure
from etl.erased import load_erased
from etl.erasure_notice import erasure_notice
from etl.errors import ConfigError, StorageError
from etl.layout import ERASED, POOL, STATE
from etl.registry import Registry
from etl.waiting import generation_of, read_pool
from tests.etl.sealed_registry import (
    GENERATION,
    KEY,
    POOL_KEY,
    VERSIONS,
    accounts_in,
    build,
    contents,
    digests,
)
from tests.store.registries import Killed, killed_at
from transforms.erasure import ascending
from transforms.pseudonym import key_fingerprint

ANN = ascending(digests("ann", "ann2"))
SAID = {"reason": "asked for", "by": "steward"}


@pytest.fixture
def registry(tmp_path):
    return build(tmp_path / "registry")


def test_a_person_is_in_nothing_that_can_be_decrypted(registry):
    before = contents(registry)
    entry = erase(registry, ANN, POOL_KEY, published="keep", **SAID)
    assert accounts_in(registry) == set(digests("bob", "eve").to_pylist())
    assert load_erased(registry.store, POOL_KEY).equals(ANN)
    for name, table in contents(registry).items():
        same = before[name.replace(f"{GENERATION + 1:08d}", f"{GENERATION:08d}")]
        theirs = [row for row in same.to_pylist() if row["account"] not in ANN.to_pylist()]
        assert table.to_pylist() == theirs
        assert table.schema.equals(same.schema)
    assert entry.fields["rows"] == {"pool": 2, "ledger": 2, "spent": 2, "membership": 2}
    assert verify_chain(registry.store) == []


def test_the_pool_is_a_new_generation_and_the_old_one_is_gone(registry):
    entry = erase(registry, ANN, POOL_KEY, published="keep", **SAID)
    assert generation_of(registry) == GENERATION + 1 == entry.fields["generation"]
    assert {name.rpartition("/")[0] for name in registry.store.names(POOL)} == {
        f"{POOL}/{GENERATION + 1:08d}"
    }
    left = read_pool(registry, GENERATION + 1, key=POOL_KEY, fingerprint=key_fingerprint(KEY))
    assert left["path"].combine_chunks().dictionary.to_pylist() == ["b", "e"]


def test_the_proof_names_every_object_before_and_after(registry):
    from hashlib import sha256

    before = {name: sha256(registry.store.read(name)).hexdigest() for name in registry.store.names(STATE)}
    fields = erase(registry, ANN, POOL_KEY, published="keep", **SAID).fields
    for version in ("2026-11-20", "2026-11-22"):
        name = f"{STATE}/{version}/ledger.parquet"
        assert fields["before"][name] == before[name]
        assert fields["after"][name] == sha256(registry.store.read(name)).hexdigest()
    assert f"{STATE}/2026-11-21/ledger.parquet" not in fields["after"]
    assert fields["after"][f"{POOL}/{GENERATION:08d}/part-00000.parquet"] is None
    said = str(fields)
    assert not any(account.hex() in said for account in ANN.to_pylist())


def test_published_versions_stay(registry):
    erase(registry, ANN, POOL_KEY, published="keep", **SAID)
    assert all(version.is_live for version in registry.versions())


def test_or_those_with_something_of_theirs_go_whole(registry):
    entry = erase(registry, ANN, POOL_KEY, published="withdraw", **SAID)
    assert [version.name for version in registry.live()] == ["2026-11-21"]
    assert entry.fields["withdrawn"] == ["2026-11-20", "2026-11-22"]
    assert not registry.store.names("data/2026-11-20")
    assert registry.store.names("data/2026-11-21")


def test_what_is_not_known_any_more_is_said_and_stays(registry):
    registry.store.remove(f"{STATE}/2026-11-20/membership.parquet")
    entry = erase(registry, ANN, POOL_KEY, published="withdraw", **SAID)
    assert entry.fields["unknown"] == ["2026-11-20"]
    assert [version.name for version in registry.live()] == ["2026-11-20", "2026-11-21"]


def test_looking_changes_nothing(registry):
    before = registry.store.read_all("")
    found = find_traces(registry, ANN, POOL_KEY, published="withdraw", **SAID)
    assert found.contributed == ("2026-11-20", "2026-11-22")
    assert registry.store.read_all("") == before


def test_who_left_no_trace_is_kept_out_all_the_same(registry):
    nobody = digests("nobody")
    entry = erase(registry, nobody, POOL_KEY, published="withdraw", **SAID)
    assert entry.fields["rows"] == {}
    assert generation_of(registry) == GENERATION
    assert load_erased(registry.store, POOL_KEY).equals(nobody)


def test_a_second_person_is_added(registry):
    erase(registry, ANN, POOL_KEY, published="keep", **SAID)
    erase(registry, digests("bob"), POOL_KEY, published="keep", **SAID)
    assert load_erased(registry.store, POOL_KEY).equals(ascending(digests("ann", "ann2", "bob")))
    assert accounts_in(registry) == set(digests("eve").to_pylist())


def test_data_that_failed_the_gates_goes(registry):
    registry.store.replace(".private/quarantine/run/data/sequences/train.parquet", b"rows")
    registry.store.replace(".private/quarantine/run/manifest.json", b"{}")
    assert erase(registry, ANN, POOL_KEY, published="keep", **SAID).fields["quarantined"] == 1
    assert registry.store.names(".private/quarantine") == [".private/quarantine/run/manifest.json"]


def test_another_pool_key_erases_nothing(registry):
    before = registry.store.read_all(STATE)
    with pytest.raises(ConfigError, match="another pool key"):
        erase(registry, ANN, KEY, published="keep", **SAID)
    assert registry.store.read_all(STATE) == before


def test_an_older_list_of_the_erased_is_not_believed(registry):
    erase(registry, ANN, POOL_KEY, published="keep", **SAID)
    older = registry.store.read(ERASED)
    erase(registry, digests("bob"), POOL_KEY, published="keep", **SAID)
    registry.store.replace(ERASED, older)
    with pytest.raises(StorageError, match="audit log"):
        load_erased(registry.store, POOL_KEY)
    assert verify_chain(registry.store) == ["the list of erased accounts is not the one that the log names"]
    registry.store.remove(ERASED)
    with pytest.raises(StorageError, match="audit log"):
        load_erased(registry.store, POOL_KEY)


def test_nobody_was_erased_yet(registry):
    assert load_erased(registry.store, POOL_KEY).equals(pa.array([], pa.binary(16)))


@pytest.mark.parametrize(
    ("who_finishes", "stride"), [("the same command", 1), ("the nightly run", 3), ("another erasure", 4)]
)
def test_a_kill_at_any_step_is_finished_by_whoever_comes_next(tmp_path, monkeypatch, who_finishes, stride):
    """Moments between two changes of the store are those to die at."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a process that dies leaves what it wrote to the kernel
    original = build(tmp_path / "original")
    step, steps = 1 - stride, 0
    while True:
        step += stride
        root = tmp_path / f"{step}"
        shutil.copytree(original.root, root)
        try:
            dying, _ = killed_at(Registry(root), step, tmp_path)
            erase(dying, ANN, POOL_KEY, published="withdraw", **SAID)
        except Killed:
            steps += 1
            told = verify_chain(Registry(root).store)
            assert all("interrupted" in one or "still there" in one or "tombstone" in one for one in told)
        else:
            break
        registry = Registry(root)
        if who_finishes == "the same command":
            erase(registry, ANN, POOL_KEY, published="withdraw", **SAID)
        elif who_finishes == "another erasure":
            erase(registry, digests("bob"), POOL_KEY, published="keep", **SAID)
        else:
            registry.repair()
            finish_erasure(registry, POOL_KEY)
        _finished(registry, begun=who_finishes != "the same command")
        shutil.rmtree(root)
    assert steps > 20 / stride


def _finished(registry: Registry, *, begun: bool) -> None:
    erased = [entry for entry in read_chain(registry.store) if entry.event == "erased"]
    ann = set(ANN.to_pylist())
    known = set(load_erased(registry.store, POOL_KEY).to_pylist())
    if begun and not ann <= known:  # killed before the request was there: nothing had been done
        assert not ann & known
        assert [version.name for version in registry.live()] == list(VERSIONS)
        return
    if not begun:
        assert ann <= known
        assert len(erased) == 1 or erased[1].fields["rows"] == {}
    assert not accounts_in(registry) & ann
    assert erased[0].fields["rows"] == {"pool": 2, "ledger": 2, "spent": 2, "membership": 2}
    assert erased[0].fields["withdrawn"] == ["2026-11-20", "2026-11-22"]
    assert [version.name for version in registry.live()] == ["2026-11-21"]
    current = f"{POOL}/{generation_of(registry):08d}/"
    assert all(name.startswith(current) for name in registry.store.names(POOL))
    assert not registry.store.exists(".private/erasing.parquet")
    assert verify_chain(registry.store) == []


def test_the_notice_says_what_is_gone_and_nothing_about_people():
    gone = erasure_notice(["2026-11-20", "2026-11-22"], ["2026-11-19"])
    assert "Withdrawn, whole: 2026-11-20, 2026-11-22." in gone
    assert "2026-11-19 is not known any more" in gone
    stays = erasure_notice([], ["2026-11-19"])
    assert "stay as they are" in stays
    assert "2026-11-19" not in stays
