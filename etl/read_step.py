"""The fused first step: read, decode, admit, minimise and pseudonymise. A raw value never leaves this worker."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa
from apache_beam.pvalue import TaggedOutput

from etl.ahead import map_ahead
from etl.errors import InputError, StorageError
from etl.inputs import Split
from etl.job import Job
from etl.progress import advance
from etl.reading import read_raw
from etl.shuffle import Travelling, send
from etl.threaded import ThreadedDoFn
from transforms.buckets import partition
from transforms.decode import Decoded
from transforms.events import Normalised, to_events
from transforms.memo import Memo
from transforms.statistics import ReadStatistics, measure

ROWS_HELD = 1 << 19
"""Events that are collected before they are handed to the shuffle: few large batches, and memory that does not grow."""

STATISTICS = "statistics"
REJECTS = "rejects"


class ReadEvents(beam.PTransform):  # type: ignore[misc]
    """Splits → (bucket, Travelling), with the tagged outputs `statistics` and `rejects` ((file, REJECTS))."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, splits: Any) -> Any:
        """Wire the step."""
        return splits | "Read" >> beam.ParDo(_Read(self._job)).with_outputs(
            STATISTICS, REJECTS, main="events"
        )


class Done(NamedTuple):
    """What came of a split: outputs, and EVENTS that have not been sent yet."""

    outputs: list[Any]
    held: list[pa.Table]


class Reader(ThreadedDoFn):
    """Reads several splits at a time, by `read`, and sends what they hold in large batches."""

    def start_bundle(self) -> None:
        """Begin anew."""
        super().start_bundle()
        self._held: list[pa.Table] = []

    @abstractmethod
    def read(self, split: Split) -> Done:
        """Read one split."""

    def process(self, split: Split) -> Iterator[Any]:
        """Let a split be read; yield what is done."""
        for done in self._ahead.give(self.read, split):
            yield from self._after(done)

    def finish(self) -> Iterator[Any]:
        """What is still to come."""
        for done in self._ahead.rest():
            yield from self._after(done)
        yield from sent(self._held, self._job)

    def _after(self, done: Done) -> Iterator[Any]:
        yield from done.outputs
        self._held += done.held
        if rows_of(self._held) >= ROWS_HELD:
            held, self._held = self._held, []
            for later in self._ahead.give(_done, held, self._job):
                yield from self._after(later)


def sent(held: list[pa.Table], job: Job) -> Iterator[tuple[int, Travelling]]:
    """(bucket, Travelling) for some EVENTS."""
    if rows_of(held):
        yield from send(partition(pa.concat_tables(held).unify_dictionaries(), buckets=job.buckets), job)


def rows_of(tables: list[pa.Table]) -> int:
    """How many rows some tables have."""
    return sum(table.num_rows for table in tables)


def _done(held: list[pa.Table], job: Job) -> Done:
    return Done(list(sent(held, job)), [])


class _Read(Reader):
    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._memo = Memo()

    def read(self, split: Split) -> Done:
        job = self._job
        statistics = ReadStatistics()
        outputs: list[Any] = []
        held: list[pa.Table] = []
        try:
            for decoded, normalised in _batches(split, job, self._memo):
                held.append(normalised.events)
                if rows_of(held) >= ROWS_HELD:
                    outputs += sent(held, job)
                    held = []
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
                        outputs.append(TaggedOutput(REJECTS, (split.file.index, batch)))
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
        outputs.append(TaggedOutput(STATISTICS, statistics))
        return Done(outputs, held)


def _batches(split: Split, job: Job, memo: Memo) -> Iterator[tuple[Decoded, Normalised]]:
    mapping = job.events.mapping
    account = account_of_path(split.file.path, mapping.person.path)
    blocks = read_raw(
        split,
        mapping,
        record_key=None,
        block_bytes=job.block_bytes,
        max_record_bytes=job.max_record_bytes,
    )

    def normalise(decoded: Decoded) -> tuple[Decoded, Normalised]:
        events = to_events(decoded.rows, job.events, file=split.file.index, path_account=account, memo=memo)
        return decoded, events

    # Splits are read side by side; where there are too few, the blocks of one are.
    each = job.threads // max(len(job.splits), 1)
    return map_ahead(normalise, blocks, threads=each if each > 1 else 0)


def account_of_path(path: str, pattern: str | None) -> str | None:
    """The account that a file's path names, where the mapping says how; None: it names none, so its records are rejected."""
    if pattern is None:
        return None
    match = re.search(pattern, path)
    return None if match is None else match.group("person") or None
