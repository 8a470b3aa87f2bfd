"""A run of the real command as a process group, watched through its log, to be killed or interrupted at a moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from benchmarks.kill_table.world import World, command, environment

PATIENCE_S = 300


class Running:
    """A started run. `stage`: the last that its log told of."""

    def __init__(
        self,
        world: World,
        registry: Path,
        night: str,
        temporary: Path,
        *,
        prefix: tuple[str, ...] = (),
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.process = subprocess.Popen(
            [*prefix, *command(world.base, registry, night)],
            env=environment(temporary, **more),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.stage = "before the first line"
        self._waiting: tuple[str, Callable[[], None]] | None = None
        self._reached = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def at(self, stage: str, act: Callable[[], None]) -> None:
        """Do something as soon as the log tells of a stage; call it before `watch`."""
        self._waiting = (stage, act)

    def watch(self) -> None:
        """Begin to follow the log."""
        self._reader.start()

    def wait_for_stage(self) -> bool:
        """Until what `at` waits for is done, or the run has ended without it."""
        while not self._reached.wait(0.02):
            if self.process.poll() is not None and not self._reader.is_alive():
                return self._reached.is_set()
        return True

    def kill(self) -> None:
        """`kill -9` the run and everything that it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def tell(self, number: signal.Signals) -> None:
        """Send the process a signal, as a scheduler does."""
        if self.process.poll() is None:
            self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for the end; the exit code, negative if a signal was it."""
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as log:
            for line in log:
                if line.startswith("{"):
                    self._hear(json.loads(line))

    def _hear(self, told: dict[str, str]) -> None:
        name = told.get("stage") or told["event"]
        if name not in ("end", "note"):
            self.stage = name
        if self._waiting is not None and self._waiting[0] == name:
            self._waiting[1]()
            self._reached.set()


def killed_after(running: Running, seconds: float) -> None:
    """Kill a run so long after its start, if it still runs."""
    running.watch()
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        running.kill()


def killed_at(running: Running, stage: str, delay_s: float) -> None:
    """Kill a run so long after its log told of a stage."""

    def act() -> None:
        time.sleep(delay_s)
        running.kill()

    running.at(stage, act)
    running.watch()
    running.wait_for_stage()
