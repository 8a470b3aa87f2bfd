"""No public risk figure is about fewer than k people: not by itself, not by what is left, not by a difference."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.evidence import Evidence
from etl.risk_figures import measure_risk, tell_risk
from etl.suppress import tell_part, tell_share_of_people
from risk.draws import pairs_of
from risk.evidence import Occurrences, Published
from risk.withheld import Activity
from tests.etl.test_pipeline import go, write_lines

K = 10


def share_of(count: int, people: int) -> float | str:
    return tell_share_of_people(count / people, people=people, inside=count, outside=people - count, k=K)


@pytest.mark.parametrize("people", [10, 11, 19, 20, 21, 24, 57, 400, 1000])
def test_what_is_told_of_a_share_fits_every_small_count_or_none(people: int) -> None:
    fits = defaultdict(set)
    for count in range(people + 1):
        fits[share_of(count, people)].add(count)
    small = set(range(1, K)) | set(range(people - K + 1, people))
    for told, counts in fits.items():
        if counts & small:
            assert counts in (set(range(1, K)), set(range(people - K + 1, people)), set(range(1, people)))
        elif 0 < told < 1:
            assert K <= min(counts) <= max(counts) <= people - K
    assert fits[0.0] == {0}
    assert fits[1.0] == {people}


def test_two_shares_of_the_same_people_differ_by_at_least_k_of_them_or_not_at_all() -> None:
    for people in (24, 25, 57, 90):
        shares = sorted(
            {told for count in range(people) if isinstance(told := share_of(count, people), float)}
        )
        steps = np.diff([share for share in shares if 0 < share < 1])
        assert len(steps) == 0 or steps.min() * people > K - 0.01 * people


@given(st.floats(0.0001, 0.9999), st.integers(1, 40), st.integers(1, 40))
@settings(deadline=None, max_examples=60)
def test_a_part_that_is_about_few_people_is_not_told(share: float, inside: int, outside: int) -> None:
    told = tell_part(share, inside=inside, outside=outside, k=K)
    assert isinstance(told, str) == (min(inside, outside) < K)
    if isinstance(told, float):
        assert 0 < told < 1
        assert told == pytest.approx(share, abs=0.01)
        assert round(told, 2) == told


def evidence_of(sets: list[set[int]], actions: list[int], released: list[int], units: list[int]) -> Evidence:
    """People with what is known of them, how much they did and how much of it was released, and a unit each."""
    pairs = np.array(sorted((i, a) for i, has in enumerate(sets) for a in has), np.int64).reshape(-1, 2)
    people = len(sets)
    none = np.zeros(0, np.int64)
    return Evidence(
        Published(pa.array([], pa.list_(pa.string())), none.astype(np.int32), none, none, none),
        Occurrences(none, none, none, none, none),
        pairs_of(pairs[:, 0], pairs[:, 1], people=people, things=1000),
        Activity(
            np.array(actions), np.array(released), np.arange(people), np.array(units), ("a", "b", "c", "d")
        ),
        0,
        0,
        1,
    )


def small_numbers(figures: object) -> list[str]:
    """Whole numbers from 1 to k − 1 that are told anywhere but in a name."""
    text = re.sub(r'"(unit )?\d+"( ?:)?', "", json.dumps(figures)).replace(f"< {K}", "")
    return re.findall(r"(?<![\d.])[1-9](?![\d.])", text)


@given(
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(1, 9), st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=60),
)
@settings(deadline=None, max_examples=60)
def test_nothing_told_is_about_few_people(alone: int, rows: list[tuple[int, float, int]]) -> None:
    sets = [{0, 1, 2 + i} if i < alone else {0, 1} for i in range(len(rows))]
    actions = [n for n, _, _ in rows]
    released = [int(n * share) for n, share, _ in rows]
    risk = measure_risk(evidence_of(sets, actions, released, [unit for *_, unit in rows]), k=K)
    told = tell_risk(risk, people=len(rows), k=K)
    assert small_numbers(told) == []
    if len(rows) < K:
        assert set(told.values()) == {"< 10"}
        return
    before = told["unicity"]["before"]
    assert all(share in (0.0, "< 10", "not shown") for share in before.values()) or len(rows) == alone
    if told["withheld_by_unit"] == "not shown":
        assert 2 * max(actions) > sum(actions)
    else:
        assert min(group["people"] for group in told["withheld_by_unit"]) >= K
    assert told["candidate_set"] == told["attacks"] == "nothing was released"


def test_nearly_everybody_unique_is_told_as_that() -> None:
    for ordinary in (2, 9, 10, 16):
        sets = [{7} if i < ordinary else {100 + i} for i in range(40)]
        risk = measure_risk(evidence_of(sets, [1] * 40, [0] * 40, [0] * 40), k=K)
        told = tell_risk(risk, people=40, k=K)["unicity"]["before"]["4"]
        assert told == ("all but < 10" if ordinary < K else 0.75 if ordinary == 10 else 0.5)


@pytest.mark.parametrize(
    ("units", "groups"),
    [
        ([0] * 21 + [1] * 9, [("all units together", 30)]),
        ([0] * 20 + [1] * 10, [("unit 1", 20), ("unit 2", 10)]),
        ([0] * 19 + [1] * 17, [("unit 1", 15), ("unit 2", 15)]),
        ([0] * 12 + [1] * 9 + [2] * 12, [("unit 1", 10), ("other units together", 20)]),
        ([0] * 40, [("unit 1", 30)]),
    ],
)
def test_small_units_are_told_with_others(units: list[int], groups: list[tuple[str, int]]) -> None:
    people = len(units)
    risk = measure_risk(evidence_of([{0}] * people, [4] * people, [1] * people, units), k=K)
    told = tell_risk(risk, people=people, k=K)["withheld_by_unit"]
    assert [(group["unit"], group["people"]) for group in told] == groups
    assert {group["share"] for group in told} == {0.75}


def test_of_units_in_which_one_person_did_most_nothing_is_told() -> None:
    risk = measure_risk(evidence_of([{0}] * 30, [30] + [1] * 29, [1] * 30, [0] * 30), k=K)
    assert tell_risk(risk, people=30, k=K)["withheld_by_unit"] == "not shown"


def test_where_nobodys_unit_is_known_there_is_none_to_tell_of() -> None:
    evidence = evidence_of([{0}] * 30, [1] * 30, [1] * 30, [0] * 30)
    unknown = replace(evidence, activity=replace(evidence.activity, units=(None,)))
    assert tell_risk(measure_risk(unknown, k=K), people=30, k=K)["withheld_by_unit"] == []


def test_the_order_of_units_tells_no_more_than_their_figures() -> None:
    """Two units on one step of the ladder stand in the order of their shares, whichever has more people."""
    units = [0] * 14 + [1] * 12
    released = [1] * 14 + [3] * 12
    risk = measure_risk(evidence_of([{0}] * 26, [4] * 26, released, units), k=K)
    told = tell_risk(risk, people=26, k=K)["withheld_by_unit"]
    assert [(group["people"], group["share"]) for group in told] == [(10, 0.25), (10, 0.75)]


def test_a_run_tells_of_few_unique_people_and_of_a_small_unit_only_that(tmp_path, monkeypatch) -> None:
    """Thirty people do the same; nine of them also do one thing of their own, and they are a unit."""
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    records = []
    for i in range(30):
        names = ["open", "edit", "save"] * 4
        names[6:6] = [f"odd-{'abcdefghi'[i]}"] if i < 9 else []
        for step, name in enumerate(names):
            when = 1_795_000_000_000_000 + i * 10**6 + step * 10**3
            records.append({"user_id": f"user{i}", "ts": when, "unit": f"u{int(i < 9)}"})
            records[-1] |= {"event_type": "click", "app": "Desk", "target": name}
    write_lines(tmp_path / "logs" / "day.jsonl", records)
    manifest = go(tmp_path, cap_per_person=0, max_per_person=0).manifest
    privacy = manifest["privacy"]
    assert manifest["released"]["records"] > 0
    assert privacy["unicity"]["before"]["4"] == "< 10"
    assert [group["unit"] for group in privacy["withheld_by_unit"]] == ["all units together"]
    assert privacy["unicity"]["after_in_one_record"] == dict.fromkeys("1234", 0.0)
    assert small_numbers(privacy) == []
    page = (tmp_path / "registry" / "reports" / f"{manifest['version']}.html").read_text()
    assert "&lt; 10 accounts" in page
    run = json.loads(next((tmp_path / "registry" / ".private" / "runs").iterdir()).read_bytes())
    exact = run["exact"]["risk"]
    assert sorted(part["people"] for part in exact["withheld_by_unit"].values()) == [9, 21]
    assert exact["unicity"]["before"]["4"]["singled"] == 9


def test_what_the_verifier_rejects_is_not_measured() -> None:
    assert set(tell_risk(None, people=30, k=K).values()) == {"not measured"}
