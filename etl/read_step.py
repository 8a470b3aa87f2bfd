"""The fused first step: read, decode, admit, minimise and pseudonymise. A raw value never leaves this worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.pvalue import TaggedOutput

from etl.ahead import map_ahead
from etl.errors import InputError, StorageError
from etl.inputs import Split
from etl.job import Job
from etl.progress import advance
from etl.reading import read_raw
from transforms.buckets import partition
from transforms.decode import Decoded
from transforms.events import Normalised, to_events
from transforms.statistics import ReadStatistics, measure

ROWS_HELD = 1 << 20
"""Events that are collected before they are handed to the shuffle: few large batches, and memory that does not grow."""

STATISTICS = "statistics"
REJECTS = "rejects"


class ReadEvents(beam.PTransform):  # type: ignore[misc]
    """Splits → (bucket, EVENTS batch), with the tagged outputs `statistics` and `rejects` ((file, REJECTS))."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, splits: Any) -> Any:
        """Wire the step."""
        return splits | "Read" >> beam.ParDo(_Read(self._job)).with_outputs(
            STATISTICS, REJECTS, main="events"
        )


class _Read(beam.DoFn):  # type: ignore[misc]
    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, split: Split) -> Iterator[Any]:
        job = self._job
        statistics = ReadStatistics()
        tables = []
        try:
            for decoded, normalised in self._batches(split):
                tables.append(normalised.events)
                if sum(table.num_rows for table in tables) >= ROWS_HELD:
                    yield from _by_bucket(tables, job.buckets)
                    tables = []
                rows = decoded.rows.num_rows
                statistics += measure(
                    normalised,
                    decoded.rejects,
                    rows=rows,
                    file=split.file.index,
                    first_us=job.events.first_us,
                )
                for rejects in (decoded.rejects, normalised.rejects, normalised.too_late):
                    for batch in rejects.combine_chunks().to_batches():
                        yield TaggedOutput(REJECTS, (split.file.index, batch))
                advance("read", rows + decoded.rejects.num_rows)
        except (
            InputError,
            StorageError,
        ) as error:  # as data: a runner would wrap it and print the rows around it
            statistics += ReadStatistics(unreadable=frozenset({(error.exit_code, str(error))}))
        except OSError as error:
            reason = (
                f"the input file {split.file.path} cannot be read: {error.strerror or type(error).__name__}"
            )
            statistics += ReadStatistics(unreadable=frozenset({(StorageError.exit_code, reason)}))
        yield TaggedOutput(STATISTICS, statistics)
        yield from _by_bucket(tables, job.buckets)

    def _batches(self, split: Split) -> Iterator[tuple[Decoded, Normalised]]:
        job, mapping = self._job, self._job.events.mapping
        account = account_of_path(split.file.path, mapping.person.path)
        record_key = job.events.record_key if mapping.dedupe == "record" else None
        blocks = read_raw(
            split,
            mapping,
            record_key=record_key,
            block_bytes=job.block_bytes,
            max_record_bytes=job.max_record_bytes,
        )

        def normalise(decoded: Decoded) -> tuple[Decoded, Normalised]:
            return decoded, to_events(decoded.rows, job.events, file=split.file.index, path_account=account)

        return map_ahead(normalise, blocks, threads=job.threads)


def _by_bucket(tables: list[pa.Table], buckets: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    if tables:
        yield from partition(pa.concat_tables(tables).unify_dictionaries(), buckets=buckets)


def account_of_path(path: str, pattern: str | None) -> str | None:
    """The account that a file's path names, where the mapping says how; None: it names none, so its records are rejected."""
    if pattern is None:
        return None
    match = re.search(pattern, path)
    return None if match is None else match.group("person") or None
