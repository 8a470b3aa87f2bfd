"""A job reaches a worker whole, in few bytes, and only as it was shipped."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.exceptions import InvalidTag

import etl.job
from etl.job import Job, ship
from tests.etl.jobs import plan

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 200


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return plan(tmp_path, people=PEOPLE, participation=True, threads=3)


def same(one: Any, other: Any) -> bool:
    """Equality that looks into arrays."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if is_dataclass(one):
        return type(one) is type(other) and same(list(vars(one).values()), list(vars(other).values()))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process were another."""
    monkeypatch.setattr(etl.job, "_here", {})


ELSEWHERE = """
import pickle, sys
job = pickle.loads(sys.stdin.buffer.read())
again = pickle.loads(pickle.dumps(job))
assert again is job
sys.stdout.buffer.write(pickle.dumps(vars(job)))
"""


def test_another_process_opens_the_equal_job_from_few_bytes(job: Job) -> None:
    whole = pickle.dumps(vars(job))
    accounts = job.events.registry.accounts.to_pylist()
    assert len(accounts) == PEOPLE
    assert all(account in whole for account in accounts)  # they would be found
    ship(job)
    small = pickle.dumps(job)
    assert len(small) < 500 + len(str(job.staging.job))
    assert not any(account in small for account in accounts)
    ended = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], input=small, capture_output=True, cwd=ROOT, check=True
    )
    assert same(Job(**pickle.loads(ended.stdout)), job)


def test_what_lies_there_holds_no_account(job: Job) -> None:
    ship(job)
    lies = job.staging.job.read_bytes()
    assert not any(account in lies for account in job.events.registry.accounts.to_pylist())


def test_a_process_has_one_job(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    ship(job)
    small = pickle.dumps(job)
    assert pickle.loads(small) is job
    forget(monkeypatch)
    opened = pickle.loads(small)
    assert opened is not job
    assert pickle.loads(small) is opened


def test_a_job_that_was_not_shipped_is_pickled_whole(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)
    job.staging.job.unlink()
    assert same(pickle.loads(pickle.dumps(job)), job)


def test_a_changed_copy_of_a_shipped_job_is_not_taken_for_it(job: Job) -> None:
    ship(job)
    other = replace(job, buckets=job.buckets + 1)
    assert pickle.loads(pickle.dumps(other)).buckets == job.buckets + 1


def test_the_last_that_was_shipped_is_the_job(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    ship(job)
    ship(other := replace(job, buckets=job.buckets + 1))
    small = pickle.dumps(other)
    forget(monkeypatch)
    assert pickle.loads(small).buckets == job.buckets + 1


@pytest.mark.parametrize("how", ["changed", "foreign"])
def test_another_file_does_not_open(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    ship(job)
    small, lies = pickle.dumps(job), job.staging.job
    content = bytearray(lies.read_bytes())
    if how == "changed":
        content[len(content) // 2] ^= 1
    else:
        foreign = plan(tmp_path / "foreign")
        content = bytearray(foreign.staging.job.read_bytes())
    lies.write_bytes(content)
    forget(monkeypatch)
    with pytest.raises(InvalidTag):
        pickle.loads(small)
