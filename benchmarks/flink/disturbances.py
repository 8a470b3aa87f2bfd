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

STEPS: Final = {"ReadEvents": "ReadEvents", "Solve": "]Solve)", "Release": "]Release)"}
"""What tells a step in the names that Beam gives Flink."""


def disturbances(cluster: Cluster) -> list[Disturbance]:
    """In the order in which a job passes through the steps."""

    def kill_all_of(name: str, seconds: float, *, comes_back: bool) -> Disturbance:
        step = STEPS[name]

        def act(job: FlinkJob, _: subprocess.Popen[str]) -> None:
            number = _at_work(job, step)
            cluster.processes.kill(f"taskmanager-{number}")
            cluster.processes.kill(f"pool-{number}")
            if comes_back:
                cluster.start_worker(number)

        how = "started anew at once" if comes_back else "the other alone goes on"
        return Disturbance(
            f"`kill -9` of a task manager and its workers while it is at `{name}`; {how}", step, seconds, act
        )

    def kill_workers(job: FlinkJob, _: subprocess.Popen[str]) -> None:
        for process in cluster.processes.children_of(f"pool-{_at_work(job, STEPS['ReadEvents'])}"):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def kill_run(_: FlinkJob, process: subprocess.Popen[str]) -> None:
        process.kill()

    def interrupt_run(_: FlinkJob, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGTERM)

    return [
        kill_all_of("ReadEvents", 1, comes_back=True),
        kill_all_of("Solve", 0, comes_back=True),
        kill_all_of("Release", 0, comes_back=True),
        kill_all_of("ReadEvents", 3, comes_back=False),
        Disturbance(
            "`kill -9` of a Python worker while it is at `ReadEvents`", STEPS["ReadEvents"], 2, kill_workers
        ),
        Disturbance(
            "`kill -9` of the run itself while the cluster is at `Solve`", STEPS["Solve"], 0, kill_run
        ),
        Disturbance(
            "SIGTERM to the run while the cluster is at `ReadEvents`", STEPS["ReadEvents"], 1, interrupt_run
        ),
    ]


def _at_work(job: FlinkJob, step: str) -> int:
    """A task manager that has a part in a step."""
    found = job.step(step)
    return (
        max(found.by_worker, key=lambda number: found.by_worker[number]) if found and found.by_worker else 0
    )
