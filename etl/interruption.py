"""End the process in time when it is told to: also where the main thread is deep in compiled code and hears no signal.

Python runs a signal's handler in the main thread between two of its own instructions. A kernel that runs for a minute, or a
wait for threads that each have a file in their hands, would let a scheduler wait as long. So a thread of its own learns of
the signal from the C library at once (`signal.set_wakeup_fd`), lets the main thread end the usual way if it can do so
within the grace, and else undoes what must be undone and ends the process. That is what a kill does, minus what is undone:
whatever publishes, withdraws, erases or changes keys can be killed at any moment (docs/kill-table.md).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from etl import logs

GRACE_SECONDS: Final = 1.0
"""What the main thread has to end the usual way; undoing comes on top, and two seconds are promised."""

End = Callable[[int], object]
"""Says that the process ends now, and with which exit code."""

_undoings: list[Callable[[], object]] = []
_armed = threading.Event()
_ending = threading.Lock()
_own = threading.Event()


@contextmanager
def undone_by(undo: Callable[[], object]) -> Iterator[None]:
    """Have something undone, should the process end at once while the body is at work; the body undoes its own else."""
    _undoings.append(undo)
    try:
        yield
    finally:
        _undoings.remove(undo)


def listen(end: End) -> None:
    """End this process on SIGINT and SIGTERM, at the latest after the grace. For a process that has no other task.

    Args:
        end: what is said last, with exit code 130.
    """
    hearing, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    _armed.set()
    threading.Thread(target=_hear, args=(hearing, end), name="interruption", daemon=True).start()


def ours(going_on: bool) -> None:
    """Whether a SIGINT that comes now is our own (`etl.budget`), which ends the process in its own way."""
    if going_on:
        _own.set()
    else:
        _own.clear()


def end_now(code: int, end: End) -> None:
    """Undo, say it, and end the process; nothing happens where the process has other tasks, or ends already."""
    if not _armed.is_set() or not _ending.acquire(blocking=False):
        return
    for undo in reversed(_undoings.copy()):
        with suppress(Exception):
            undo()
    with suppress(Exception):
        end(code)
    os._exit(code)


def usual_end() -> None:
    """The main thread has come to its end: from here on nobody ends the process in its place, nor speaks beside it."""
    _ending.acquire(blocking=False)


def _hear(hearing: int, end: End) -> None:
    while heard := os.read(hearing, 64):
        if {signal.SIGINT, signal.SIGTERM} & set(heard) and not _own.is_set():
            break
    logs.interrupted.set()  # what works on threads looks at it
    time.sleep(GRACE_SECONDS)
    end_now(130, end)
