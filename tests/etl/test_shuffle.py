"""Events on their way to their bucket: the same by files as by the runner, and no file can be read or moved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

import etl.run
from etl.execute import run_pipeline
from etl.job import Job
from etl.plan import plan_job
from etl.sealed import ipc_bytes, write_sealed
from etl.shuffle import Part, Waiting, receive, send
from tests.etl.jobs import plan
from tests.etl.test_pipeline import digests, go, workplace, write_lines
from tests.worlds import Act, events_of
from transforms.wire import to_wire

TELLING = "the-telling-name-of-a-window"

ACTS = st.lists(
    st.builds(
        Act,
        person=st.sampled_from("pqr"),
        minute=st.integers(-(10**6), 10**6),
        levels=st.sampled_from([("a",), ("b", "c")]),
        unit=st.sampled_from([None, "u"]),
        file=st.integers(0, 2),
        position=st.integers(0, 1 << 62),
        record_id=st.sampled_from([None, "r"]),
        account=st.sampled_from([None, "other"]),
        fragment=st.none() | st.integers(0, 9),
    ),
    min_size=1,
    max_size=9,
)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return plan(tmp_path_factory.mktemp("shuffle"))


def part_of(job: Job, bucket: int, acts: list[Act]) -> Part:
    ((_, part),) = send([(bucket, events_of(acts))], job)
    assert isinstance(part, Part)
    return part


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3), ACTS), max_size=5))
def test_files_and_the_runner_bring_the_same(job: Job, sent: list[tuple[int, list[Act]]]) -> None:
    batches = [(bucket, events_of(acts)) for bucket, acts in sent]
    arrived = []
    for in_files in (True, False):
        by = replace(job, shuffles_in_files=in_files)
        arrived.append([(bucket, receive(bucket, [one], by)) for bucket, one in send(batches, by)])
    assert arrived[0] == arrived[1] == [(bucket, [batch]) for bucket, batch in batches]


def test_several_parts_of_a_bucket_come_in_order(job: Job) -> None:
    batches = [events_of([Act("p", minute, ("a",))]) for minute in range(3)]
    sent = list(send(((7, batch) for batch in batches), job))
    assert receive(7, [one for _, one in sent], job) == batches
    assert len({one.path for _, one in sent}) == 1


def test_a_part_does_not_open_as_another_buckets(job: Job) -> None:
    part = part_of(job, 1, [Act("p", 1, ("a",))])
    assert len(receive(1, [part], job)) == 1
    with pytest.raises(InvalidTag):
        receive(2, [part], job)


def test_a_part_does_not_open_in_another_files_place(job: Job) -> None:
    one, other = (part_of(job, 1, [Act(who, 1, ("a",))]) for who in "pq")
    Path(other.path).write_bytes(Path(one.path).read_bytes())
    with pytest.raises(InvalidTag):
        receive(1, [other._replace(size=one.size)], job)


def test_a_part_that_was_changed_does_not_open(job: Job) -> None:
    part = part_of(job, 1, [Act("p", 1, ("a",))])
    content = bytearray(Path(part.path).read_bytes())
    content[part.size // 2] ^= 1
    Path(part.path).write_bytes(content)
    with pytest.raises(InvalidTag):
        receive(1, [part], job)


def test_what_lies_on_the_disk_holds_no_value(job: Job) -> None:
    events = events_of([Act("p", 1, (TELLING,))])
    secrets = (TELLING.encode(), events.column("person")[0].as_py())
    plain = bytes(ipc_bytes(pa.Table.from_batches([to_wire(events)])))
    assert all(secret in plain for secret in secrets)  # it would be found
    list(send([(0, events)], job))
    lies = [path.read_bytes() for path in job.staging.shuffled.iterdir()]
    assert lies
    assert not any(secret in content for secret in secrets for content in lies)


def test_what_waits_comes_from_the_staging_folder(job: Job) -> None:
    waiting, read = events_of([Act("p", 1, ("a",), fragment=3)]), events_of([Act("p", 2, ("b",))])
    write_sealed(pa.Table.from_batches([waiting]), job.staging.pooled(5), job.sealing_key)
    ((_, sent),) = send([(5, read)], job)
    assert receive(5, [Waiting(), sent], job) == [waiting, read]


def test_nothing_travels_of_nothing(job: Job) -> None:
    assert list(send([], job)) == []
    assert receive(0, [], job) == []


def test_a_run_whose_runner_carries_the_events_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    go(tmp_path, registry=str(tmp_path / "files"), buckets=3)
    jobs: list[Job] = []

    def planned(*given: Any, **named: Any) -> tuple[Job, Any]:
        job, pooled = plan_job(*given, **named)
        jobs.append(replace(job, shuffles_in_files=False))
        return jobs[-1], pooled

    def watched(job: Job, flags: list[str]) -> None:
        run_pipeline(job, flags)
        in_files.extend(job.staging.shuffled.iterdir())

    in_files: list[Path] = []
    monkeypatch.setattr(etl.run, "plan_job", planned)
    monkeypatch.setattr(etl.run, "run_pipeline", watched)
    go(tmp_path, registry=str(tmp_path / "runner"), buckets=3)
    assert len(jobs) == 1
    assert in_files == []
    assert digests(tmp_path / "files") == digests(tmp_path / "runner") != {}
