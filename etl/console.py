"""What a person or a log collector sees of a run: a progress bar per stage on a terminal, JSON lines otherwise.

A log line holds counts, stages and reasons; never a value, a person or the name of a file.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from etl.progress import STAGES, listen
from etl.terminal import log_line, say

if TYPE_CHECKING:
    from etl.input_digests import InputDigests

LogFormat = Literal["auto", "text", "json"]


class Console:
    """Where a run reports. `stages` holds the seconds at which each stage was first and last seen at work.

    `inputs`: the files that it reads, once they are known. `on_inputs`: who wants to be told then. `on_stage`: what is done
    when a stage begins, in no time.
    """

    def __init__(self, log_format: LogFormat, run_id: str) -> None:
        self.run_id = run_id
        self.json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
        self.stages: dict[str, list[float]] = {}
        self.amounts: dict[str, int] = {}
        self.inputs: InputDigests | None = None
        self.on_inputs: Callable[[InputDigests], None] | None = None
        self.on_stage: dict[str, Callable[[], object]] = {}
        self._began = time.monotonic()

    def reads(self, inputs: InputDigests) -> None:
        """The run has found what it reads. An attempt that starts over says it again."""
        self.inputs = inputs
        if self.on_inputs is not None:
            self.on_inputs(inputs)

    def log(self, event: str, **fields: Any) -> None:
        """Write one JSON line, in JSON mode."""
        if self.json:
            line = {"time": now(), "run": self.run_id, "event": event, **fields}
            log_line(line)

    def note(self, sentence: str) -> None:
        """Tell something in passing."""
        if self.json:
            self.log("note", note=sentence)
        else:
            say(f"desirepath: {sentence}", err=True)

    @contextmanager
    def progress(self, totals: dict[str, int]) -> Iterator[None]:
        """Listen to the stages while the body runs.

        Args:
            totals: how much there is to do, for the stages that know.
        """
        bars = None if self.json else _Bars(totals)
        self._began = time.monotonic()
        self.stages.clear()  # of an attempt before
        self.amounts.clear()

        def on_report(stage: str, amount: int) -> None:
            now = time.monotonic() - self._began
            if stage not in self.stages:
                self.stages[stage] = [now, now]
                self.log("stage", stage=stage, seconds=round(now, 3))
                self.on_stage.get(stage, _nothing)()
            self.stages[stage][1] = now
            self.amounts[stage] = self.amounts.get(stage, 0) + amount
            if bars is not None:
                bars.advance(stage, amount)

        listen(on_report)
        try:
            if bars is None:
                yield
            else:
                with bars:
                    yield
        finally:
            listen(None)

    def stage_seconds(self) -> dict[str, float]:
        """How long each stage took: until the next one was first at work."""
        order = [(stage, seen[0], seen[1]) for stage, seen in self.stages.items()]
        order.sort(key=lambda item: list(STAGES).index(item[0]))
        ends = [last for _, _, last in order]
        starts = [0.0, *ends][: len(order)]
        return {
            stage: round(max(end - start, 0.0), 3)
            for (stage, _, end), start in zip(order, starts, strict=True)
        }


class _Bars:
    """One line per stage, drawn by rich; without numbers, which may be about few people."""

    def __init__(self, totals: dict[str, int]) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._totals = totals
        self._tasks: dict[str, Any] = {}
        self._current: str | None = None
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<32}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=RichConsole(stderr=True),
        )

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        for task in self._tasks.values():
            self._finish(task)
        self._progress.stop()

    def advance(self, stage: str, amount: int) -> None:
        if stage != self._current and self._current is not None:
            self._finish(self._tasks[self._current])
        self._current = stage
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(STAGES[stage], total=self._totals.get(stage))
        self._progress.advance(self._tasks[stage], amount)

    def _finish(self, task: Any) -> None:
        completed = self._progress.tasks[task].completed or 1
        self._progress.update(task, total=completed, completed=completed)
        self._progress.stop_task(task)


def _nothing() -> None:
    """What most stages begin with."""


def now() -> str:
    """The time as every log line has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
