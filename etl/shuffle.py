"""The shuffle by person bucket: through the runner, or through sealed files in the staging folder.

A runner that works in one process keeps what it shuffles in memory and copies it several times. There the batches are
written as they come, as a sort-based shuffle does it: one file for many buckets, and only where each bucket's part lies
goes through the runner.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
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


class Waiting(NamedTuple):
    """What waited for the window, which lies in the staging folder since the run began."""


Travelling: TypeAlias = Part | Waiting | Any  # pa.RecordBatch: pyarrow has no types
"""Some events of a bucket on their way: where they lie, or themselves."""


def send(parts: Iterable[tuple[int, pa.RecordBatch]], job: Job) -> Iterator[tuple[int, Travelling]]:
    """Let batches (bucket, EVENTS) travel: in one new shuffle file, or with the runner."""
    if not job.shuffles_in_files:
        yield from ((bucket, to_wire(batch)) for bucket, batch in parts)
        return
    path = job.staging.shuffled / f"{uuid4().hex}.parts"
    sent, start = [], 0
    with staged(path) as partial, partial.open("wb", buffering=0) as file:
        for bucket, batch in parts:
            plain = ipc_bytes(pa.Table.from_batches([to_wire(batch)]))
            sealed = seal(plain, job.sealing_key, _place(path.name, bucket))
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
            batches.append(from_wire(_opened(one, bucket, job.sealing_key)))
        else:
            batches.append(from_wire(one))
    return batches


def _opened(part: Part, bucket: int, key: bytes) -> pa.RecordBatch:
    with open(part.path, "rb", buffering=0) as file:
        sealed = os.pread(file.fileno(), part.size, part.start)
    with pa.ipc.open_stream(unseal(sealed, key, _place(Path(part.path).name, bucket))) as reader:
        return reader.read_next_batch()


def _place(name: str, bucket: int) -> bytes:
    """A part does not open in another file's place, or as another bucket's."""
    return f"{name} {bucket}".encode()
