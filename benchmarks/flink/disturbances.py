"""What is done to a run on the cluster, and when: processes of a worker are killed at its steps, and the run itself is."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import Final

from benchmarks.flink.cluster import Cluster
from benchmarks.flink.jobs import FlinkJob
from benchmarks.flink.trial import Disturbance

READING_S: Final = 9
"""After so long the workers of a job have started Python and are reading."""

SEQUENCED: Final = "events/*.sealed"
CUT: Final = "emissions/*.sealed"
RELEASED: Final = "release.arrow"
"""What lies in the staging folder as soon as the first bucket is in order, the first is cut, the release is filtered."""


def disturbances(cluster: Cluster) -> list[Disturbance]:
    """In the order in which a job passes through the steps."""

    def kill_all_of(when: str, at: str | None, *, comes_back: bool = True) -> Disturbance:
        def act(job: FlinkJob, _: subprocess.Popen[str]) -> None:
            number = _at_work(job)
            cluster.processes.kill(f"taskmanager-{number}")
            cluster.processes.kill(f"pool-{number}")
            if comes_back:
                cluster.start_worker(number)

        how = "started anew at once" if comes_back else "the other alone goes on"
        return Disturbance(f"`kill -9` of a task manager and its workers {when}; {how}", at, READING_S, act)

    def kill_workers(job: FlinkJob, _: subprocess.Popen[str]) -> None:
        for process in cluster.processes.children_of(f"pool-{_at_work(job)}"):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def kill_run(_: FlinkJob, process: subprocess.Popen[str]) -> None:
        process.kill()

    def interrupt_run(_: FlinkJob, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGTERM)

    return [
        kill_all_of("while they read", None),
        kill_all_of("as the first bucket is in order", SEQUENCED),
        kill_all_of("as the first bucket is cut", CUT),
        kill_all_of("as the release is written", RELEASED),
        kill_all_of("while they read", None, comes_back=False),
        Disturbance(
            "`kill -9` of a Python worker as the first bucket is in order", SEQUENCED, 0, kill_workers
        ),
        Disturbance("`kill -9` of the run itself as the first bucket is in order", SEQUENCED, 0, kill_run),
        Disturbance("SIGTERM to the run while the workers read", None, READING_S, interrupt_run),
    ]


def _at_work(job: FlinkJob) -> int:
    """The task manager that has read the most of what it was to read last."""
    running = [step for step in job.steps if step.status == "RUNNING" and any(step.by_worker.values())]
    counts = running[-1].by_worker if running else {0: 0}
    return max(counts, key=lambda number: counts[number])
