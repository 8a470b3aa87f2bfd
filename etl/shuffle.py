"""The shuffle by person bucket, sealed: through the runner, or through files in the staging folder.

A runner that works in one process keeps what it shuffles in memory and copies it several times. There the batches are
written as they come, as a sort-based shuffle does it: one file for many buckets, and only where each bucket's part lies
goes through the runner. A runner on a cluster is given the batches themselves, sealed as well: it leaves what it shuffles
on the disks of its workers, also when one of them is killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias
from uuid import uuid4

import pyarrow as pa

from etl.job import Job
from etl.sealed import ipc_bytes, read_sealed, seal, unseal
from etl.staging import staged
from transforms.wire import from_wire, to_wire


class Part(NamedTuple):
    """Where a bucket's part of a shuffle file lies: sealed, EVENTS as `transforms.wire` has them."""

    path: str
    start: int
    size: int


class Sealed(NamedTuple):
    """A bucket's part of a shuffle itself."""

    content: bytes


class Waiting(NamedTuple):
    """What waited for the window, which lies in the staging folder since the run began."""


Travelling: TypeAlias = Part | Sealed | Waiting
"""Some events of a bucket on their way: where they lie, or themselves."""

_WITH_RUNNER = "runner"
"""In the place of a file's name."""


def send(parts: Iterable[tuple[int, pa.RecordBatch]], job: Job) -> Iterator[tuple[int, Travelling]]:
    """Let batches (bucket, EVENTS) travel: in one new shuffle file, or with the runner."""
    if not job.shuffles_in_files:
        for bucket, batch in parts:
            yield bucket, Sealed(seal(_plain(batch), job.sealing_key, _place(_WITH_RUNNER, bucket)))
        return
    path = job.staging.shuffled / f"{uuid4().hex}.parts"
    sent, start = [], 0
    with staged(path) as partial, partial.open("wb") as file:
        for bucket, batch in parts:
            sealed = seal(_plain(batch), job.sealing_key, _place(path.name, bucket))
            file.write(sealed)
            sent.append((bucket, Part(str(path), start, len(sealed))))
            start += len(sealed)
    yield from sent


def receive(bucket: int, travelled: Iterable[Travelling], job: Job) -> list[pa.RecordBatch]:
    """The EVENTS batches of a bucket, wherever they were on their way."""
    batches: list[pa.RecordBatch] = []
    for one in travelled:
        if isinstance(one, Waiting):
            batches += read_sealed(job.staging.pooled(bucket), job.sealing_key).combine_chunks().to_batches()
        elif isinstance(one, Part):
            with open(one.path, "rb") as file:
                file.seek(one.start)
                sealed = file.read(one.size)
            batches.append(_opened(sealed, job.sealing_key, _place(Path(one.path).name, bucket)))
        else:
            batches.append(_opened(one.content, job.sealing_key, _place(_WITH_RUNNER, bucket)))
    return batches


def _plain(batch: pa.RecordBatch) -> memoryview:
    return ipc_bytes(pa.Table.from_batches([to_wire(batch)]))


def _opened(sealed: bytes, key: bytes, place: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(unseal(sealed, key, place)) as reader:
        return from_wire(reader.read_next_batch())


def _place(name: str, bucket: int) -> bytes:
    """A part does not open in another file's place, or as another bucket's."""
    return f"{name} {bucket}".encode()
