"""Tasks for the contestants, run as the benchmark runs them: each in a process of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow as pa

from benchmarks.speed.contestants import Contestant
from benchmarks.speed.job import COLUMNS, Task
from benchmarks.speed.logs import ROOT, Log
from benchmarks.speed.reference import Counted
from benchmarks.speed.result import read_rows


def found_by(contestant: Contestant, log: Log, out: Path, *, k: int) -> Counted:
    """What it writes, as the reference gives it."""
    command = [*contestant.command(log, out), "--k", str(k)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return counted_in(read_rows(out))


def counted_in(table: pa.Table) -> Counted:
    rows = table.to_pylist()
    found = {tuple(row["sequence"]): (row["people"], row["occurrences"]) for row in rows}
    assert len(found) == len(rows)
    return found


def task_of(log: Log, *, k: int) -> Task:
    """What the contestant is told, for the reference."""
    folder, _, pattern = log.pattern.rpartition("/")
    return Task(tuple(sorted(Path(folder).glob(pattern))), COLUMNS[log.columns], Path(), k)


def log_at(folder: Path, pattern: str, columns: str = "native") -> Log:
    return Log("some", str(folder / pattern), columns, "native", None, None, 1)
