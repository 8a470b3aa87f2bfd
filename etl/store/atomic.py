"""Small files of a local folder, written whole or not at all, and flushed to disk."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

PARTIAL: Final = ".partial"
"""How the name of a file ends that is being written; it begins with a dot."""


def write_atomically(
    path: Path, content: bytes, *, create_only: bool = False, folder_mode: int = 0o777
) -> None:
    """Write a small file whole or not at all, flushed to disk; `create_only` refuses to replace one."""
    make_folder(path.parent, folder_mode)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}{PARTIAL}")
    try:
        with open(partial, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if create_only:
            os.link(partial, path)
        else:
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync(path.parent)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it that are missing, each flushed into the one it stands in."""
    if not folder.is_dir():
        make_folder(folder.parent, mode)
        folder.mkdir(exist_ok=True, mode=mode)
        sync(folder.parent)


def sync(path: Path) -> None:
    """Flush a file or a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
