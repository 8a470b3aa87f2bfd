"""Whole runs: accounts of one person count once, and a person counts in every unit held in the window; own accounts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import etl.pipeline
import etl.steps
from etl.errors import QuarantinedError
from tests.etl.workplace import KEY, go, habit, habits_released, write_log, write_participation
from tests.worlds import Act, digest, events_of, policy
from transforms.pack import pack
from transforms.participation import UNITS
from transforms.sequence import build_actions, order_events


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)


SYBILS = {
    "linked by a row recorded later": ["late,anna,s9,participates", "late,p0,,left,2027-05-01,,,2027-06-01"],
    "linked through a third account": [
        "third,zoe,s9,participates",
        "bridge,zoe,s9,participates",
        "bridge,p0,s9,participates",
    ],
    "linked by an objection that was taken back": [
        "taken,p0,s9,objects,,,,2026-01-01",
        "taken,otto,s9,participates,,,,2026-02-01",
        *(f"user{i},p{i},s{i % 4},participates,,,,2026-02-01" for i in range(9)),
        *(f"{a},{p},s9,participates,,,,2026-02-01" for a, p in [("late", "anna"), ("third", "zoe")]),
    ],
    "shared": ["kiosk,,s9,participates", "desk,p7,s9,participates", "desk,,s9,participates"],
}
"""Rows of the participation file by what they try: each has an account that does a habit as if it were a tenth person."""


def test_accounts_of_one_person_count_once_and_shared_ones_never(tmp_path):
    """Nine people have every habit; of each habit a tenth account has it, which is a tenth person in one case only."""
    habits = {
        "tenting": "tenth",  # the tenth person
        "linking": "late",
        "bridging": "third",
        "objecting": "taken",
        "spelling": " USER\u200b3 ",
        "sharing": "kiosk",
        "desking": "desk",
        "listing": "nobody",
    }
    log = [e for i in range(9) for name in habits for e in habit(f"user{i}", name, i)]
    write_log(tmp_path, log + [e for name, account in habits.items() for e in habit(account, name, 50)])
    rows = [f"user{i},p{i},s{i % 4},participates" for i in range(9)]
    write_participation(
        tmp_path, [*rows, "tenth,p9,s3,participates", *(r for rs in SYBILS.values() for r in rs)]
    )
    manifest = go(tmp_path).manifest
    assert habits_released(tmp_path) == {"tenting"}
    assert manifest["people"] == 10
    assert manifest["verification"]["violations"] == {}


def test_an_account_that_is_linked_to_nobody_else_is_a_tenth_person(tmp_path):
    """The test before can fail: without the links every one of these habits is released."""
    habits = {"linking": "late", "bridging": "third", "objecting": "taken", "spelling": "user33"}
    log = [e for i in range(9) for name in habits for e in habit(f"user{i}", name, i)]
    write_log(tmp_path, log + [e for name, account in habits.items() for e in habit(account, name, 50)])
    rows = [f"user{i},p{i},s{i % 4},participates" for i in range(9)]
    rows += [f"{account},own {account},s3,participates" for account in habits.values()]
    write_participation(tmp_path, rows)
    go(tmp_path)
    assert habits_released(tmp_path) == set(habits)


def units(folder):
    """Of `hiding` eight of ten people held unit x in the window, in five ways; of `telling` seven did."""
    x, y, z = "x,participates", "y,participates", "z,participates"
    hiding = [
        [
            "a0,p0,x,participates,2026-01-01,2026-11-21T06:00",
            f"a0,p0,{y},2026-11-21T06:00",
        ],  # before, in the window
        [f"a1,p1,{y}", f"b1,p1,{x}"],  # by another account, that did nothing
        [f"a2,p2,{x},,,,2026-01-01", "a2,p2,,objects,,,,2026-02-01", f"a2,p2,{y},2026-03-01,,,2026-03-01"],
        [f"a3,p3,{x},2026-01-01,,,2026-01-01", f"a3,p3,{z},2026-01-01,,,2026-02-01"],  # corrected
        ["a4,p4,x,objects,,,,2026-01-01", f"a4,p4,{z},,,,2026-02-01"],  # held when objecting
        *([f"a{i},p{i},{x}"] for i in (5, 6, 7)),
        [f"a8,p8,{y}"],
        [f"a9,p9,{z}"],
    ]
    telling = [
        *([f"c{i},q{i},{x}"] for i in range(7)),
        # Left unit x and everything else before the window, and came back to another.
        [
            f"c7,q7,{x},,,,2026-01-01",
            "c7,q7,,left,2026-10-01,,,2026-10-01",
            f"c7,q7,{y},2026-11-01,,,2026-11-01",
        ],
        [
            "c8,q8,x,participates,2026-01-01,2026-11-21",
            f"c8,q8,{y},2026-11-21",
        ],  # ends where the window begins
        [f"c9,q9,{z}", f"c9,q9,{x},2026-11-23"],  # begins where the window ends
    ]
    write_participation(folder, [row for rows in (*hiding, *telling) for row in rows])
    log = [e for i in range(10) for e in habit(f"a{i}", "hiding", i) + habit(f"c{i}", "telling", i)]
    write_log(folder, log)


def test_a_person_counts_in_every_unit_held_in_the_window(tmp_path):
    units(tmp_path)
    manifest = go(tmp_path).manifest
    assert habits_released(tmp_path) == {"telling"}
    assert manifest["policy"]["min_outside_unit"] == 3
    assert manifest["verification"]["violations"] == {}


def test_a_pack_that_forgets_a_unit_is_caught(tmp_path, monkeypatch):
    units(tmp_path)
    pack = etl.steps.pack
    monkeypatch.setattr(
        etl.steps, "pack", lambda *args, held, named: pack(*args, held=held.slice(0, 0), named=named)
    )
    with pytest.raises(QuarantinedError):
        go(tmp_path)
    assert quarantined(tmp_path) == {"unit_diversity"}


def test_a_plan_that_takes_units_for_unknown_is_caught(tmp_path, monkeypatch):
    units(tmp_path)
    solve_plan = etl.pipeline.solve_plan

    def without_units(start, packed, totals, job):
        return solve_plan(
            start, packed, totals, replace(job, anonymity=replace(job.anonymity, min_outside_unit=0))
        )

    monkeypatch.setattr(etl.pipeline, "solve_plan", without_units)
    with pytest.raises(QuarantinedError):
        go(tmp_path)
    assert quarantined(tmp_path) == {"unit_diversity", "total_of_min_outside_unit"}


@pytest.mark.parametrize(("named", "asked"), [("x", 3), (None, 0)])
def test_whether_units_are_known_does_not_tell_who_is_there(named, asked):
    """One unit, of somebody who is absent: units are known, so that those who are there hold the unknown one."""
    events = events_of([Act(f"p{i}", i, ("open",)) for i in range(6)])
    sequenced = build_actions(order_events([events]).events, gap_us=60_000_000, drop_repeats=True)
    rows = [
        {"person": digest(name), "unit": unit} for name, unit in [("absent", named), ("p0", None)] if named
    ]
    held = pa.Table.from_pylist(rows, schema=UNITS)
    job = SimpleNamespace(held=held, anonymity=policy(min_outside_unit=3), memory_bytes=None, threads=1)
    packed = pack(sequenced, order_events([events]).events, held=held, named=UNITS.empty_table())
    assert etl.steps.solve_plan(None, [packed], [Counter(active=6)], job).plan.min_outside_unit == asked


def test_without_a_participation_file_an_account_is_replaced_in_its_own_events(tmp_path):
    log = [e for i in range(10) for e in habit(f"quillon{'abcdefghij'[i]}", "desk", i)]
    write_log(tmp_path, [{**e, "target": f"{e['target']} of {e['user_id']}"} for e in log])
    go(tmp_path, participation="none")
    (path,) = (tmp_path / "registry" / "data").rglob("*.parquet")
    (actions,) = pq.ParquetFile(path).read(["actions"]).column("actions").to_pylist()
    assert [action.count("of {name}") for action in actions] == [1, 1, 1]


def quarantined(folder) -> set[str]:
    (kept,) = (folder / "registry" / ".private" / "quarantine").iterdir()
    return set(json.loads((kept / "manifest.json").read_bytes())["verification"]["violations"])
