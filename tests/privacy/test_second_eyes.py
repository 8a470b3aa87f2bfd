"""What a run promised is held against it by the verifier with the run's own numbers: each lie told once to a whole run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import etl.finish
import etl.steps
from etl.errors import QuarantinedError
from etl.keys import load_pool_key
from etl.staging import Staging
from tests.privacy.runs import MONDAY, click, go, write_log
from transforms.release import Release


@pytest.fixture
def base(tmp_path):
    """Twelve people with one habit, three times each, and nine with another."""
    rows = [
        click(f"u{i}", MONDAY + i + turn * 3_600_000_000 + step * 1_000_000, name)
        for i in range(12)
        for turn in range(3)
        for step, name in enumerate(("open", "edit", "save"))
    ]
    rows += [click(f"u{i}", MONDAY + i + 36_000_000_000, "rare") for i in range(9)]
    write_log(tmp_path / "logs" / "day.jsonl", rows)
    return tmp_path


def violations(base: Path, **changes: Any) -> set[str]:
    with pytest.raises(QuarantinedError):
        go(base, **changes)
    assert not (base / "registry" / "data").exists()
    kept = next((base / "registry").glob(".private/quarantine/*/manifest.json"))
    return set(json.loads(kept.read_bytes())["verification"]["violations"])


def with_policy(monkeypatch: pytest.MonkeyPatch, step: str, **changes: int) -> None:
    """One step works by other numbers than the run promises."""

    def lie(job: Any) -> Any:
        return replace(job, anonymity=replace(job.anonymity, **changes))

    if step == "solve":
        solve = etl.steps.solve_plan
        monkeypatch.setattr(
            "etl.pipeline.solve_plan", lambda _, packed, totals, job: solve(_, packed, totals, lie(job))
        )
    else:
        init = etl.steps._Cut.__init__
        monkeypatch.setattr(etl.steps._Cut, "__init__", lambda self, job: init(self, lie(job)))


def test_too_few_active_people(base, monkeypatch):
    with_policy(monkeypatch, "solve", min_active=1)
    assert "too_few_active_people" in violations(base, min_active=13)


@pytest.mark.parametrize(
    ("promised", "violation"),
    [({"cap_per_person": 2}, "cap_per_person"), ({"max_per_person": 2}, "max_per_person")],
    ids=str,
)
def test_caps_that_were_not_applied(base, monkeypatch, promised, violation):
    with_policy(monkeypatch, "cut", cap_per_person=0, max_per_person=0)
    assert violation in violations(base, **promised)


def test_a_record_of_k_minus_one_people(base, monkeypatch):
    """Lifting, segmentation and the filter all worked with one less than was promised, and say that it was k."""
    with_policy(monkeypatch, "solve", k=9)
    honest = etl.finish.release

    def release(counts: Any, plan: Any, *, k: int, min_outside_unit: int) -> Release:
        made = honest(counts, plan, k=k - 1, min_outside_unit=min_outside_unit)
        people = np.maximum(np.asarray(made.table.column("people")), k).astype(np.int32)
        occurrences = np.maximum(np.asarray(made.table.column("occurrences")), people)
        table = made.table
        for name, values in (("people", people), ("occurrences", occurrences)):
            at = table.schema.get_field_index(name)
            table = table.set_column(at, table.schema.field(at), [values])
        return replace(made, table=table)

    monkeypatch.setattr(etl.finish, "release", release)
    assert "support" in violations(base)


def test_the_key_is_nowhere_but_in_memory(base, monkeypatch):
    """Neither the sealing key nor one of the registry's is in a file, while the run works or after it."""
    found: list[Path] = []
    keys: set[bytes] = {bytes.fromhex("5a" * 32), load_pool_key(None)}
    write, remove = etl.steps.write_sealed, Staging.remove

    def noting(table: Any, path: Path, key: bytes) -> None:
        keys.add(key)
        write(table, path, key)

    def looking(staging: Staging) -> None:
        for path in (base / "registry").rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            found.extend([path] for key in keys if key in content or key.hex().encode() in content)
        remove(staging)

    monkeypatch.setattr(etl.steps, "write_sealed", noting)
    monkeypatch.setattr(Staging, "remove", looking)
    go(base)
    assert len(keys) == 3
    assert found == []
