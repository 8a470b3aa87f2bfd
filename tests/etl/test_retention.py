"""What is kept goes when its time has passed, is logged once, and what nobody can date stays."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from etl.audit import START, parse, read_chain
from etl.audit_check import verify_chain
from etl.canonical import dump
from etl.layout import DEAD_LETTERS, LINEAGE, QUARANTINE, RUNS, STATE
from etl.registry import Registry
from etl.retention import Dated, due, expire, old_keys, run_time
from etl.retention_times import Retention
from tests.etl.sealed_registry import VERSIONS, build
from tests.store.registries import Killed, killed_at

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAYS = {"dead_letters": 30, "run_records": 365, "quarantine": 30, "membership": 365, "lineage": 365}


def at(days: float) -> str:
    return f"{NOW - timedelta(days=days):%Y%m%dT%H%M%SZ}-5a5a5a5a"


@pytest.mark.parametrize(("kind", "days"), DAYS.items())
def test_a_thing_stays_for_its_days_and_not_longer(kind, days):
    exactly = Dated("exactly", kind, NOW - timedelta(days=days))
    longer = Dated("longer", kind, NOW - timedelta(days=days, seconds=1))
    unknown = Dated("unknown", kind, None)
    assert due([exactly, longer, unknown], Retention(), NOW) == [longer]
    assert due([longer], Retention(**{f"{kind}_days": days + 1}), NOW) == []


def test_a_name_says_when_its_run_was():
    assert run_time(f"/{at(0)}/data/x.parquet") == NOW
    assert run_time("/20261399T010203Z-5a/x") is None
    assert run_time("/notes.txt") is None


@pytest.fixture
def registry(tmp_path):
    registry = build(tmp_path / "registry")
    for days in (29, 31):
        registry.store.replace(f"{DEAD_LETTERS}/{at(days)}.parquet", b"")
        registry.store.replace(f"{QUARANTINE}/{at(days)}/data/x.parquet", b"")
        registry.store.replace(f"{QUARANTINE}/{at(days)}/report.html", b"")
    for days in (364, 366):
        registry.store.replace(f"{RUNS}/{at(days)}.json", b"{}")
        registry.store.replace(f"{LINEAGE}/{at(days)}.jsonl", b"{}")
    registry.store.replace(f"{RUNS}/a-stewards-own-note.json", b"{}")
    return registry


def test_what_is_due_goes_and_is_logged(registry):
    gone = expire(registry.store, Retention(), NOW)
    assert gone == {"dead_letters": 1, "run_records": 1, "quarantine": 2, "lineage": 1}
    assert registry.store.names(DEAD_LETTERS) == [f"{DEAD_LETTERS}/{at(29)}.parquet"]
    assert registry.store.names(QUARANTINE) == [
        f"{QUARANTINE}/{at(29)}/{name}" for name in ("data/x.parquet", "report.html")
    ]
    assert len(registry.store.names(RUNS)) == 2
    entry = read_chain(registry.store)[-1]
    assert entry.event == "expired"
    assert entry.fields["kinds"] == gone
    assert f"{DEAD_LETTERS}/{at(31)}.parquet" in entry.fields["objects"]
    assert entry.fields["retention"]["dead_letters_days"] == 30
    assert verify_chain(registry.store) == []
    assert expire(registry.store, Retention(), NOW) == {}
    assert read_chain(registry.store)[-1].name == entry.name


def test_who_contributed_is_known_for_a_time_after_the_publication(registry):
    """Not after the night: a backfilled version is as young as its publication."""
    later = datetime.now(UTC) + timedelta(days=364)
    assert "membership" not in expire(registry.store, Retention(), later)
    gone = expire(registry.store, Retention(), later + timedelta(days=2))
    assert gone["membership"] == len(VERSIONS)
    names = registry.store.names(STATE)
    assert not any(name.endswith("membership.parquet") for name in names)
    assert sum(name.endswith("spent.parquet") for name in names) == len(VERSIONS)


def test_what_a_kill_left_goes_at_the_next_run_and_is_logged_once(registry, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)
    for step in range(1, 8):
        root = tmp_path / str(step)
        shutil.copytree(registry.root, root)
        try:
            expire(killed_at(Registry(root), step, tmp_path)[0].store, Retention(), NOW)
        except Killed:
            assert step < 7
        else:
            assert step == 7
        store = Registry(root).store
        expire(store, Retention(), NOW)
        assert [entry.event for entry in read_chain(store)].count("expired") == 1
        assert not [name for name in store.names(".private") if at(31) in name or at(366) in name]


def test_a_key_in_use_for_too_long_is_told(tmp_path):
    year = Retention().key_days

    def entry(seq: int, days: float, event: str, **fields: str):
        when = f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        content = {"seq": seq, "time": when, "event": event, "prev": START, **fields}
        return parse(f"audit/{seq:08d}.json", dump(content))

    first = entry(1, year + 1, "published")
    assert old_keys([], Retention(), NOW) == []
    assert old_keys([first], Retention(), NOW) == ["pool", "pseudonym"]
    assert old_keys([first, entry(2, 1, "key_rotated", which="pool")], Retention(), NOW) == ["pseudonym"]
    assert old_keys([first], Retention(key_days=year + 2), NOW) == []


@pytest.mark.parametrize("wrong", [{"dead_letters_days": -1}, {"dead_letter_days": 3}, {"key_days": 0}])
def test_a_time_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        Retention(**wrong)
