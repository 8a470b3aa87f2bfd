"""A job as Flink tells of it: its steps, how far they are, and which task manager has read and written how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.flink.cluster import Cluster


@dataclass(frozen=True)
class Step:
    """One operator of a job. `by_worker`: records in, for each task manager (its number) that had a part in it."""

    name: str
    status: str
    seconds: float
    by_worker: dict[int, int]
    written_bytes: int


@dataclass(frozen=True)
class FlinkJob:
    """`restarts`: how often it was begun again. `wrong`: how its last failure began; empty: it never failed."""

    state: str
    seconds: float
    restarts: int
    wrong: str
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step | None:
        """The step with this in its name that holds code of ours."""
        return next((step for step in self.steps if name in step.name and "MapPartition" in step.name), None)


def newest(cluster: Cluster) -> str | None:
    """The id of the job that began last; None: there was none yet."""
    jobs = cluster.ask("/jobs/overview")["jobs"]
    return max(jobs, key=lambda job: job["start-time"])["jid"] if jobs else None


def look(cluster: Cluster, job: str, *, in_detail: bool = False) -> FlinkJob:
    """A job as it stands. `in_detail`: with `by_worker`, which costs a question a step."""
    told = cluster.ask(f"/jobs/{job}")
    steps = tuple(_step(cluster, job, vertex, in_detail) for vertex in told["vertices"])
    failures = cluster.ask(f"/jobs/{job}/exceptions").get("exceptionHistory", {}).get("entries", [])
    wrong = (failures[0].get("stacktrace") or failures[0].get("exceptionName") or "") if failures else ""
    restarts = sum(1 for entry in failures if entry.get("timestamp"))
    return FlinkJob(told["state"], told["duration"] / 1000, restarts, _first_line(wrong), steps)


def _step(cluster: Cluster, job: str, vertex: dict[str, Any], in_detail: bool) -> Step:
    by_worker: dict[int, int] = {}
    if in_detail:
        told = cluster.ask(f"/jobs/{job}/vertices/{vertex['id']}/taskmanagers")
        for manager in told["taskmanagers"]:
            first = str(manager["taskmanager-id"]).split("-")[0]
            if not first.isdigit():  # not given to any yet
                continue
            number = int(first)
            by_worker[number] = by_worker.get(number, 0) + int(manager["metrics"]["read-records"])
    seconds = max(vertex["duration"], 0) / 1000
    return Step(vertex["name"], vertex["status"], seconds, by_worker, int(vertex["metrics"]["write-bytes"]))


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:160] if text.strip() else ""
