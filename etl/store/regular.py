"""Open a file of a local registry only if it is a plain file inside it: no link is followed, no pipe waited for.

A registry that somebody else made may hold a link that leads out of it, or a pipe on which a reader would wait for ever.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Final

from etl.errors import StorageError
from etl.strict_json import told_by

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_regular(root: Path, name: str) -> BufferedReader:
    """Open a file below a registry's root, which itself may be reached by links.

    Each folder on the way is opened inside the one before, so that nothing can be put in its place in between.

    Raises:
        FileNotFoundError: there is none.
        StorageError: what is there is a link, or no file.
    """
    *folders, last = PurePosixPath(name).parts
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            inner = _open(folder, _FOLDER, at, name)
            os.close(at)
            at = inner
        descriptor = _open(last, _FILE, at, name)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise StorageError(f"{told_by(name)} of the registry is no file: see who put it there, and remove it")
    return open(descriptor, "rb")


def refuse_links(root: Path) -> None:
    """Before anything is written or removed below a registry's root: that no folder of it leads elsewhere.

    Raises:
        StorageError: one does.
    """
    for above, folders, _ in os.walk(root):
        for folder in folders:
            if os.path.islink(os.path.join(above, folder)):
                raise _is_a_link(os.path.relpath(os.path.join(above, folder), root))


def _open(part: str, flags: int, at: int, name: str) -> int:
    try:
        return os.open(part, flags, dir_fd=at)
    except OSError as error:
        # For a link Linux says ELOOP of a file and ENOTDIR of a folder.
        if error.errno in (errno.ELOOP, errno.EMLINK) or (
            error.errno == errno.ENOTDIR and stat.S_ISLNK(os.lstat(part, dir_fd=at).st_mode)
        ):
            raise _is_a_link(name) from None
        if error.errno == errno.ENXIO:  # a socket
            raise StorageError(f"{told_by(name)} of the registry is no file: see who put it there") from None
        if error.errno == errno.ENOTDIR:
            raise FileNotFoundError(error.errno, os.strerror(error.errno)) from None
        raise


def _is_a_link(name: str) -> StorageError:
    return StorageError(
        f"{told_by(name)} of the registry is a link, or lies behind one, and links inside a registry are not followed: put "
        "the file itself there, or mount the other disk"
    )
