"""Put on the path of a run: kills its process group right before its n-th change to files outside of staging.

Python imports a module of this name at its start. What changes files raises an audit event before it does; so every
change can be the last moment of a run. Without the variables it does nothing.

Environment:
    KILL_BELOW: the registry; changes elsewhere and in its staging do not count.
    KILL_AT: before which change, from 1; 0: none.
    KILL_BEFORE: before which change, as `event path`.
    KILL_LIST: a file that each change is told in, as `event path`.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, Final

_BELOW: Final = os.environ.get("KILL_BELOW", "")
_AT: Final = int(os.environ.get("KILL_AT", "0"))
_BEFORE: Final = os.environ.get("KILL_BEFORE", "")
_LIST: Final = os.environ.get("KILL_LIST", "")
_CHANGES: Final = frozenset(
    ("os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate", "shutil.rmtree")
)
_STAGING: Final = f"{_BELOW}/.private/staging/"


class _Counter:
    def __init__(self) -> None:
        self.changes = 0
        self.list = os.open(_LIST, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if _LIST else -1

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not writes and not (isinstance(mode, str) and set(mode) & set("wax+")):
                return
            paths = [path]
        elif event in _CHANGES:
            paths = list(arguments[: 2 if event in ("os.rename", "os.link") else 1])
        else:
            return
        if event == "os.remove" and not os.path.lexists(paths[0]):
            return  # tidying up after a rename: there is nothing to remove
        paths = [os.path.abspath(os.fsdecode(p)) for p in paths if isinstance(p, (str, bytes, os.PathLike))]
        outside = [p for p in paths if p.startswith(f"{_BELOW}/") and not p.startswith(_STAGING)]
        if outside:
            self.count(event, outside[-1])

    def count(self, event: str, path: str) -> None:
        self.changes += 1
        told = f"{event} {os.path.relpath(path, _BELOW)}"
        if self.list >= 0:
            os.write(self.list, f"{told}\n".encode())
        if self.changes == _AT or told == _BEFORE:
            os.killpg(os.getpgrp(), signal.SIGKILL)


if _BELOW:
    sys.addaudithook(_Counter().hear)
