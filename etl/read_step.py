"""The fused first step: read, decode, admit, minimise and pseudonymise. A raw value never leaves this worker."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa
from apache_beam.pvalue import TaggedOutput

from etl.ahead import map_ahead
from etl.errors import InputError, StorageError
from etl.inputs import Split
from etl.job import Job
from etl.nights_of_files import claims_night
from etl.progress import advance
from etl.read_together import TOGETHER_BYTES, TOGETHER_FILES, alike, is_small, join
from etl.reading import decode_text, read_raw
from etl.shuffle import Travelling, send
from etl.threaded import ThreadedDoFn
from transforms.buckets import partition
from transforms.decode import Decoded
from transforms.decode.header_again import ColumnsChangeError
from transforms.events import Normalised, to_events
from transforms.memo import Memo
from transforms.statistics import ReadStatistics, measure

ROWS_HELD = 1 << 19
"""Events that are collected before they are handed to the shuffle: few large batches, and memory that does not grow."""

STATISTICS = "statistics"
REJECTS = "rejects"
AHEAD = "ahead"


class ReadEvents(beam.PTransform):  # type: ignore[misc]
    """Splits → (bucket, Travelling), with the tagged outputs `statistics`, `rejects` ((file, REJECTS)) and `ahead` ((file,
    CLOCKS))."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, splits: Any) -> Any:
        """Wire the step."""
        return splits | "Read" >> beam.ParDo(_Read(self._job)).with_outputs(
            STATISTICS, REJECTS, AHEAD, main="events"
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
        self._small: list[Split] = []
        self._small_bytes = 0
        self._rows = 0  # of what is held: to add it up at every split would take the square of their number

    @abstractmethod
    def read(self, split: Split) -> Done:
        """Read one split."""

    def read_together(self, splits: list[Split]) -> Done:
        """Read several small files."""
        parts = [self.read(split) for split in splits]
        return Done(
            [one for part in parts for one in part.outputs], [one for part in parts for one in part.held]
        )

    def process(self, split: Split) -> Iterator[Any]:
        """Let a split be read; yield what is done."""
        if not is_small(split, self._job.events.mapping):
            yield from self._given(self.read, split)
            return
        if self._small and not (
            alike(self._small[0], split) and self._claims(self._small[0]) == self._claims(split)
        ):
            yield from self._flushed()
        self._small.append(split)
        self._small_bytes += split.file.size_bytes
        if len(self._small) >= TOGETHER_FILES or self._small_bytes >= TOGETHER_BYTES:
            yield from self._flushed()

    def _claims(self, split: Split) -> bool:
        return claims_night(split.file.path, self._job.events.night)

    def _flushed(self) -> Iterator[Any]:
        small, self._small, self._small_bytes = self._small, [], 0
        if small:
            yield from self._given(self.read_together, small)

    def _given(self, read: Callable[..., Done], what: Any) -> Iterator[Any]:
        for done in self._ahead.give(read, what):
            yield from self._after(done)

    def finish(self) -> Iterator[Any]:
        """What is still to come."""
        yield from self._flushed()
        for done in self._ahead.rest():
            yield from self._after(done)
        yield from sent(self._held, self._job)

    def _after(self, done: Done) -> Iterator[Any]:
        yield from done.outputs
        self._held += done.held
        self._rows += rows_of(done.held)
        if self._rows >= ROWS_HELD:
            held, self._held, self._rows = self._held, [], 0
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

    def read_together(self, splits: list[Split]) -> Done:
        job = self._job
        joined, apart = join(splits)
        done = super().read_together(apart)
        if joined is None:
            return done
        try:
            decoded = decode_text(
                joined.text,
                joined.split,
                job.events.mapping,
                record_key=None,
                max_record_bytes=job.max_record_bytes,
            )
        except ColumnsChangeError:  # by itself, the file says which it is
            return super().read_together(splits)
        rows = decoded.rows.num_rows
        normalised = to_events(
            decoded.rows, job.events, file=-1, memo=self._memo, claims=self._claims(splits[0])
        )
        statistics = measure(normalised, decoded.rejects, rows=rows, file=-1, first_us=job.events.first_us)
        outputs = [
            TaggedOutput(REJECTS, (file, batch))
            for rejects in (decoded.rejects, normalised.rejects, normalised.too_late)
            for file, batch in joined.rejects(rejects)
        ]
        outputs += [TaggedOutput(AHEAD, clocks) for clocks in joined.rejects(normalised.ahead)]
        outputs.append(TaggedOutput(STATISTICS, statistics))
        advance("read", rows + decoded.rejects.num_rows)
        held = [*done.held, joined.events(normalised.events), normalised.named]
        return Done([*done.outputs, *outputs], held)

    def read(self, split: Split) -> Done:
        job = self._job
        statistics = ReadStatistics()
        outputs: list[Any] = []
        held: list[pa.Table] = []
        try:
            for decoded, normalised in _batches(split, job, self._memo):
                held += [normalised.events, normalised.named]
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
                for batch in normalised.ahead.combine_chunks().to_batches():
                    outputs.append(TaggedOutput(AHEAD, (split.file.index, batch)))
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
    claims = claims_night(split.file.path, job.events.night)
    blocks = read_raw(
        split,
        mapping,
        record_key=None,
        block_bytes=job.block_bytes,
        max_record_bytes=job.max_record_bytes,
    )

    def normalise(decoded: Decoded) -> tuple[Decoded, Normalised]:
        events = to_events(
            decoded.rows,
            job.events,
            file=split.file.index,
            path_account=account,
            memo=memo,
            claims=claims,
        )
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
