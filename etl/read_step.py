"""The fused first step: read, decode, admit, minimise and pseudonymise. A raw value never leaves this worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa

from etl.inputs import Split
from etl.job import Job
from etl.progress import advance
from etl.reading import read_raw
from transforms.buckets import partition
from transforms.events import to_events
from transforms.statistics import ReadStatistics, measure

STATISTICS = "statistics"
REJECTS = "rejects"


class ReadEvents(beam.PTransform):  # type: ignore[misc]
    """Splits → (bucket, EVENTS batch), with the tagged outputs `statistics` and `rejects` ((file, REJECTS))."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, splits: Any) -> Any:
        """Wire the step."""
        return splits | "Read" >> beam.ParDo(_Read(self._job)).with_outputs(STATISTICS, REJECTS, main="events")


class _Read(beam.DoFn):  # type: ignore[misc]
    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, split: Split) -> Iterator[Any]:
        job = self._job
        mapping = job.events.mapping
        account = account_of_path(split.file.path, mapping.person.path)
        record_key = job.events.record_key if mapping.dedupe == "record" else None
        statistics = ReadStatistics()
        tables = []
        for decoded in read_raw(
            split, mapping, record_key=record_key, block_bytes=job.block_bytes, max_record_bytes=job.max_record_bytes
        ):
            normalised = to_events(decoded.rows, job.events, file=split.file.index, path_account=account)
            tables.append(normalised.events)
            statistics += measure(normalised, decoded.rejects, rows=decoded.rows.num_rows, file=split.file.index)
            for rejects in (decoded.rejects, normalised.rejects):
                if rejects.num_rows:
                    yield beam.pvalue.TaggedOutput(REJECTS, (split.file.index, rejects.combine_chunks().to_batches()[0]))
            advance("read", decoded.rows.num_rows + decoded.rejects.num_rows)
        yield beam.pvalue.TaggedOutput(STATISTICS, statistics)
        if tables:
            yield from partition(pa.concat_tables(tables).unify_dictionaries(), buckets=job.buckets)


def account_of_path(path: str, pattern: str | None) -> str | None:
    """The account that a file's path names, where the mapping says how; None: it names none, so its records are rejected."""
    if pattern is None:
        return None
    match = re.search(pattern, path)
    return None if match is None else match.group("person") or None
