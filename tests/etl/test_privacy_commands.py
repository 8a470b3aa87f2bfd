"""Erasure, retention and keys over whole runs: what was said to a person holds in the nights that follow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl.audit import read_chain
from etl.audit_check import verify_chain
from etl.cli import main
from etl.erased import load_erased
from etl.errors import ConfigError
from etl.layout import DEAD_LETTERS
from etl.registry import Registry
from etl.state import read_state
from etl.waiting import generation_of, read_pool
from tests.etl.sealed_registry import contents
from tests.etl.workplace import KEY, go, habit, write_log, write_participation
from transforms.pseudonym import derive_key, key_fingerprint, pseudonyms

POOL = "7b" * 32
NIGHTS = ("2026-11-22", "2026-11-23", "2026-11-24")
TEAM = [f"user{number}" for number in range(11)]
ANN = ("ann", "ann-admin")


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", POOL)


@pytest.fixture
def folder(tmp_path):
    write_participation(
        tmp_path,
        [
            *(f"{name},{name},,participates" for name in TEAM),
            "ann,Ann,,participates",
            "ann-admin,Ann,,participates",
        ],
    )
    (tmp_path / "accounts.txt").write_text("\n Ann \n")
    return tmp_path


def night(folder: Path, date: str, **changes: object):
    """Everybody has a habit of all and one that only they have; ann does both with either account."""
    records = []
    for account in [*TEAM, *ANN]:
        for name in ("shared", f"own {account}"):
            records += habit(account, name)
    moved = json.loads(json.dumps(records).replace("2026-11-22", date))
    write_log(folder, moved)
    return go(folder, window=None, date=date, min_outside_unit=0, **changes)


def digests(*accounts: str, key: str = KEY) -> set[bytes]:
    import pyarrow as pa

    person = derive_key(bytes.fromhex(key), "person")
    return set(pseudonyms(pa.array(accounts), key=person).to_pylist())


def command(folder: Path, name: str, *arguments: str) -> int:
    return main([name, "--registry", str(folder / "registry"), *arguments])


def erase(folder: Path, *arguments: str) -> int:
    who, accounts = str(folder / "who.csv"), str(folder / "accounts.txt")
    return command(folder, "erase", "--accounts", accounts, "--participation", who, *arguments)


def traces(folder: Path, key: str = KEY, pool_key: str = POOL) -> set[str]:
    """Which kinds of objects hold something of ann."""
    found = contents(Registry(folder / "registry"), bytes.fromhex(pool_key)).items()
    ann = digests(*ANN, key=key)
    return {name.rpartition("/")[2] for name, table in found if ann & set(table["account"].to_pylist())}


def test_who_is_erased_is_gone_and_stays_out(folder, capsys):
    night(folder, NIGHTS[0])
    assert traces(folder) == {"part-00000.parquet", "ledger.parquet", "membership.parquet", "spent.parquet"}
    assert erase(folder, "--by", "steward") == 0
    said = capsys.readouterr().out
    assert "Published versions stay as they are" in said
    assert not any(account in said for account in ANN)
    assert traces(folder) == set()
    registry = Registry(folder / "registry")
    assert set(load_erased(registry.store, bytes.fromhex(POOL)).to_pylist()) == digests(*ANN)
    assert night(folder, NIGHTS[1]).state == "published"
    assert traces(folder) == set()
    entry = next(entry for entry in read_chain(registry.store) if entry.event == "erased")
    assert entry.fields["rows"].keys() == {"pool", "ledger", "membership", "spent"}
    assert entry.fields["contributed"] == [NIGHTS[0]]
    assert verify_chain(registry.store) == []


def test_the_others_are_released_as_if_ann_had_never_been(folder, tmp_path):
    night(folder, NIGHTS[0])
    erase(folder)
    after = night(folder, NIGHTS[1])
    rows = (folder / "who.csv").read_text().splitlines()
    (folder / "who.csv").write_text("\n".join(row for row in rows if "Ann" not in row) + "\n")
    never = night(folder, NIGHTS[1], registry=str(tmp_path / "other"))
    assert [file["sha256"] for file in after.manifest["files"]] == [
        file["sha256"] for file in never.manifest["files"]
    ]


def test_versions_are_withdrawn_if_that_is_the_policy(folder, capsys):
    night(folder, NIGHTS[0])
    assert erase(folder, "--published", "withdraw", "--reason", "asked") == 0
    assert f"Withdrawn, whole: {NIGHTS[0]}" in capsys.readouterr().out
    assert Registry(folder / "registry").live() == []
    night(folder, NIGHTS[1])
    assert [version.name for version in Registry(folder / "registry").live()] == [NIGHTS[1]]


def test_a_dry_run_says_what_there_is_and_changes_nothing(folder, capsys):
    night(folder, NIGHTS[0])
    store = Registry(folder / "registry").store
    before = store.read_all("")
    assert erase(folder, "--dry-run") == 0
    said = capsys.readouterr().out
    assert f"hold something of theirs: {NIGHTS[0]}" in said
    assert "membership 1" in said
    assert store.read_all("") == before


def test_a_run_keeps_to_the_times(folder):
    night(folder, NIGHTS[0])
    store = Registry(folder / "registry").store
    old = f"{DEAD_LETTERS}/20200101T000000Z-5a5a5a5a.parquet"
    store.replace(old, b"")
    night(folder, NIGHTS[1], retention={"dead_letters_days": 100_0})
    assert not store.exists(old)
    assert "dead_letters" in [kind for e in read_chain(store) for kind in e.fields.get("kinds", {})]


def test_a_changed_pool_key_goes_on_where_the_old_one_was(folder, monkeypatch, capsys):
    night(folder, NIGHTS[0])
    new = folder / "new-key"
    new.write_text("9c" * 32)
    new.chmod(0o600)
    assert command(folder, "rotate-key", "--which", "pool", "--new-key-file", str(new)) == 0
    with pytest.raises(ConfigError, match="--pool-key-file"):
        night(folder, NIGHTS[1])
    night(folder, NIGHTS[1], pool_key_file=str(new))
    assert "part-00000.parquet" in traces(folder, pool_key="9c" * 32)
    assert command(folder, "rotate-key", "--which", "pool", "--new-key-file", str(new)) == 0
    assert "already" in capsys.readouterr().out


@pytest.mark.parametrize(("which", "other"), [("pool", KEY), ("pseudonym", POOL)])
def test_a_key_is_not_changed_into_the_other_one(folder, monkeypatch, capsys, which, other):
    night(folder, NIGHTS[0])
    new = folder / "new-key"
    new.write_text(other)
    new.chmod(0o600)
    # The command is given another key for the other one, so that only the registry knows.
    monkeypatch.setenv("DESIREPATH_KEY" if which == "pool" else "DESIREPATH_POOL_KEY", "3d" * 32)
    assert command(folder, "rotate-key", "--which", which, "--new-key-file", str(new)) == 2
    assert "in use" in capsys.readouterr().err


def test_a_changed_pseudonym_key_keeps_what_waits_of_whoever_is_listed(folder):
    night(folder, NIGHTS[0])
    before = traces(folder)
    registry = Registry(folder / "registry")
    waiting = generation_of(registry)
    rows = read_pool(
        registry, waiting, key=bytes.fromhex(POOL), fingerprint=key_fingerprint(bytes.fromhex(KEY))
    ).num_rows
    new = folder / "new-key"
    new.write_text("9c" * 32)
    new.chmod(0o600)
    who = str(folder / "who.csv")
    arguments = ("--which", "pseudonym", "--new-key-file", str(new), "--participation", who)
    assert command(folder, "rotate-key", *arguments) == 0
    assert traces(folder, key="9c" * 32) == before - {"ledger.parquet"}
    assert traces(folder) == set()
    fingerprint = key_fingerprint(b"\x9c" * 32)
    renamed = read_pool(registry, waiting + 1, key=bytes.fromhex(POOL), fingerprint=fingerprint)
    assert renamed.num_rows == rows
    with pytest.raises(ConfigError, match="not the one of the registry"):
        night(folder, NIGHTS[1])
    night(folder, NIGHTS[1], key_file=str(new))
    assert read_state(registry, NIGHTS[1], "ledger", key=bytes.fromhex(POOL)) is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\n \n", "names no account"), (b"\xff\xfe", "not UTF-8"), (None, "cannot be read")],
)
def test_a_file_of_accounts_that_will_not_do_is_refused(folder, capsys, content, said):
    night(folder, NIGHTS[0])
    if content is None:
        (folder / "accounts.txt").unlink()
    else:
        (folder / "accounts.txt").write_bytes(content)
    assert erase(folder) == 2
    assert said in capsys.readouterr().err


def test_an_account_linked_later_stays_out_when_no_file_says_so_any_more(folder):
    night(folder, NIGHTS[0])
    (folder / "accounts.txt").write_text("ann\n")
    who = (folder / "who.csv").read_text()
    (folder / "who.csv").write_text(who.replace("ann-admin,Ann,,participates\n", ""))
    assert erase(folder) == 0
    (folder / "who.csv").write_text(who)
    night(folder, NIGHTS[1])
    registry = Registry(folder / "registry")
    erased = load_erased(registry.store, bytes.fromhex(POOL))
    assert set(erased.to_pylist()) == digests(*ANN)
    night(folder, NIGHTS[2], participation="none")
    registry = Registry(folder / "registry")
    waits = read_pool(
        registry,
        generation_of(registry),
        key=bytes.fromhex(POOL),
        fingerprint=key_fingerprint(bytes.fromhex(KEY)),
    )
    assert not digests(*ANN) & set(waits.column("account").to_pylist())
    assert verify_chain(registry.store) == []
