"""What travels to a bucket, whichever way: it arrives as it was sent, sealed, and in no other bucket."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from cryptography.exceptions import InvalidTag

import etl.run
from etl.shuffle import Part, Sealed, receive, send
from tests.etl.test_job_travels import job
from tests.etl.test_pipeline import digests, go, logs
from transforms.buckets import partition
from transforms.schemas import EVENTS

__all__ = ["job", "logs"]


def batch(persons: int) -> pa.RecordBatch:
    """Events of some people, one each."""
    rows = {field.name: [None] * persons for field in EVENTS}
    rows |= {name: [bytes([number]) * 16 for number in range(persons)] for name in ("person", "account")}
    rows |= {"time_us": list(range(persons)), "file": [0] * persons, "position": list(range(persons))}
    return pa.RecordBatch.from_pydict(
        {field.name: pa.array(rows[field.name]).cast(field.type) for field in EVENTS}, schema=EVENTS
    )


@pytest.fixture(params=[True, False], ids=["in files", "with the runner"])
def travelling(job, request):
    """A job that shuffles one way or the other, and what it sends."""
    chosen = replace(job, shuffles_in_files=request.param)
    parts = list(partition(pa.Table.from_batches([batch(40)]), buckets=3))
    assert len(parts) == 3
    return chosen, parts, dict(send(parts, chosen))


def test_it_arrives_as_it_was_sent(travelling):
    job, parts, sent = travelling
    assert {type(one) for one in sent.values()} == {Part if job.shuffles_in_files else Sealed}
    for bucket, sent_batch in parts:
        (arrived,) = receive(bucket, [sent[bucket]], job)
        assert arrived.equals(sent_batch)


def test_nobody_reads_it_on_the_way(travelling):
    job, _, sent = travelling
    lies = [path.read_bytes() for path in job.staging.shuffled.iterdir()]
    on_the_way = [repr(one).encode() for one in sent.values()] + lies
    on_the_way += [one.content for one in sent.values() if isinstance(one, Sealed)]
    assert bool(lies) == job.shuffles_in_files
    persons = [bytes([number]) * 16 for number in range(40)]
    assert not any(person in content for person in persons for content in on_the_way)


def test_it_does_not_open_in_another_bucket_or_under_another_key(travelling):
    job, _, sent = travelling
    with pytest.raises(InvalidTag):
        receive(1, [sent[0]], job)
    with pytest.raises(InvalidTag):
        receive(0, [sent[0]], replace(job, sealing_key=bytes(32)))


def test_the_bytes_do_not_depend_on_the_way(logs, monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    go(logs, registry=str(logs / "in-files"))
    run_pipeline, ways = etl.run.run_pipeline, []

    def with_the_runner(job, flags):
        ways.append(job.shuffles_in_files)
        return run_pipeline(replace(job, shuffles_in_files=False), flags)

    monkeypatch.setattr(etl.run, "run_pipeline", with_the_runner)
    go(logs, registry=str(logs / "with-the-runner"), buckets=3)
    assert ways == [True]
    assert digests(logs / "with-the-runner") == digests(logs / "in-files")
