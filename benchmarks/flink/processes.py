"""Processes that end with whoever started them, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_PR_SET_PDEATHSIG: Final = 1
_PATIENCE_S: Final = 10


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Processes:
    """Named processes, each a group of its own, its output in a log of its own.

    To be used by one thread that stays: the kernel takes the end of the thread that started a process for its parent's.
    """

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        self._logs = logs
        self._environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str]) -> None:
        """Start one; what its log says already stays."""
        with open(self._logs / f"{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                cwd=self._logs,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def is_running(self, name: str) -> bool:
        """Whether it was started and has not ended."""
        return name in self._running and self._running[name].poll() is None

    def kill(self, name: str) -> None:
        """`kill -9` one and all that it started."""
        process = self._running.pop(name)
        _signal(process, signal.SIGKILL)
        process.wait()

    def children_of(self, name: str) -> list[int]:
        """The process ids of what one has started itself."""
        process = self._running[name]
        return [
            int(word) for word in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        ] + [
            int(word)
            for task in Path(f"/proc/{process.pid}/task").iterdir()
            if task.name != str(process.pid)
            for word in (task / "children").read_text().split()
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                pass
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass
