"""Spellings over whole runs: in the log and in requests one person is one, and a misspelt request is no success."""

from __future__ import annotations

import pytest

from etl.audit import read_chain
from etl.cli import main
from etl.layout import SPELLED
from etl.registry import Registry
from tests.etl.test_privacy_commands import NIGHTS, POOL, TEAM, command, erase, night, traces
from tests.etl.workplace import KEY, go, habit, habits_released, write_log, write_participation


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", POOL)


@pytest.fixture
def folder(tmp_path):
    people = [*(f"{name},{name},,participates" for name in TEAM), "ann,Ann,,participates"]
    write_participation(tmp_path, [*people, "ann-admin,ＡＮＮ,,participates"])
    return tmp_path


@pytest.mark.parametrize("other", ["STRASSER", "CORP\\straßer", "STRAẞER\u3164"])
def test_two_spellings_in_a_log_are_one_person(tmp_path, other):
    """Nine people and two spellings of a tenth have one habit; ten and the same another."""
    first = "straßer@corp" if "CORP" in other else "straßer"
    accounts = [f"user{number}" for number in range(8)]
    records = []
    for account in [*accounts, first, other]:
        records += habit(account, "splitting")
    for account in [*accounts, "user8", "user9"]:
        records += habit(account, "sharing")
    write_log(tmp_path, records)
    go(tmp_path, participation="none", min_active=2, min_outside_unit=0)
    assert habits_released(tmp_path) == {"sharing"}


def test_a_request_with_a_misspelt_name_is_refused_and_erases_nobody(folder, capsys):
    night(folder, NIGHTS[0])
    (folder / "accounts.txt").write_text("ann\n\nannn\n")
    before = traces(folder)
    capsys.readouterr()
    assert erase(folder) == 2
    said = capsys.readouterr().err
    assert "of 1 of the accounts" in said
    assert "line 3" in said
    assert "annn" not in said
    assert traces(folder) == before
    assert erase(folder, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "line 3" in said
    assert "annn" not in said
    assert erase(folder, "--unknown-too") == 0
    assert traces(folder) == set()
    assert erase(folder) == 0  # again: they are known as erased


@pytest.mark.parametrize("written", ["ＡＮＮ", "A\u00adnn", " ann\u2800"])
def test_whoever_is_erased_may_be_spelled_in_any_way(folder, written):
    night(folder, NIGHTS[0])
    (folder / "accounts.txt").write_text(written)
    assert erase(folder) == 0
    assert traces(folder) == set()


def test_after_an_erasure_the_key_is_changed_and_who_left_the_file_stays_out(folder, monkeypatch):
    night(folder, NIGHTS[0])
    (folder / "accounts.txt").write_text("ann")
    assert erase(folder) == 0
    people = (folder / "who.csv").read_text()
    (folder / "who.csv").write_text(
        "".join(line for line in people.splitlines(True) if not line.startswith("ann"))
    )
    new = folder / "new-key"
    new.write_text("9c" * 32)
    new.chmod(0o600)
    asked = ("--which", "pseudonym", "--new-key-file", str(new), "--participation", str(folder / "who.csv"))
    assert command(folder, "rotate-key", *asked) == 0
    monkeypatch.setenv("DESIREPATH_KEY", "9c" * 32)
    (folder / "who.csv").write_text(people)  # somebody puts the old file back
    night(folder, NIGHTS[1])
    assert traces(folder, key="9c" * 32) == set()
    night(folder, NIGHTS[2], participation="none", allow_low_k=True)
    assert traces(folder, key="9c" * 32) == set()


def test_a_registry_of_before_is_moved_by_one_command(folder, capsys):
    night(folder, NIGHTS[0])
    registry = Registry(folder / "registry")
    registry.store.remove(SPELLED)
    (folder / "accounts.txt").write_text("ann")
    assert erase(folder) == 2
    assert "run `desirepath migrate` once" in capsys.readouterr().err
    assert (
        main(["migrate", "--registry", str(folder / "registry"), "--participation", str(folder / "who.csv")])
        == 0
    )
    entry = next(entry for entry in read_chain(registry.store) if entry.event == "spelled_anew")
    assert {kind: rows for kind, rows in entry.fields["lost"].items() if rows}.keys() == {"ledger"}
    assert night(folder, NIGHTS[1]).state == "published"
    assert erase(folder) == 0
    assert traces(folder) == set()
