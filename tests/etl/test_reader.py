"""Reading several splits at a time: whatever is held and however often it is sent, each record arrives once."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apache_beam.pvalue import TaggedOutput

import etl.read_step
import etl.read_together
import etl.reading
from etl.inputs import find_inputs, plan_splits
from etl.job import Job
from etl.read_step import REJECTS, STATISTICS, _Read
from etl.shuffle import Part, receive
from tests.etl.jobs import plan
from tests.etl.test_pipeline import workplace, write_lines
from transforms.statistics import total

BROKEN = {"user_id": "u", "ts": "yesterday", "event_type": "click", "app": "x"}
RECORDS = [BROKEN, *workplace(people=6), BROKEN]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    half = len(RECORDS) // 2
    write_lines(folder / "logs" / "a.jsonl", RECORDS[:half])
    write_lines(folder / "logs" / "b.jsonl", RECORDS[half:])
    return folder


@pytest.fixture(autouse=True)
def _short_overhang(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a block is never smaller than that."""
    monkeypatch.setattr(etl.reading, "_OVERHANG_BYTES", 64)


def job_of(folder: Path, split_bytes: int, **changes: Any) -> Job:
    job = plan(folder, buckets=3, **changes)
    mapping = job.events.mapping
    files = find_inputs([str(folder / "logs")], mapping, date=None)
    return replace(job, splits=tuple(plan_splits(files, mapping, split_bytes=split_bytes)))


def outputs_of(job: Job) -> tuple[list[tuple[int, Any]], dict[str, list[Any]]]:
    """One bundle of all splits: what is sent to the buckets, and the tagged outputs."""
    step = _Read(job)
    step.start_bundle()
    everything = [one for split in job.splits for one in step.process(split)]
    for one in step.finish_bundle():
        everything.append(
            TaggedOutput(one.tag, one.value.value) if isinstance(one, TaggedOutput) else one.value
        )
    tagged = defaultdict(list)
    for one in everything:
        if isinstance(one, TaggedOutput):
            tagged[one.tag].append(one.value)
    return [one for one in everything if not isinstance(one, TaggedOutput)], tagged


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("rows_held", [1, 7, 50, 1 << 19])
@pytest.mark.parametrize(
    ("split_bytes", "block_bytes"), [(1 << 30, 1 << 30), (3_000, 1 << 30), (5_000, 1_000)]
)
def test_each_record_arrives_once(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    threads: int,
    rows_held: int,
    split_bytes: int,
    block_bytes: int,
) -> None:
    monkeypatch.setattr(etl.read_step, "ROWS_HELD", rows_held)
    job = job_of(folder, split_bytes, threads=threads, block_bytes=block_bytes)
    assert (len(job.splits) == 2) == (split_bytes == 1 << 30)
    sent, tagged = outputs_of(job)
    events = [
        (row["file"], row["time_us"], row["path"].split("\x1f")[0], bucket)
        for bucket, one in sent
        for batch in receive(bucket, [one], job)
        for row in batch.to_pylist()
    ]
    half = len(RECORDS) // 2
    expected = Counter(
        (at >= half, record["ts"]) for at, record in enumerate(RECORDS) if record is not BROKEN
    )
    assert Counter((bool(file), time_us) for file, time_us, _, _ in events) == expected
    rejected = [(file, row["reason"]) for file, batch in tagged[REJECTS] for row in batch.to_pylist()]
    assert sorted(rejected) == [(0, "time_malformed"), (1, "time_malformed")]
    statistics = total(tagged[STATISTICS])
    assert statistics.read == len(RECORDS)
    # Small files that are whole are read as one text.
    assert len(tagged[STATISTICS]) == (1 if split_bytes == 1 << 30 else len(job.splits))


def test_what_is_held_goes_out_in_few_large_batches(folder: Path) -> None:
    job = job_of(folder, 3_000, threads=2)
    sent, _ = outputs_of(job)
    assert len(job.splits) > 4
    assert len(sent) == len({bucket for bucket, _ in sent})  # one batch a bucket
    assert len({one.path for _, one in sent if isinstance(one, Part)}) == 1


def test_no_more_is_held_than_may_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etl.read_step, "ROWS_HELD", 50)
    monkeypatch.setattr(etl.read_together, "SMALL_BYTES", 0)
    job = job_of(folder, 1 << 30, threads=1, block_bytes=1_000)
    sent, _ = outputs_of(job)
    files: Counter[str] = Counter()
    for bucket, one in sent:
        files[one.path] += sum(batch.num_rows for batch in receive(bucket, [one], job))
    assert len(files) > 2
    assert max(files.values()) < 50 + 50 + 25  # what was held, and a block


def test_nothing_of_a_bundle_that_failed_is_sent_with_the_next(folder: Path) -> None:
    job = job_of(folder, 3_000, threads=1)
    step = _Read(job)
    step.start_bundle()
    list(step.process(job.splits[0]))
    step.start_bundle()
    assert [one.value for one in step.finish_bundle()] == []
