"""Run a command and measure it: time from start to end, processor time and memory of its whole tree of processes.

Memory is resident memory summed over the processes that are alive at once, looked at fifty times a second; pages that
processes share count for each. Where the kernel's own peak of one process alone is above that sum, that figure stands.
(What `wait4` tells of memory is at least that of whoever started the process, so it is not asked.)
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

EVERY_S: Final = 0.02
_PATIENCE_S: Final = 20.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measurement:
    """What a run took. `code`: its exit code, negative if a signal ended it."""

    code: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measure(command: Sequence[str], *, cwd: Path, cores: int) -> Measurement:
    """Run a command on the first so many cores that this process may use, its output thrown away.

    It is thrown away because an engine's error may quote a line of the log.
    """
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    environment = os.environ | {"PYTHONPATH": str(cwd), "PYTHONDONTWRITEBYTECODE": ""}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    watch = _Watch(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    watch.end()
    _let_end(watch.cpu_of, group=process.pid)
    # What a process that was waited for has used is in `usage`; what nobody waited for was seen before it ended.
    cpu = max(usage.ru_utime + usage.ru_stime, sum(watch.cpu_of.values()))
    return Measurement(process.returncode, seconds, cpu, watch.peak)


class _Seen(NamedTuple):
    """A process by itself."""

    cpu_seconds: float
    resident_bytes: int
    peak_bytes: int


class _Watch:
    """Looks at a tree of processes again and again, in a thread, until told to end."""

    def __init__(self, root: int) -> None:
        self.peak = 0
        self.cpu_of: dict[int, float] = {}
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._ended.wait(EVERY_S):
            resident = alone = 0
            for pid in _tree(self._root):
                seen = _look(pid)
                if seen is not None:
                    self.cpu_of[pid] = seen.cpu_seconds
                    resident += seen.resident_bytes
                    alone = max(alone, seen.peak_bytes)
            self.peak = max(self.peak, resident, alone)


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
                    found += map(int, children.read().split())
        except OSError:
            continue  # it has ended meanwhile
    return found


def _look(pid: int) -> _Seen | None:
    """A process by itself; None: it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            told = dict(line.split(":", 1) for line in status)
    except OSError:
        return None
    if fields[0] == "Z" or "VmRSS" not in told:  # it has ended, and nobody asked how
        return None
    resident, peak = (int(told[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
    return _Seen((int(fields[11]) + int(fields[12])) / _TICKS, resident, peak)


def _let_end(cpu_of: dict[int, float], *, group: int) -> None:
    """What the command left running must not disturb the next one: wait for it, and look on; then end it."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        running = {pid: seen for pid in cpu_of if (seen := _look(pid)) is not None}
        if not running:
            return
        cpu_of |= {pid: seen.cpu_seconds for pid, seen in running.items()}
        if time.monotonic() > until:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
            return
        time.sleep(EVERY_S)
