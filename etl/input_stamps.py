"""Whether the input files are what they were when the run found them: size, times of change, and a store's own digest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from etl.inputs import InputFile
from etl.read_stream import is_remote

_AT_ONCE: Final = 8


class Stamp(NamedTuple):
    """`modified` and `changed`: a local file's times in ns; of a remote object the time in s, and None.

    Nobody but the kernel sets `changed`: a writer that puts the size and the time back is seen as well. `digest`: what the
    store says of an object's content (an ETag, say); None: nothing.
    """

    size_bytes: int
    modified: float
    changed: int | None = None
    digest: str | None = None


class InputStamps:
    """The stamps of one run's files, taken when it begins."""

    def __init__(self, files: Sequence[InputFile]) -> None:
        self._files = files
        self._found = _stamps(files)

    def changed(self) -> list[int]:
        """The numbers of the files that are gone, or no longer what they were: one call of the file system each."""
        now = _stamps(self._files)
        return [
            file.index
            for file, before, after in zip(self._files, self._found, now, strict=True)
            if before is None or before != after or before.size_bytes != file.size_bytes
        ]


def _stamps(files: Sequence[InputFile]) -> list[Stamp | None]:
    remote = [file.path for file in files if is_remote(file.path)]
    if not remote:
        return [_local(file.path) for file in files]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        known = dict(zip(remote, pool.map(_remote, remote), strict=True))
    return [known[file.path] if file.path in known else _local(file.path) for file in files]


def _local(path: str) -> Stamp | None:
    try:
        found = os.stat(path.removeprefix("file://"))
    except OSError:
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _remote(path: str) -> Stamp | None:
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems

    system = FileSystems.get_filesystem(path)
    try:
        found = system.metadata(path)
    except (BeamIOError, OSError):
        return None
    return Stamp(found.size_in_bytes, found.last_updated_in_seconds or 0, None, _digest(system, path))


def _digest(system: Any, path: str) -> str | None:
    from apache_beam.io.filesystem import BeamIOError

    try:
        return str(system.checksum(path))
    except (BeamIOError, OSError, NotImplementedError):
        return None
