"""Copy versions out of a registry, whole or not at all, each file held against its digest after it was written.

The copy is laid out like a registry, without `.private`: manifests, data, and a card, a tokenizer and Croissant metadata
for just these versions.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath

from etl.derived import derive
from etl.errors import ConfigError, StorageError
from etl.interruption import undone_by
from etl.layout import DATA, VOCABULARY, manifest_of
from etl.store.atomic import sync
from etl.versions import Version

Read = Callable[[str], bytes]


@dataclass(frozen=True)
class Pulled:
    """What is in the copy now. `already_there`: it was before, byte by byte."""

    versions: list[str]
    files: int
    size_bytes: int
    already_there: bool


def by_name(versions: Sequence[Version], name: str) -> Version:
    """The live version of this name.

    Raises:
        ConfigError: there is none, or it is withdrawn.
    """
    found = next((version for version in versions if version.name == name), None)
    if found is None:
        raise ConfigError(
            f"the registry has no version of that name ({name!r}); `desirepath versions` lists them"
        )
    if found.tombstone is not None:
        when = str(found.tombstone.get("withdrawn_at", ""))[:10]
        raise ConfigError(
            f"version {found.name} was withdrawn on {when} and is not to be had any more: "
            f"{found.tombstone.get('reason', 'no reason given')}. Delete copies that you hold, and use another version"
        )
    return found


def as_of(versions: Sequence[Version], night: date) -> list[Version]:
    """All versions up to a night, that night included, that are live now.

    Raises:
        ConfigError: there is none.
    """
    chosen = [version for version in versions if version.is_live and version.name <= night.isoformat()]
    if not chosen:
        raise ConfigError(f"the registry has no live version up to {night}; `desirepath versions` lists them")
    return chosen


def pull(versions: Sequence[Version], read: Read, destination: Path) -> Pulled:
    """Copy these live versions to a folder that is not there yet, or that holds just this already.

    Raises:
        ConfigError: the folder holds something else.
        StorageError: a file is not what its manifest says, in the registry or after it was copied.
    """
    contents = _contents(versions, read)
    names = [version.name for version in versions]
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        raise ConfigError(f"{destination} is not a folder: give a new one")
    if destination.is_dir() and any(destination.iterdir()):
        if not _holds(destination, contents):
            raise ConfigError(
                f"{destination} holds other content than was asked for: give a new folder, or remove it first"
            )
        return Pulled(names, len(contents), _size(destination), already_there=True)
    with _appearing(destination) as unready:
        for name, (digest, content) in contents.items():
            _write(unready / name, content())
            if _digest(unready / name) != digest:
                raise StorageError(
                    f"{name} is not what its manifest says: nothing was copied; run `desirepath verify` on the registry"
                )
        size = _size(unready)
    return Pulled(names, len(contents), size, already_there=False)


def _contents(versions: Sequence[Version], read: Read) -> dict[str, tuple[str, Callable[[], bytes]]]:
    """Name → digest, and how to get it; one file at a time is in memory."""

    def get(name: str) -> bytes:
        try:
            return read(name)
        except OSError as error:
            raise StorageError(
                f"{name} cannot be read in the registry: {error.strerror or type(error).__name__}; nothing was copied. "
                "If its version is being withdrawn, ask for another"
            ) from None

    def later(name: str) -> Callable[[], bytes]:
        if not name.startswith((f"{DATA}/", f"{VOCABULARY}/")) or ".." in PurePosixPath(name).parts:
            raise StorageError(
                "a manifest names a file outside data/ and vocabulary/: the registry is not to be trusted"
            )
        return lambda: get(name)

    def now(content: bytes) -> tuple[str, Callable[[], bytes]]:
        return hashlib.sha256(content).hexdigest(), lambda: content

    files = {
        file["path"]: (file["sha256"], later(file["path"]))
        for version in versions
        for file in version.all_files
    }
    manifests = [manifest_of(version.name) for version in versions]
    small = {name: get(name) for name in manifests} | derive(versions, get)
    return files | {name: now(content) for name, content in small.items()}


def _holds(folder: Path, contents: dict[str, tuple[str, Callable[[], bytes]]]) -> bool:
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    return found == contents.keys() and all(
        _digest(folder / name) == digest for name, (digest, _) in contents.items()
    )


@contextmanager
def _appearing(destination: Path) -> Iterator[Path]:
    """A folder beside the destination that takes its place when the body has ended well, and else is gone."""
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        unready = destination.with_name(f".{destination.name}.{os.getpid()}.partial")
        unready.mkdir()
        try:
            with undone_by(partial(shutil.rmtree, unready, ignore_errors=True)):
                yield unready
            for folder in (unready, *(path for path in unready.rglob("*") if path.is_dir())):
                sync(folder)
            unready.rename(destination)  # replaces an empty folder, and no other
            sync(destination.parent)
        finally:
            shutil.rmtree(unready, ignore_errors=True)
    except OSError as error:
        raise StorageError(
            f"{destination} cannot be written: {error.strerror}; check the folder, its permissions and the disk"
        ) from None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _digest(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
