"""A registry's objects in a local folder: fsync and rename, hard links for create-only, flock for the lock."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Final

from etl.errors import LockedError, StorageError
from etl.layout import DATA, LOCK, MANIFESTS, PRIVATE, REPORTS, STAGING
from etl.store.atomic import PARTIAL, make_folder, sync, write_atomically
from etl.store.failures import told
from etl.store.regular import open_regular, refuse_links

_TAKEN: Final = (errno.EEXIST, errno.ENOTEMPTY)


class LocalStore:
    """See `etl.store.protocol.Store`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def describe(self, name: str = "") -> str:
        return str(self.root / name)

    def prepare(self) -> None:
        self._refuse_links()
        private = self.root / PRIVATE
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            private.mkdir(exist_ok=True, mode=0o700)
            private.chmod(0o700)
            for name in (MANIFESTS, REPORTS):
                (self.root / name).mkdir(exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"the registry {self.root} cannot be written: {error.strerror}; check that the folder exists, that this "
                "user may write there and that the disk is not full"
            ) from None

    def top(self) -> list[str]:
        with told(f"listing {self.root}"):
            return sorted(os.listdir(self.root)) if self.root.is_dir() else []

    def read(self, name: str) -> bytes:
        with told(f"reading {self.describe(name)}"), open_regular(self.root, name) as stream:
            return stream.read()

    def read_all(self, prefix: str, most_bytes: int | None = None) -> dict[str, bytes]:
        found = {}
        for name in self.names(prefix):
            with told(f"reading {self.describe(name)}"), open_regular(self.root, name) as stream:
                found[name] = stream.read(-1 if most_bytes is None else most_bytes)
        return found

    def open(self, name: str) -> BufferedIOBase:
        with told(f"reading {self.describe(name)}"):
            return open_regular(self.root, name)

    def exists(self, name: str) -> bool:
        with told(f"looking for {self.describe(name)}"):
            return (self.root / name).is_file()

    def names(self, prefix: str = "") -> list[str]:
        def failed(error: OSError) -> None:
            # Removed meanwhile, or never there.
            if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                raise error

        found = []
        with told(f"listing {self.describe(prefix)}"):
            for folder, _, files in os.walk(self.root / prefix, onerror=failed):
                found += [Path(folder, file) for file in files if not _is_partial(file)]
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def create(self, name: str, content: bytes) -> None:
        path = self.root / name
        with told(f"writing {path}", passing=(FileExistsError,)):
            try:
                write_atomically(path, content, create_only=True, folder_mode=_mode(name))
            except FileExistsError:
                if path.read_bytes() != content:
                    raise

    def replace(self, name: str, content: bytes) -> None:
        path = self.root / name
        with told(f"writing {path}", passing=()):
            write_atomically(path, content, folder_mode=_mode(name))

    def put_tree(self, folder: Path, name: str) -> None:
        target = self.root / name
        with told(f"writing {target}", passing=(FileExistsError,)):
            make_folder(target.parent, _mode(name))
            if not _is_private(name):
                # Staging is the owner's; what is published is for everybody who may see the registry.
                for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
                    inner.chmod(0o755)
            here = self._on_this_disk(folder)
            for path in here.rglob("*"):
                sync(path)
            sync(here)
            try:
                here.rename(target)
            except OSError as error:
                if error.errno in _TAKEN:
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
                raise
            sync(target.parent)

    def _refuse_links(self) -> None:
        with told(f"listing {self.root}"):
            refuse_links(self.root)

    def _on_this_disk(self, folder: Path) -> Path:
        """The folder, or where it is staged on another disk a copy that can be renamed into place."""
        if folder.stat().st_dev == self.root.stat().st_dev:
            return folder
        here = self.root / STAGING / f"{folder.parent.name}-{folder.name}"
        make_folder(here.parent, 0o700)
        shutil.copytree(folder, here, dirs_exist_ok=True)
        return here

    def remove(self, name: str) -> None:
        path = self.root / name
        with told(f"removing {path}"):
            path.unlink(missing_ok=True)

    def remove_tree(self, name: str) -> None:
        path = self.root / name
        with told(f"removing {path}"):
            if path.is_dir():
                shutil.rmtree(path)
                sync(path.parent)

    def clean(self) -> None:
        self._refuse_links()
        folders = [self.root / name for name in self.top() if name != DATA]
        with told(f"cleaning {self.root}"):
            for folder in folders:
                for partial in folder.rglob(f".*{PARTIAL}"):
                    partial.unlink(missing_ok=True)
            for partial in self.root.glob(f".*{PARTIAL}"):
                partial.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A process that dies lets go of it."""
        self._refuse_links()
        path = self.root / LOCK
        with told(f"locking {path}", passing=()):
            # Not through a link: what it leads to would be emptied. Closed below; what the caller raises is not the lock's.
            lock = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666), "w")  # noqa: SIM115
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockedError(
                    f"another run holds the lock of the registry {self.root}; wait until it has ended and run again"
                ) from None
            yield


def _is_private(name: str) -> bool:
    return name.startswith(f"{PRIVATE}/")


def _mode(name: str) -> int:
    return 0o700 if _is_private(name) else 0o777


def _is_partial(name: str) -> bool:
    return name.startswith(".") and name.endswith(PARTIAL)
