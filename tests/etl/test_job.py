"""A job reaches a worker whole, in few bytes, and only as it was shipped."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.exceptions import InvalidTag

from etl.job import Job, _arrive
from tests.etl.jobs import plan

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 200


def file_of(job: Job) -> Path:
    """Where it lies, left for workers."""
    pickle.dumps(job)
    return job.staging.job(job._left)


def fields_of(job: Job) -> dict[str, Any]:
    return {field.name: getattr(job, field.name) for field in fields(job)}


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


ELSEWHERE = """
import pickle, sys
job = pickle.loads(sys.stdin.buffer.read())
assert pickle.loads(pickle.dumps(job)) is job
sys.stdout.buffer.write(pickle.dumps({name: value for name, value in vars(job).items() if name[0] != "_"}))
"""


def test_another_process_opens_the_equal_job_from_few_bytes(job: Job) -> None:
    accounts = job.events.registry.accounts.to_pylist()
    assert len(accounts) == PEOPLE
    small, whole = pickle.dumps(job), pickle.dumps(vars(job))
    assert all(account in whole for account in accounts)  # they would be found
    assert len(small) < 500 + len(str(job.staging.root))
    assert not any(account in small for account in accounts)
    ended = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], input=small, capture_output=True, cwd=ROOT, check=True
    )
    assert same(Job(**pickle.loads(ended.stdout)), Job(**fields_of(job)))


def test_what_lies_there_holds_no_account(job: Job) -> None:
    content = file_of(job).read_bytes()
    assert not any(account in content for account in job.events.registry.accounts.to_pylist())


def test_a_changed_copy_of_a_job_is_another(job: Job) -> None:
    other = replace(job, buckets=job.buckets + 1)
    for one in (job, other, job):
        _arrive.cache_clear()
        assert pickle.loads(pickle.dumps(one)).buckets == one.buckets


@pytest.mark.parametrize("how", ["changed", "foreign", "of the same run"])
def test_another_file_does_not_open(job: Job, tmp_path: Path, how: str) -> None:
    small, lies = pickle.dumps(job), file_of(job)
    content = bytearray(lies.read_bytes())
    content[len(content) // 2] ^= 1
    if how == "foreign":
        content = bytearray(file_of(plan(tmp_path / "foreign")).read_bytes())
    if how == "of the same run":
        content = bytearray(file_of(replace(job, buckets=job.buckets + 1)).read_bytes())
    lies.write_bytes(content)
    _arrive.cache_clear()
    with pytest.raises(InvalidTag):
        pickle.loads(small)
