"""Units of open sessions count (G2), and lies about people told to a whole run are found by the verifier alone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import etl.read_step
import etl.run
import etl.steps
import transforms.participation
from etl.errors import QuarantinedError
from tests.privacy.runs import DAY_US, MONDAY, click, go, released_rows, write_log, write_participation
from transforms.spans import EVER, NEVER

HOUR_US = 3_600_000_000
NIGHT: dict[str, Any] = {"date": date(2026, 11, 16), "window": None, "min_active": 10}


def teams(base: Path, *, again_at: int) -> None:
    """Twelve people merge, nine of them of one unit; the three others name that unit once more, at another time."""
    rows = [
        click(f"u{i}", MONDAY + HOUR_US + i + step * 1_000_000, name, unit="legal" if i < 9 else "sales")
        for i in range(12)
        for step, name in enumerate(("merger open", "merger sign"))
    ]
    # And twenty others do something else.
    rows += [click(f"v{i}", MONDAY + 5 * HOUR_US + i, "post", unit=f"v {i % 4}") for i in range(20)]
    rows += [click(f"u{i}", MONDAY + again_at + i, "post", unit="legal") for i in range(9, 12)]
    write_log(base / "logs" / "day.jsonl", rows)


def violations(base: Path) -> set[str]:
    kept = next((base / "registry").glob(".private/quarantine/*/manifest.json"))
    return set(json.loads(kept.read_bytes())["verification"]["violations"])


@pytest.mark.parametrize("again_at", [20 * HOUR_US, DAY_US - HOUR_US // 4], ids=["closed", "open"])
def test_a_unit_named_in_an_open_session_is_held(tmp_path, again_at):
    teams(tmp_path, again_at=again_at)
    manifest = go(tmp_path, **NIGHT).manifest
    assert manifest["verification"]["violations"] == {}
    assert manifest["policy"]["min_outside_unit"] == 3
    actions = {action for row in released_rows(tmp_path / "registry") for action in row["actions"]}
    assert actions == {"click Desk post"}


def test_a_run_that_forgets_open_sessions_is_caught(tmp_path, monkeypatch):
    teams(tmp_path, again_at=DAY_US - HOUR_US // 4)
    units_of = etl.steps.units_of
    monkeypatch.setattr(etl.steps, "units_of", lambda named: units_of(named).slice(0, 0))
    with pytest.raises(QuarantinedError) as caught:
        go(tmp_path, **NIGHT)
    assert caught.value.exit_code == 3
    assert violations(tmp_path) == {"unit_diversity"}


# --- lies about people ------------------------------------------------------------------------------------------------


@pytest.fixture
def base(tmp_path):
    """Twelve people, the first with two accounts; the second takes part until noon."""
    accounts = [f"u{i}" for i in range(12)] + ["w"]
    rows = [
        click(account, MONDAY + HOUR_US * (turn + 1) + i + step * 1_000_000, name)
        for i, account in enumerate(accounts)
        for turn in (0, 14)
        for step, name in enumerate(("open", "edit"))
    ]
    write_log(tmp_path / "logs" / "day.jsonl", rows)
    who: list[dict[str, str]] = [
        {"account": f"u{i}", "person": f"p{i}", "unit": f"t{i % 4}"} for i in range(12)
    ]
    who[1]["valid_to"] = "2026-11-16T12:00:00Z"
    who.append({"account": "w", "person": "p0", "unit": "t0"})
    write_participation(tmp_path / "who.csv", who)
    return tmp_path


def lied_to(base: Path) -> set[str]:
    with pytest.raises(QuarantinedError):
        go(base, participation=str(base / "who.csv"), window="all", buckets=2)
    return violations(base)


def test_a_person_split_in_two_is_caught(base, monkeypatch):
    def split(rows: Any) -> dict[str, str | None]:
        return {str(row["account"]): str(row["account"]) for row in rows}

    monkeypatch.setattr(transforms.participation, "people_by_account", split)
    found = lied_to(base)
    assert "split_person" in found
    assert found <= {
        "split_person",
        "person_in_two_buckets",
        "people_value",
        "total_of_people",
        "total_of_active",
    }


def test_an_account_admitted_outside_its_span_is_caught(base, monkeypatch):
    honest = transforms.participation.admission_spans

    def always(rows: Any, people: Any) -> Any:
        spans = honest(rows, people)
        return {who: [one._replace(from_us=NEVER, to_us=EVER) for one in some] for who, some in spans.items()}

    monkeypatch.setattr(transforms.participation, "admission_spans", always)
    assert lied_to(base) == {"not_admitted"}


def test_a_person_in_two_buckets_is_caught(base, monkeypatch):
    honest = etl.read_step.partition

    def torn(events: Any, *, buckets: int) -> Any:
        early = np.asarray(events.column("time_us")) < MONDAY + 12 * HOUR_US
        for shift, mask in enumerate((early, ~early)):
            for number, batch in honest(events.filter(mask), buckets=buckets):
                yield (number + shift) % buckets, batch

    monkeypatch.setattr(etl.read_step, "partition", torn)
    assert "person_in_two_buckets" in lied_to(base)
