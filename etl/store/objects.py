"""Objects on any file system that fsspec knows (S3, GCS, Azure, …), without a lock: whole writes, and create-only ones.

Where the server has conditional writes (S3, GCS, Azure) create-only is a promise. Elsewhere it is what the library
offers: an exclusive open (`memory://`, sftp), else a look beforehand, which is safe under the lock only. A file system
whose writes are not atomic (sftp, a mounted share) can leave a torn object after a kill; a local path never does.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Final

import fsspec

from etl.errors import ConfigError, StorageError
from etl.store.failures import code_of, told

_CONDITIONAL: Final = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"}
"""Object stores: a write with `mode="create"` is refused by the server where there is something; folders do not exist."""

_CONFLICTS: Final = ("PreconditionFailed", "ConditionalRequestConflict")
_UNKNOWN: Final = ("NotImplemented",)
"""What servers say that know of conditional writes, and have none."""

_TRIES: Final = 5


class Objects:
    """See `etl.store.protocol.Store`; the methods of the same names."""

    def __init__(self, url: str, **options: Any) -> None:
        # A listing that is remembered does not show what others wrote; an instance that is shared has others' options.
        fresh = {"use_listings_cache": False, "skip_instance_cache": True}
        try:
            self.fs, base = fsspec.core.url_to_fs(url, **fresh, **options)
        except (ValueError, ImportError):
            raise ConfigError(
                "the registry's URL cannot be opened: its kind is not known, or the library for it is not installed "
                "(for s3:// install `desirepath[s3]`)"
            ) from None
        self.base = base.rstrip("/")
        self.conditional = bool(_CONDITIONAL & set(_protocols(self.fs)))
        # What is between // and @ is a name and a password.
        self.url = re.sub(r"//[^/@]*@", "//", url).rstrip("/")

    def describe(self, name: str = "") -> str:
        return f"{self.url}/{name}" if name else self.url

    def top(self) -> list[str]:
        with told(f"listing {self.url}"):
            try:
                found = self.fs.ls(self.base, detail=False)
            except FileNotFoundError:
                return []
        return sorted({path.rstrip("/").rpartition("/")[2] for path in found} - {""})

    def read(self, name: str) -> bytes:
        with told(f"reading {self.describe(name)}"):
            content: bytes = self.fs.cat_file(self._path(name))
            return content

    def read_all(self, prefix: str, most_bytes: int | None = None) -> dict[str, bytes]:
        names = self.names(prefix)
        with told(f"reading {self.describe(prefix)}"):
            if names and most_bytes is not None:
                sizes = self.fs.find(self._path(prefix), detail=True)
                if any((info.get("size") or 0) > most_bytes for info in sizes.values()):
                    raise StorageError(
                        f"an object below {self.describe(prefix)} is larger than {most_bytes:,} bytes: see who put it there"
                    )
            found = self.fs.cat([self._path(name) for name in names]) if names else {}
        contents = {self._name(path): content for path, content in found.items()}
        return {name: contents[name] for name in names}

    def open(self, name: str) -> BufferedIOBase:
        """A copy without a name on the local disk, gone when it is closed."""
        copy = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
        try:
            with told(f"reading {self.describe(name)}"), self.fs.open(self._path(name), "rb") as stream:
                shutil.copyfileobj(stream, copy, 1 << 20)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def exists(self, name: str) -> bool:
        with told(f"looking for {self.describe(name)}"):
            try:
                return bool(self.fs.info(self._path(name))["type"] == "file")
            except FileNotFoundError:
                return False

    def names(self, prefix: str = "") -> list[str]:
        with told(f"listing {self.describe(prefix)}"):
            try:
                found = [self._name(path) for path in self.fs.find(self._path(prefix))]
            except FileNotFoundError:
                return []
        below = f"{prefix}/" if prefix else ""
        return sorted(name for name in found if name.startswith(below))

    def create(self, name: str, content: bytes) -> None:
        path = self._path(name)
        with told(f"writing {self.describe(name)}", passing=(FileExistsError,)):
            self._create(
                name,
                lambda: self.fs.pipe_file(path, content, mode="create"),
                lambda: self.read(name) == content,
            )

    def replace(self, name: str, content: bytes) -> None:
        with told(f"writing {self.describe(name)}", passing=()):
            self._make_folder(name)
            self.fs.pipe_file(self._path(name), content)

    def refuses_second(self, name: str) -> bool:
        """Whether the server refuses to create an object that is there. It is created if it is not.

        Where there are no conditional writes the answer is yes: `create` looks beforehand.
        """
        path = self._path(name)
        with told(f"writing {self.describe(name)}", passing=()):
            for _ in range(2 if self.conditional else 0):
                try:
                    # Never the same content twice: the object that is there tells who wrote it.
                    self.fs.pipe_file(path, secrets.token_hex(16).encode(), mode="create")
                except OSError as error:
                    if isinstance(error, FileExistsError) or code_of(error) in _CONFLICTS:
                        return True
                    if code_of(error) in _UNKNOWN:
                        return False
                    raise
        return not self.conditional

    def put_tree(self, folder: Path, name: str) -> None:
        if self.names(name):
            raise FileExistsError(self.describe(name))
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            self._put_file(file, f"{name}/{file.relative_to(folder).as_posix()}")

    def remove(self, name: str) -> None:
        with told(f"removing {self.describe(name)}"):
            if self.exists(name):
                self.fs.rm_file(self._path(name))

    def remove_tree(self, name: str) -> None:
        names = self.names(name)
        with told(f"removing {self.describe(name)}"):
            if names:
                self.fs.rm([self._path(one) for one in names])

    def clean(self) -> None:
        """Nothing: an object that was not written whole is not there. (A bucket should expire incomplete uploads.)"""

    def _put_file(self, file: Path, name: str) -> None:
        def same() -> bool:
            with open(file, "rb") as ours, self.open(name) as theirs:
                one, other = (hashlib.file_digest(stream, "sha256").digest() for stream in (ours, theirs))
                return one == other

        with told(f"writing {self.describe(name)}", passing=(FileExistsError,)):
            self._create(name, lambda: self.fs.put_file(str(file), self._path(name), mode="create"), same)

    def _create(self, name: str, write: Callable[[], object], same: Callable[[], bool]) -> None:
        """Write create-only. A library repeats a request whose answer got lost, and then meets its own object."""
        self._make_folder(name)
        if not self.conditional and self.exists(name):  # the library may not know create-only
            if same():
                return
            raise FileExistsError(self.describe(name))
        for _ in range(_TRIES):
            try:
                write()
                return
            except OSError as error:
                if not isinstance(error, FileExistsError) and code_of(error) not in _CONFLICTS:
                    raise
                if not self.exists(name):  # two at once, and neither has won yet
                    continue
                if same():
                    return
                raise FileExistsError(self.describe(name)) from None
        raise FileExistsError(self.describe(name))

    def _make_folder(self, name: str) -> None:
        if not self.conditional:
            self.fs.makedirs(self._path(name).rpartition("/")[0], exist_ok=True)

    def _path(self, name: str) -> str:
        return f"{self.base}/{name}" if name else self.base

    def _name(self, path: str) -> str:
        return path.lstrip("/").removeprefix(self.base.lstrip("/")).lstrip("/")


def _protocols(fs: Any) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)
