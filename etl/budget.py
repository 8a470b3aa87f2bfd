"""How much memory a run may take (`--max-memory`): where there is little, less is held at a time; and before there is too
little, the run ends.

What a run takes whatever it reads, and what each thread takes, are measured (docs/benchmarks.md, the law of growth).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from etl import interruption, logs
from etl.console import now
from etl.errors import ConfigError
from etl.terminal import log_line, say

MB: Final = 10**6
ALWAYS_BYTES: Final = 600 * MB
"""Python, the libraries and what is small."""
THREAD_BYTES: Final = 200 * MB
"""A thread with its blocks of 16 MiB and its buckets of 64 MiB of input."""
ACTION_BYTES: Final = 110
"""What choosing the phrases takes for each action: its arrays, the packed sessions, and their copies on the way."""

SEQUENCE_BYTES: Final = 300
"""What bringing a bucket's events in order takes for each (two million events of one account: from 540 MB to 1,190 MB)."""

_SMALLER: Final = 4
_EVERY_SECONDS: Final = 0.005
"""Memory grows by a few MB in this time at most: pages are filled by the system at some GB a second."""
_ROOM: Final = 0.97
"""From this part of the limit on the run is ended the usual way; at the limit itself it is ended at once."""
_AGAIN_SECONDS: Final = 1.0


class Share(NamedTuple):
    """How many threads, and how many times smaller what each of them holds."""

    threads: int
    smaller: int


def share_of(limit: int | None, threads: int) -> Share:
    """What fits into so many bytes; None: everything does.

    Raises:
        ConfigError: nothing does.

    >>> share_of(None, 2), share_of(800 * MB, 2), share_of(660 * MB, 2)
    (Share(threads=2, smaller=1), Share(threads=2, smaller=4), Share(threads=1, smaller=4))
    """
    shares = [Share(threads, 1), Share(threads, _SMALLER), Share(1, _SMALLER)]
    needs = [ALWAYS_BYTES + share.threads * THREAD_BYTES // share.smaller for share in shares]
    for share, need in zip(shares, needs, strict=True):
        if limit is None or need <= limit:
            return share
    raise ConfigError(f"--max-memory is less than any run takes: give {needs[-1] / MB:,.0f} MB or more")


def room_for(number: int, limit: int | None, *, each_bytes: int = ACTION_BYTES) -> None:
    """Whether so many actions or events can be worked on within the limit: asked before, not while memory fills.

    Args:
        each_bytes: what the step takes for each; as it is, what choosing phrases takes.

    Raises:
        MemoryError: not without exceeding it; `within` tells it.
    """
    if limit is not None and resident_bytes() + number * each_bytes > limit:
        raise MemoryError


class Watch:
    """Looks at this process's memory from a thread of its own, and interrupts the main thread where it is over the limit."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._over, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._look, name="max-memory", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether there was more than the limit."""
        return self._over.is_set()

    def stop(self) -> None:
        """Look no longer, and interrupt nobody from here on: what is undone now must be undone to its end."""
        while True:  # an interruption that was on its way is met here
            try:
                self._done.set()
                self._thread.join()
                return
            except KeyboardInterrupt:
                if not self.is_over:
                    raise

    def let_pass(self) -> None:
        """The last look: what comes now is not to be interrupted half way.

        Raises:
            MemoryError: there was more than the limit.
            KeyboardInterrupt: there was one before, and it was lost: Python ignores what is raised in a destructor.
        """
        self.stop()
        if self.is_over:
            raise MemoryError
        if logs.interrupted.is_set():
            raise KeyboardInterrupt

    def _look(self) -> None:
        while self._limit is not None and not self._done.wait(_EVERY_SECONDS):
            if resident_bytes() > _ROOM * self._limit:
                self._over.set()
                _say_nothing_of_interruptions()
                break
        main = threading.main_thread().ident
        again = 0.0
        while self._limit is not None and self.is_over and not self._done.is_set() and main is not None:
            if time.monotonic() >= again:
                # A real signal wakes it where it waits. Where it stands in a destructor nobody hears it: again.
                interruption.ours(True)
                signal.pthread_kill(main, signal.SIGINT)
                again = time.monotonic() + _AGAIN_SECONDS
            self._done.wait(_EVERY_SECONDS)
            if resident_bytes() > self._limit:  # in compiled code, perhaps, where it hears nothing
                interruption.end_now(ConfigError.exit_code, self._end)
        interruption.ours(False)

    def _end(self, _code: int) -> None:
        say(f"desirepath: {_said(self._limit)}", err=True) if not logs.is_json() else log_line(
            {
                "time": now(),
                "run": logs.run_id(),
                "event": "end",
                "state": "failed",
                "exit": ConfigError.exit_code,
            }
            | {"message": _said(self._limit)}
        )


@contextmanager
def within(limit: int | None) -> Iterator[Watch]:
    """Let the body take so many bytes (None: as many as there are) and no more; whatever it began is its to undo.

    Raises:
        ConfigError: it needs more than the limit, or more than the machine has.
    """
    watch = Watch(limit)
    try:
        try:
            yield watch
        finally:
            watch.stop()
    except (KeyboardInterrupt, Exception) as error:  # also one that came while the body was left
        watch.stop()
        if not watch.is_over and not _is_too_little(error):
            raise
        logs.interrupted.clear()
        raise ConfigError(_said(limit)) from None


def _say_nothing_of_interruptions() -> None:
    """One that meets a destructor is lost, and Python would print where; it comes again."""
    say = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, KeyboardInterrupt):
            say(unraisable)

    sys.unraisablehook = hook


def cores() -> int:
    """How many cores this process may use: of the machine, of its affinity, and of its container's quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    allowed = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return max(1, min(allowed, -(-int(quota) // int(period))))
    except (OSError, ValueError):  # no such file, or `max`
        return allowed


def resident_bytes() -> int:
    """The memory that this process holds; where the system does not say so, the most that it ever held."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def _is_too_little(error: BaseException) -> bool:
    """Arrow and the runner have errors of their own, which name it."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "MemoryError" in str(error))


def _said(limit: int | None) -> str:
    than = "than this machine has" if limit is None else f"than --max-memory allows ({limit / MB:,.0f} MB)"
    return (
        f"the run needs more memory {than}: nothing was published; give it more, or fewer nights at a time "
        "(docs/benchmarks.md tells how memory grows with the events)"
    )
