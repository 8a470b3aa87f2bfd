"""Write a log to a file, in order of delivery (of time, if nothing is late); a file has its name only when it is whole."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final, cast

import numpy as np
import pyarrow.parquet as pq
import zstandard

from etl.simulate.identity import Identities
from etl.simulate.lines import LineRenderer
from etl.simulate.log import Log
from etl.simulate.settings import Compression, Simulation
from etl.simulate.tables import SCHEMA, TableRenderer
from etl.simulate.world import World

PARTIAL: Final = ".part"
LINES_AT_ONCE: Final = 16_384
ROWS_AT_ONCE: Final = 131_072
"""The size of a Parquet row group."""

_EXTENSION: Final[dict[Compression | None, str]] = {None: "", "gzip": ".gz", "zstd": ".zst"}

Sink = Callable[[Path, Log], None]


def extension(simulation: Simulation) -> str:
    """How the files' names end."""
    return ".parquet" if simulation.format == "parquet" else ".jsonl" + _EXTENSION[simulation.compression]


def sink(world: World, known: Identities) -> Sink:
    """What writes the logs of a group of people: called with a path and the whole log of the file, in any order."""
    compression = world.simulation.compression
    if world.simulation.format == "parquet":
        tables = TableRenderer(world, known)

        def write_parquet(path: Path, log: Log) -> None:
            with (
                _whole(path) as partial,
                pq.ParquetWriter(
                    partial, SCHEMA, compression=compression or "none", store_schema=False
                ) as writer,
            ):
                for part in _in_order(log, ROWS_AT_ONCE):
                    writer.write_table(tables.table(part))

        return write_parquet

    lines = LineRenderer(world, known)

    def write_lines(path: Path, log: Log) -> None:
        with _whole(path) as partial, _compressed(partial, compression) as file:
            for part in _in_order(log, LINES_AT_ONCE):
                file.write(lines.lines(part).data)

    return write_lines


def _in_order(log: Log, size: int) -> Iterator[Log]:
    order = np.argsort(log.delivered_us, kind="stable")
    for first in range(0, len(order), size):
        yield log.take(order[first : first + size])


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    partial = path.with_name(path.name + PARTIAL)
    yield partial
    os.replace(partial, path)


@contextmanager
def _compressed(path: Path, compression: Compression | None) -> Iterator[IO[bytes]]:
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(path.open("wb"))
        if compression == "gzip":  # without name and time, so that the same events are the same bytes
            file = cast("IO[bytes]", stack.enter_context(gzip.GzipFile("", "wb", 1, file, mtime=0)))
        elif compression == "zstd":
            file = stack.enter_context(zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False))
        yield file
