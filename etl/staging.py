"""A run's staging folder: where workers leave what the end of the run needs. Protected, and removed when the run ends."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class Staging:
    """The layout of one run's staging folder, below `.private/staging/`."""

    root: Path

    @property
    def data(self) -> Path:
        """The version's files, as they will be published."""
        return self.root / "data"

    @property
    def outcome(self) -> Path:
        """The exact totals of the release, as JSON."""
        return self.root / "outcome.json"

    @property
    def release(self) -> Path:
        """The release as it was before it was written as Parquet (RELEASE)."""
        return self.root / "release.arrow"

    @property
    def statistics(self) -> Path:
        """What was read, as JSON."""
        return self.root / "statistics.json"

    @property
    def dead_letters(self) -> Path:
        """Dead letters: file, position, reason."""
        return self.root / "dead-letters.parquet"

    def events(self, bucket: int) -> Path:
        """A bucket's admitted events in total order, sealed (EVENTS)."""
        return self.root / "events" / f"bucket-{bucket:05d}.sealed"

    def emissions(self, bucket: int) -> Path:
        """A bucket's emissions, sealed (EMISSIONS)."""
        return self.root / "emissions" / f"bucket-{bucket:05d}.sealed"

    def buckets(self) -> list[int]:
        """The buckets that have events."""
        return sorted(int(path.stem.split("-")[1]) for path in (self.root / "events").glob("bucket-*.sealed"))

    def create(self) -> None:
        """Make the folders, for the owner only."""
        for folder in (self.root, self.data, self.root / "events", self.root / "emissions"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.root, ignore_errors=True)


def write_batch(batch: pa.RecordBatch, path: Path) -> None:
    """Write one batch as an Arrow IPC file, whole or not at all, so that a retried bundle does no harm."""
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    partial.replace(path)


def read_table(path: Path) -> pa.Table:
    """Read what `write_batch` wrote, memory-mapped."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
