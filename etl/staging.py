"""A run's staging folder: where workers leave what the end of the run needs. Protected, and removed when the run ends."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from etl.errors import ConfigError, UnseenStagingError
from etl.store.atomic import PARTIAL

_KINDS: Final = ("job", "events", "emissions", "capped", "waiting", "named", "consumed", "pooled", "known")


@dataclass(frozen=True)
class Staging:
    """The layout of one run's staging folder, below `.private/staging/` or where `--staging` says.

    What travels to a worker is where it is; a worker that does not find the folder there fails on arrival.
    """

    root: Path

    def __reduce__(self) -> tuple[Callable[[Path], Staging], tuple[Path]]:
        """How it travels: to no worker that would leave its work where nobody looks for it."""
        return _arrive, (self.root,)

    @property
    def data(self) -> Path:
        """The version's files, as they will be published."""
        return self.root / "data"

    @property
    def vocabulary(self) -> Path:
        """The numbers of the version's actions, as they will be published; not there where nothing was released."""
        return self.root / "vocabulary.json"

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

    @property
    def shuffled(self) -> Path:
        """The folder of the shuffle's files."""
        return self.root / "shuffled"

    def events(self, bucket: int) -> Path:
        """A bucket's admitted events in total order, sealed (EVENTS)."""
        return self.root / "events" / f"bucket-{bucket:05d}.sealed"

    def emissions(self, bucket: int) -> Path:
        """A bucket's emissions, sealed (EMISSIONS)."""
        return self.root / "emissions" / f"bucket-{bucket:05d}.sealed"

    def capped(self, bucket: int) -> Path:
        """The segments of a bucket that a cap withheld, sealed (start, length)."""
        return self.root / "capped" / f"bucket-{bucket:05d}.sealed"

    def waiting(self, bucket: int) -> Path:
        """A bucket's events of open sessions, sealed (EVENTS)."""
        return self.root / "waiting" / f"bucket-{bucket:05d}.sealed"

    def named(self, bucket: int) -> Path:
        """The units that a bucket's people name beside their events, sealed (NAMED)."""
        return self.root / "named" / f"bucket-{bucket:05d}.sealed"

    def consumed(self, bucket: int) -> Path:
        """What a bucket adds to the ledger, sealed (LEDGER)."""
        return self.root / "consumed" / f"bucket-{bucket:05d}.sealed"

    def pooled(self, bucket: int) -> Path:
        """What waited for this window, sealed (EVENTS)."""
        return self.root / "pooled" / f"bucket-{bucket:05d}.sealed"

    def known(self, bucket: int) -> Path:
        """The ledger of a bucket's people, sealed (LEDGER)."""
        return self.root / "known" / f"bucket-{bucket:05d}.sealed"

    @property
    def content(self) -> Path:
        """The content of the window's events, as JSON."""
        return self.root / "content.json"

    def job(self, digest: str) -> Path:
        """What the workers need to know of the run, sealed (a pickled `etl.job.Job`)."""
        return self.root / "job" / digest

    def buckets(self, kind: str = "events") -> list[int]:
        """The buckets that have events, or whatever else."""
        return sorted(int(path.stem.split("-")[1]) for path in (self.root / kind).glob("bucket-*.sealed"))

    def create(self) -> None:
        """Make the folders, for the owner only."""
        for folder in (self.root, self.data, self.shuffled, *(self.root / kind for kind in _KINDS)):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def remove(self) -> None:
        """Remove everything; also where a thread that is not done yet writes beside it."""
        for _ in range(3):
            shutil.rmtree(self.root, ignore_errors=True)
            if not self.root.exists():
                break

    @contextmanager
    def attempt(self) -> Iterator[Path]:
        """A folder in which one attempt at the release writes what then goes into `data`, file by file."""
        folder = self.root / f"attempt-{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def check_folder(folder: Path) -> None:
    """Whether `--staging` names a place for staging folders.

    Raises:
        ConfigError: it does not; what is mounted there may be missing.
    """
    if not folder.is_absolute():
        raise ConfigError(
            "--staging is the absolute path of a folder, which all workers see under the same path; not a URL"
        )
    if not (folder.is_dir() or (folder.parent.is_dir() and not folder.exists())):
        raise ConfigError("--staging: there is no such folder, nor one to make it in: is everything mounted?")


def _arrive(root: Path) -> Staging:
    if not root.is_dir():
        raise UnseenStagingError
    return Staging(root)


@contextmanager
def staged(path: Path) -> Iterator[Path]:
    """The name under which to write a file that then appears whole.

    A bundle may be tried again, on another machine too, while the first attempt is still at work: each writes under a name
    of its own, and the last to end replaces what the other left, which says the same. Folders are not made: where the run
    has ended meanwhile nothing may appear any more.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}{PARTIAL}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_batch(batch: pa.RecordBatch, path: Path) -> None:
    """Write one batch as an Arrow IPC file."""
    with (
        staged(path) as partial,
        pa.OSFile(str(partial), "wb") as sink,
        pa.ipc.new_file(sink, batch.schema) as writer,
    ):
        writer.write_batch(batch)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a small file."""
    with staged(path) as partial:
        partial.write_bytes(content)


def read_table(path: Path) -> pa.Table:
    """Read what `write_batch` wrote, memory-mapped."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
