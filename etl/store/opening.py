"""From what `--registry` says to the store that it means."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from etl.errors import ConfigError
from etl.store.local import LocalStore
from etl.store.protocol import Store

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
LEASE_VARIABLE: Final = "DESIREPATH_LEASE_SECONDS"
"""How long the lock of a remote registry outlives a run that was killed."""


def is_url(root: str | Path) -> bool:
    """Whether a place is named by a URL (`s3://bucket/prefix`) rather than by a path."""
    return isinstance(root, str) and _URL.match(root) is not None


def root_of(root: str | Path) -> str | Path:
    """What a place is named by: a path, also where `file://` stands before it, or a URL."""
    if isinstance(root, str) and root.startswith("file://"):
        return Path(root.removeprefix("file://"))
    return root if is_url(root) else Path(root)


def open_store(root: str | Path) -> Store:
    """The store at a path or a URL; `file://` is a local folder.

    Raises:
        ConfigError: nobody knows this kind of URL, or the library for it is not installed.
    """
    place = root_of(root)
    if isinstance(place, Path):
        return LocalStore(place)
    from etl.store.remote import FsspecStore

    return FsspecStore(place, lease_s=_lease_seconds())


def _lease_seconds() -> float:
    given = os.environ.get(LEASE_VARIABLE, "60")
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0.1 <= seconds <= 3600:
        raise ConfigError(f"${LEASE_VARIABLE} must be a number of seconds from 0.1 to 3600")
    return seconds
