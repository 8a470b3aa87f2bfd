"""Every contestant does the job to the letter: what it writes is what a straight count in Python finds."""

from __future__ import annotations

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.speed.contestants import CONTESTANTS
from benchmarks.speed.logs import simulated
from benchmarks.speed.reference import counted, ties
from tests.benchmarks.speed.tasks import found_by, log_at, task_of
from tests.real import DATA, needs_real_logs

AT_THE_JOB = [one for one in CONTESTANTS if one.does_the_job]


def missing(one):
    return not one.is_there or (one.name == "pyspark" and shutil.which("java") is None)


def each(contestants):
    return pytest.mark.parametrize(
        "one",
        [
            pytest.param(
                one,
                id=one.name,
                marks=pytest.mark.skipif(missing(one), reason=f"{one.title} is not installed ({one.needs})"),
            )
            for one in contestants
        ],
    )


everybody = each(AT_THE_JOB)
everybody_fast = each([one for one in AT_THE_JOB if one.name not in ("pyspark", "beam")])


@pytest.fixture(scope="module", params=["jsonl", "parquet"])
def frozen(request, tmp_path_factory):
    return simulated(20_000, request.param, tmp_path_factory.mktemp("logs"))


@everybody
def test_on_the_frozen_preset(one, frozen, tmp_path):
    task = task_of(frozen, k=10)
    expected = counted(task)
    assert len(expected) > 20
    assert ties(task) == 0
    assert found_by(one, frozen, tmp_path / "out", k=10) == expected


def at(ts, person, event_type, app, **more):
    return {"ts": ts, "user_id": person, "event_type": event_type, "app": app, **more}


EVENTS = [
    # Exactly 30 minutes are no pause, a microsecond more is one; the text's order is not that of the times.
    at("2026-11-02T09:30:00+01:00", "a", "click", "Mail", target="Send"),
    at("2026-11-02T08:00:00Z", "a", "click", "Mail", target="New", text="never read"),
    at("2026-11-02T09:00:00.000001Z", "a", "click", "Mail", target="New"),
    at("2026-11-02T09:00:00.5Z", "a", "click", "Mail", target="New"),
    at("2026-11-02T04:29:00.5-05:00", "a", "click", "Mail", target="Send"),
    # Another, with runs that collapse, and one that does not go on in the next session.
    at("2026-11-02T23:59:59.999999+00:00", "b", "click", "Mail", target="New"),
    at("2026-11-03T00:00:01+00:00", "b", "click", "Mail", target="Send"),
    at("2026-11-03T00:00:02+00:00", "b", "click", "Mail", target="Send"),
    at("2026-11-03T09:00:00+00:00", "b", "click", "Mail", target="Send"),
    # Without target: null, or not there.
    at("2026-11-02T09:00:00+00:00", "c", "focus", "Mail", target=None),
    at("2026-11-02T09:00:00+00:00", "d", "focus", "Mail"),
    at("2026-11-03T09:00:00+00:00", "e", "click", "Mail", target="Send"),
]


@everybody
def test_on_the_edges(one, tmp_path):
    for name, half in (("1", EVENTS[::2]), ("2", EVENTS[1::2])):
        lines = "".join(json.dumps(event) + "\n" for event in half)
        (tmp_path / f"{name}.jsonl").write_text(lines, "utf-8")
    log = log_at(tmp_path, "*.jsonl")
    expected = {
        ("click Mail New", "click Mail Send"): (2, 3),
        ("click Mail Send",): (2, 2),
        ("focus Mail ∅",): (2, 2),
    }
    assert counted(task_of(log, k=2)) == expected
    assert found_by(one, log, tmp_path / "out", k=2) == expected


@everybody
def test_when_nothing_is_shared(one, tmp_path):
    table = pa.table(
        {"user_id": ["a"], "ts": [0], "event_type": ["click"], "app": ["Mail"], "target": ["New"]}
    )
    pq.write_table(table, tmp_path / "1.parquet")
    assert found_by(one, log_at(tmp_path, "*.parquet"), tmp_path / "out", k=2) == {}


@pytest.mark.real
@needs_real_logs
@everybody_fast
def test_on_the_real_log(one, tmp_path):
    log = log_at(DATA / "web_interactions", "*.jsonl.gz", "web_interactions")
    found = found_by(one, log, tmp_path / "out", k=1)
    # Equal times abound there, and their order is left open; how many sessions there are is not.
    assert sum(occurrences for _, occurrences in found.values()) == 401
