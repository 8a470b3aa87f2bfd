"""Counts about fewer than k people: told neither directly nor by subtraction from what stands beside them."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import pytest

from etl.errors import InputError
from etl.manifest import POOL_FIGURES, public_manifest
from etl.suppress import tell_count
from expectations.gates import run_input_gate
from tests.etl.test_pipeline import go, workplace, write_lines


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)


def with_participants(folder, accounts):
    with open(folder / "people.csv", "w", newline="") as stream:
        csv.writer(stream).writerows(
            [("account", "person", "status"), *((name, name, "participates") for name in accounts)]
        )
    return str(folder / "people.csv")


def public_text(folder, result):
    registry = folder / "registry"
    pages = [*registry.glob("manifests/*"), *registry.glob("reports/*"), registry / "README.md"]
    return "".join(page.read_text() for page in pages)


@pytest.mark.parametrize(("unlisted", "hidden"), [(3, True), (10, False)])
def test_what_few_people_lost_is_not_told_by_the_rows_beside_it(tmp_path, capsys, unlisted, hidden):
    records = workplace(people=30 + unlisted, tail=False)
    records += [{**record, "ts": record["ts"] + 1} for record in records]  # everybody does everything twice
    write_lines(tmp_path / "logs" / "day.jsonl", records)
    listed = with_participants(tmp_path, [f"user{i}" for i in range(30)])
    kept = sum(int(record["user_id"][4:]) < 30 for record in records)
    result = go(tmp_path, participation=listed)
    rows = result.manifest["rows"]
    assert rows["kept"] == tell_count(kept)
    said = public_text(tmp_path, result) + "".join(capsys.readouterr())
    if hidden:
        assert rows["dropped"] == {"other": "< 10"}
        assert rows["read"] == "not shown"
        for number in (len(records), len(records) - kept):
            assert f"{number:,}" not in said
            assert str(number) not in said
    else:
        assert rows["dropped"] == {"not_admitted": tell_count(len(records) - kept)}
        assert rows["read"] == tell_count(len(records))
    private = next((tmp_path / "registry" / ".private" / "runs").iterdir())
    assert json.loads(private.read_bytes())["exact"]["rows"]["read"] == len(records)


def test_twelve_accounts_of_one_person_are_one_person_behind_a_drop(tmp_path):
    records = workplace()
    early = [
        {**records[0], "user_id": f"alias{i}", "ts": records[0]["ts"] - 10 * 86_400_000_000}
        for i in range(12)
    ]
    write_lines(tmp_path / "logs" / "day.jsonl", early + records)
    rows = [(f"user{i}", f"user{i}", "participates") for i in range(30)]
    rows += [(f"alias{i}", "user0", "participates") for i in range(12)]
    with open(tmp_path / "people.csv", "w", newline="") as stream:
        csv.writer(stream).writerows([("account", "person", "status"), *rows])
    first = str(datetime.fromtimestamp(records[0]["ts"] / 1e6, UTC).date())
    manifest = go(
        tmp_path, participation=str(tmp_path / "people.csv"), window=f"{first}..2027-01-31"
    ).manifest
    assert manifest["rows"]["dropped"] == {"other": "< 10"}
    assert manifest["rows"]["read"] == "not shown"


def test_what_is_withheld_of_few_people_is_not_told_by_the_actions_beside_it(tmp_path):
    """Thirty people do the same; two of them also do one thing of their own."""
    records = []
    for i in range(30):
        names = ["open", "edit", "save"] * 7 + ([f"odd-{i}"] * 1 if i < 2 else [])
        for step, name in enumerate(names):
            when = 1_795_000_000_000_000 + i * 10**6 + step * 10**3
            records.append(
                {"user_id": f"user{i}", "ts": when, "event_type": "click", "app": "Desk", "target": name}
            )
    write_lines(tmp_path / "logs" / "day.jsonl", records)
    result = go(tmp_path, cap_per_person=0, max_per_person=0)
    manifest = result.manifest
    assert manifest["withheld"] == {"actions": {"other": "< 10"}}
    assert (manifest["actions"], manifest["transitions"], manifest["sessions"]) == (500, 500, 30)
    assert manifest["released"]["events"] == 500
    assert manifest["share"]["events"] == 0.99
    assert manifest["rows"]["kept"] == manifest["rows"]["read"] == 500
    assert f"{len(records)}" not in json.dumps({**manifest, "files": []})


@pytest.mark.parametrize(("few", "hidden"), [(2, True), (25, False)])
def test_where_few_people_were_cut_is_not_told_by_transitions_and_sessions(tmp_path, few, hidden):
    """All do two things in two sessions, and a few of them in one: every action is released, not every transition."""
    records = []
    for i in range(30):
        moment = 1_795_000_000_000_000 + i * 10**6
        for script in (["open", "edit", "save"], ["mail", "read", "close"]):
            for name in script:
                moment += 10**3
                record = {"user_id": f"user{i}", "ts": moment, "event_type": "click", "app": "Desk"}
                records.append(record | {"target": name})
            moment += 60_000_000 if i < few else 3_600_000_000
    write_lines(tmp_path / "logs" / "day.jsonl", records)
    manifest = go(tmp_path, k=20, max_length=3).manifest
    assert manifest["released"]["events"] == 150
    if hidden:
        assert manifest["withheld"]["actions"] == {"other": "not shown"}
        assert (manifest["sessions"], manifest["transitions"], manifest["released"]["transitions"]) == (
            50,
            100,
            100,
        )
        assert manifest["share"]["transitions"] == 0.98
    else:
        assert manifest["withheld"]["actions"] == {}
        assert manifest["rows"]["kept"] == manifest["actions"] == 150
        assert manifest["sessions"] == tell_count(60 - few)
        assert manifest["transitions"] == tell_count(120 + few)


@pytest.mark.parametrize(("few", "told"), [(0, 75), (3, 75), (12, 100)])
def test_what_few_people_did_again_is_not_told_by_the_rows_kept(tmp_path, few, told):
    records = []
    for i in range(30):
        names = ["open", "edit", "save"] + ["save"] * (i < few)
        for step, name in enumerate(names):
            when = 1_795_000_000_000_000 + i * 10**6 + step
            record = {"user_id": f"user{i}", "ts": when, "event_type": "click", "app": "Desk"}
            records.append(record | {"target": name})
    write_lines(tmp_path / "logs" / "day.jsonl", records)
    manifest = go(tmp_path).manifest
    assert manifest["actions"] == 75
    assert manifest["rows"]["kept"] == manifest["rows"]["read"] == told


def test_a_night_without_anybody_admitted_says_no_small_count_either(tmp_path):
    write_lines(tmp_path / "logs" / "day.jsonl", workplace(people=3))
    with pytest.raises(InputError) as caught:
        go(tmp_path, participation=with_participants(tmp_path, ["somebody"]))
    assert "other < 10" in str(caught.value)


@pytest.mark.parametrize("repeats", [0, 9, 20])
def test_the_public_view_hides_totals_and_changes_nothing_of_the_exact_one(repeats):
    behind = {
        "dropped": {"not_admitted": 3}, "withheld": {"cap": 2}, "repeats": repeats, "rows": 50, "apart": [0, 0],
    }  # fmt: skip
    pool = {"generation": 1} | {f"{name}{of}": 0 for name in POOL_FIGURES for of in ("", "_people")}
    exact = {
        "k": 10, "people": 50, "active": 50, "pool": pool, "sessions": 53, "actions": 1_123, "transitions": 1_070,
        "released": {"events": 1_099, "records": 7}, "share": {"events": 0.999, "transitions": 0.5},
        "rows": {"read": 1_297, "kept": 1_290, "rejected": {}, "dropped": {"not_admitted": 7}},
        "withheld": {"actions": {"cap": 1}}, "behind": behind,
        "privacy": {}, "risk": None,
    }  # fmt: skip
    before = json.dumps(exact)
    public = public_manifest(exact)
    assert json.dumps(exact) == before
    assert public["share"] == {"events": 0.99, "transitions": 0.5}
    shown = (public["rows"]["read"], public["rows"]["kept"], public["people"])
    assert shown == ("not shown", 1_000, 50)
    assert (public["actions"], public["sessions"], public["transitions"]) == (1_000, 50, 1_000)
    assert public["released"] == {"events": 1000, "records": 7}


@pytest.mark.parametrize("apart", [[0, 0], [9, 0], [0, 1], [10, 10]])
def test_rows_are_rounded_whoever_has_some_that_are_no_actions_yet(apart):
    behind = {"dropped": {}, "withheld": {}, "repeats": 0, "rows": 50, "apart": apart}
    pool = {"generation": 1} | {f"{name}{of}": 0 for name in POOL_FIGURES for of in ("", "_people")}
    exact = {
        "k": 10, "people": 50, "active": 57, "pool": pool, "sessions": 53, "actions": 1_123, "transitions": 1_070,
        "released": {"events": 1_123, "records": 7}, "share": {"events": 1.0, "transitions": 0.5},
        "rows": {"read": 1_297, "kept": 1_290, "rejected": {"x": 7}, "dropped": {}},
        "withheld": {"actions": {}}, "behind": behind, "privacy": {}, "risk": None,
    }  # fmt: skip
    public = public_manifest(exact)
    assert (public["rows"]["read"], public["rows"]["kept"], public["active"]) == (1_000, 1_000, 50)
    assert public["rows"]["rejected"] == {"x": "< 10"}


def test_rows_of_few_people_are_hidden_though_many_waited():
    behind = {"dropped": {}, "withheld": {}, "repeats": 20, "rows": 9, "apart": [0, 50]}
    pool = {"generation": 2} | {f"{name}{of}": 120 for name in POOL_FIGURES for of in ("", "_people")}
    exact = {
        "k": 10, "people": 50, "active": 9, "pool": pool, "sessions": 53, "actions": 1_123, "transitions": 1_070,
        "released": {"events": 1_123, "records": 7}, "share": {"events": 1.0, "transitions": 0.5},
        "rows": {"read": 19, "kept": 12, "rejected": {"x": 7}, "dropped": {}},
        "withheld": {"actions": {}}, "behind": behind, "privacy": {}, "risk": None,
    }  # fmt: skip
    public = public_manifest(exact)
    assert public["rows"] == {"read": "< 10", "kept": "< 10", "rejected": {"other": "< 10"}, "dropped": {}}
    assert (public["active"], public["people"], public["pool"]["drawn"]) == ("< 10", 50, 100)
    # The night before told how many waited: what is beside these is of nine people.
    assert (public["actions"], public["sessions"], public["transitions"]) == (1_000, 50, 1_000)


def exact_night(**changes):
    pool = {"generation": 1} | {f"{name}{of}": 0 for name in POOL_FIGURES for of in ("", "_people")}
    exact = {
        "k": 10, "people": 57, "active": 57, "pool": pool, "sessions": 53, "actions": 1_123, "transitions": 1_070,
        "released": {"events": 1_123, "records": 7}, "share": {"events": 1.0, "transitions": 0.5},
        "rows": {"read": 1_311, "kept": 1_290, "rejected": {"x": 21}, "dropped": {}},
        "withheld": {"actions": {}}, "privacy": {"people_counted_as": "people"}, "risk": None,
        "input": {"files": 1, "damaged_files": 0, "columns_missing": []},
        "behind": {"dropped": {}, "withheld": {}, "repeats": 20, "rows": 57, "apart": [0, 0]},
    }  # fmt: skip
    return exact | changes


def test_people_are_told_in_steps_too():
    assert public_manifest(exact_night())["people"] == 50


def test_the_input_gate_judges_exactly_and_says_no_exact_figure():
    exact = exact_night()
    policy = {"k": 10, "max_reject_ratio": 0.01, "min_active": 50}
    checks = {check.name: check for check in run_input_gate(exact, policy, told=public_manifest(exact))}
    assert (checks["rows_read"].observed, checks["rows_kept"].observed) == ("1,000", "1,000")
    assert (checks["reject_ratio"].success, checks["reject_ratio"].observed) == (False, "more")
    assert checks["rows_unaccounted"].success
    lost = exact_night(rows={**exact["rows"], "read": 1_312})  # one row: nothing that is told differs
    checks = {check.name: check for check in run_input_gate(lost, policy, told=public_manifest(lost))}
    assert not checks["rows_unaccounted"].success


def test_an_error_about_rejects_says_no_exact_figure(tmp_path):
    write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    with open(tmp_path / "logs" / "day.jsonl", "ab") as stream:
        stream.write(b'{"user_id": "u", "ts": "yesterday", "event_type": "click", "app": "x"}\n' * 137)
    with pytest.raises(InputError, match="100 or more records could not be used") as caught:
        go(tmp_path)
    assert "137" not in str(caught.value)
    assert "%" not in str(caught.value).replace("1.0%", "")
