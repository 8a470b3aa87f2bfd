"""The pipeline: logs in, a release in staging out. Wiring only; what happens is in `transforms`."""

from __future__ import annotations

from typing import Any

import apache_beam as beam
from apache_beam.pvalue import AsIter, AsSingleton

from etl.finish import (
    believed_of,
    statistics_of,
    write_content,
    write_dead_letters,
    write_outcome,
    write_statistics,
)
from etl.inputs import Split
from etl.job import Job
from etl.read_step import ReadEvents
from etl.shuffle import Waiting
from etl.steps import ContentOfBuckets, CutBuckets, SequenceBuckets, solve_plan


def build_pipeline(pipeline: beam.Pipeline, job: Job) -> None:
    """Wire one run; what it leaves is in `job.staging`."""
    read = _splits(pipeline, job) | "ReadEvents" >> ReadEvents(job)
    statistics = _once(pipeline, "Total", statistics_of, AsIter(read.statistics))  # ReadStatistics
    believed = _once(pipeline, "Believed", believed_of, AsSingleton(statistics), job)  # Believed | None
    pooled = pipeline | "Waiting" >> beam.Create([(bucket, Waiting()) for bucket in job.pooled])
    buckets = (
        (read.events, pooled)
        | "FilesAndPool" >> beam.Flatten()  # (bucket, Travelling)
        | "ByPersonBucket" >> beam.GroupByKey()  # (bucket, Travellings)
        | "SequenceBuckets" >> SequenceBuckets(job, believed)  # Bucket
    )
    packed = buckets | "Pack" >> beam.Map(lambda bucket: bucket.packed)  # Packed
    totals = buckets | "Totals" >> beam.Map(lambda bucket: bucket.totals)  # Counter
    contents = buckets | "Contents" >> beam.Map(lambda bucket: bucket.content)  # Content
    plan = _once(pipeline, "Solve", solve_plan, AsIter(packed), AsIter(totals), job)  # Told
    counts = buckets | "CutBuckets" >> CutBuckets(job, plan)  # Counts
    _once(pipeline, "Release", write_outcome, AsSingleton(plan), AsIter(counts), AsIter(totals), job)
    letters = buckets | "Letters" >> beam.Map(lambda bucket: bucket.letters)  # DEAD_LETTERS
    _leave_what_was_read(pipeline, read, statistics, contents, letters, job)


def build_reading(pipeline: beam.Pipeline, job: Job) -> None:
    """Read the window and leave what was read, without solving anything: is it what was published?"""
    read = _splits(pipeline, job) | "ReadEvents" >> ReadEvents(job)
    statistics = _once(pipeline, "Total", statistics_of, AsIter(read.statistics))  # ReadStatistics
    believed = _once(pipeline, "Believed", believed_of, AsSingleton(statistics), job)  # Believed | None
    contents = (
        read.events
        | "ByPersonBucket" >> beam.GroupByKey()
        | "ContentOfBuckets" >> ContentOfBuckets(job, believed)
    )
    letters = pipeline | "NoLetters" >> beam.Create([])
    _leave_what_was_read(pipeline, read, statistics, contents, letters, job)


def _splits(pipeline: beam.Pipeline, job: Job) -> Any:
    """By their numbers: a job server is told no name of a file. `Create` spreads them over the workers."""
    numbers = pipeline | "Splits" >> beam.Create(list(range(len(job.splits))))
    return numbers | "FindSplit" >> beam.Map(_split, job)  # Split


def _split(number: int, job: Job) -> Split:
    return job.splits[number]


def _leave_what_was_read(
    pipeline: beam.Pipeline, read: Any, statistics: Any, contents: Any, letters: Any, job: Job
) -> None:
    whole, ahead = AsSingleton(statistics), AsIter(read.ahead)
    _once(pipeline, "Content", write_content, AsIter(contents), job)
    _once(pipeline, "Statistics", write_statistics, whole, ahead, job)
    rejects = AsIter(read.rejects)
    _once(pipeline, "DeadLetters", write_dead_letters, rejects, AsIter(letters), whole, ahead, job)


def _once(pipeline: beam.Pipeline, label: str, step: Any, *inputs: Any) -> Any:
    """Run a step exactly once, on one worker, also when its inputs are empty."""
    return pipeline | f"{label}Once" >> beam.Create([None]) | label >> beam.Map(step, *inputs)
