"""Run a command and measure it: time from start to end, processor time and memory of its whole tree of processes.

Memory is resident memory summed over the processes that are alive at once, looked at twenty times a second; pages that
processes share count for each. Where one process alone has the kernel's own peak above that sum, the kernel's figure stands.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

EVERY_S: Final = 0.05
_PATIENCE_S: Final = 20.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


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
    peak = 0
    cpu_of: dict[int, float] = {}
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        resident = 0
        for one in _tree(process.pid):
            seen = _look(one)
            if seen is not None:
                cpu_of[one], more = seen
                resident += more
        peak = max(peak, resident)
        time.sleep(EVERY_S)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    _let_end([pid for pid in cpu_of if pid != process.pid], group=process.pid)
    # What a process that was waited for has used is in `usage`; what nobody waited for was seen before it ended.
    cpu = max(usage.ru_utime + usage.ru_stime, sum(cpu_of.values()))
    return Measurement(process.returncode, seconds, cpu, max(peak, usage.ru_maxrss * 1024))


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


def _look(pid: int) -> tuple[float, int] | None:
    """Its own processor seconds and resident bytes."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * _PAGE


def _let_end(pids: Sequence[int], *, group: int) -> None:
    """What the command left running must not disturb the next one: wait for it, then end it."""
    until = time.monotonic() + _PATIENCE_S
    while any(os.path.exists(f"/proc/{pid}") for pid in pids):
        if time.monotonic() > until:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
            return
        time.sleep(EVERY_S)
