"""T1: a release is, record by record, what a brute-force recount of the raw records says; nothing more, and nothing less.

From emissions to release the recount is in tests/transforms/test_release.py; here it starts from the raw records. On the
real logs tests/independent recounts who *have* each record.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import etl.finish
from tests.privacy import oracle
from tests.privacy.raw_worlds import (
    MINUTE,
    START,
    Raw,
    log_bytes,
    participation_csv,
    phrases_of,
    raw_world,
    release_of,
)
from tests.privacy.runs import click, go, released_rows
from transforms.plan import Plan

examples = settings(  # a smaller seed is no simpler world: nothing is shrunk
    max_examples=120, deadline=None, derandomize=True, phases=[Phase.generate]
)
RULES = st.builds(
    oracle.Rules,
    k=st.integers(2, 4),
    j=st.integers(0, 2),
    c=st.integers(0, 2),
    most=st.sampled_from([0, 2, 4]),
)


def assert_recounted(raw: Raw, rules: oracle.Rules, buckets: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        made = release_of(raw, rules, Path(folder), buckets=buckets)
    world = oracle.lifted(oracle.events_of(raw.log, raw.participation), rules)
    exact = oracle.released(world, rules, phrases_of(made.plan))
    assert made.records == exact
    assert made.released.table.to_pylist() == oracle.published(exact, rules.k)
    return len(exact)


SEEDS = st.integers(0, 10**9)


@examples
@given(SEEDS, RULES, st.integers(1, 4))
def test_a_release_is_what_the_recount_says(seed, rules, buckets):
    assert_recounted(raw_world(seed, registry=False), rules, buckets)


@examples
@given(SEEDS, RULES, st.integers(1, 4))
def test_with_a_participation_file_too(seed, rules, buckets):
    """Without units: which of them a file says that a person held is T10's."""
    assert_recounted(raw_world(seed, registry=True), rules._replace(j=0), buckets)


@pytest.mark.parametrize(("seed", "registry"), [(3, False), (7, True)])
def test_the_files_of_a_whole_run_are_the_recount(tmp_path, monkeypatch, seed, registry):
    """Through the reader, the shuffle and the written files, with caps that bite."""
    worlds = [raw_world(seed * 100 + part, registry=registry) for part in range(6)]
    raw = together(worlds)
    rules = oracle.Rules(k=3, j=0 if registry else 1, c=1, most=4, salt=b"all")
    plans: list[Plan] = []
    release = etl.finish.release
    monkeypatch.setattr(
        etl.finish,
        "release",
        lambda counts, plan, **more: plans.append(plan) or release(counts, plan, **more),
    )
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "day.jsonl").write_bytes(log_bytes(raw.log))
    who = "none"
    if raw.participation is not None:
        who = str(tmp_path / "who.csv")
        Path(who).write_text(participation_csv(raw.participation), "utf-8")
    numbers = {"k": 3, "allow_low_k": True, "cap_per_person": 1, "max_per_person": 4, "buckets": 3}
    go(tmp_path, participation=who, min_outside_unit=rules.j, **numbers)
    world = oracle.lifted(oracle.events_of(raw.log, raw.participation), rules)
    exact = oracle.released(world, rules, phrases_of(plans[0]))
    uncapped = oracle.released(world, rules._replace(c=0, most=0), phrases_of(plans[0]))
    assert exact != uncapped
    assert any(len(record) > 1 for record in exact)
    rows = sorted(released_rows(tmp_path / "registry"), key=lambda row: oracle.digest_of(row["actions"]))
    assert rows == oracle.published(exact, rules.k)


def test_what_is_done_often_is_told_in_two_digits(tmp_path):
    log = [click(f"p{i}", START + turn * 31 * MINUTE + i, "open") for turn in range(37) for i in range(3)]
    assert assert_recounted(Raw(log, None), oracle.Rules(k=3), 2) == 1
    (row,) = release_of(Raw(log, None), oracle.Rules(k=3), tmp_path).released.table.to_pylist()
    assert (row["people"], row["occurrences"]) == (3, 110)  # of 111


def together(worlds: list[Raw]) -> Raw:
    """One log of all of them, each with people of its own."""
    log, participation = [], []
    for number, raw in enumerate(worlds):
        log += [{**row, "user_id": f"{row['user_id']}of{number}"} for row in raw.log]
        participation += [
            {**row, **{name: row[name] and f"{row[name]}of{number}" for name in ("account", "person")}}
            for row in raw.participation or ()
        ]
    return Raw(log, participation or None)


@pytest.mark.parametrize("registry", [False, True])
def test_the_worlds_are_worth_recounting(registry, tmp_path):
    """Among them are sequences, lifted actions, withheld ones, and records that only just fail."""
    rules, found = oracle.Rules(k=3), Counter()
    for seed in range(40):
        raw = raw_world(seed, registry=registry)
        made = release_of(raw, rules, tmp_path)
        world = oracle.lifted(oracle.events_of(raw.log, raw.participation), rules)
        counts = oracle.emitted(world, rules, phrases_of(made.plan))
        found["sequence"] += any(len(record) > 1 for record in made.records)
        found["lifted"] += any("↑" in action for record in made.records for action in record)
        found["withheld"] += any(
            None in [action[0] for action in actions[1:-1]] for _, actions in world.sessions
        )
        found["in context"] += any(len(phrases) > 0 for phrases in phrases_of(made.plan)[1:])
        found["failed"] += any(len(people) < rules.k for people in counts.values())
        found["empty"] += not made.records
    assert (
        min(found[name] for name in ("sequence", "lifted", "in context", "withheld", "failed", "empty")) >= 2
    ), found
