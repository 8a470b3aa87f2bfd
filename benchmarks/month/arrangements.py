"""The same month in other files, and in other windows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.month.calendar import Month
from benchmarks.month.play import arguments, call, digests, keys, newest_record
from etl.registry import Registry
from etl.simulate import simulate

ROOT: Final = Path(__file__).resolve().parents[2]
Arrange = Callable[[Month, Path, Path, int], str]


def hourly(month: Month, logs: Path, folder: Path, night: int) -> str:
    """A file for each hour of delivery; the night's are read."""
    if not (folder / "SIMULATED.md").exists():
        simulate(replace(month.simulation, delivery="hourly"), folder)
    return str(folder / "delivered-{date}T*.jsonl")


def one_file(month: Month, logs: Path, folder: Path, night: int) -> str:
    """One file of all that was delivered so far, which grows; all of it is read every night."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(logs / "participation.csv", folder)
    with open(folder / "delivered.jsonl", "ab") as whole:
        for path in sorted(logs.glob(f"delivered-{month.date(night)}-*.jsonl")):
            whole.write(path.read_bytes())
    return str(folder / "delivered.jsonl")


ARRANGEMENTS: dict[str, Arrange] = {"a file an hour": hourly, "one file of all so far": one_file}


def differing(
    month: Month, logs: Path, base: Path, played: Path, nights: int, *, commands: bool
) -> dict[str, list[str]]:
    """Run the first nights from other files; which data files of theirs are not those of the month as it was played.

    Args:
        played: the registry that nightly files gave; also what was withdrawn since counts, by its manifest.
        commands: whether the hourly files are read by the command as a scheduler calls it, and not within this process.
    """
    first = {str(month.date(night)) for night in range(nights)}
    theirs = {
        str(file["path"]): str(file["sha256"])
        for version in Registry(played).versions()
        if version.name in first
        for file in [*version.manifest["files"], version.manifest["vocabulary_file"]]
        if file is not None
    }
    found: dict[str, list[str]] = {}
    for number, (name, arrange) in enumerate(ARRANGEMENTS.items()):
        registry = base / f"arranged-{number}"
        with keys():
            for night in range(nights):
                pattern = arrange(month, logs, base / f"arranged-{number}-logs", night)
                flags = arguments(month, registry, night, [pattern])
                if commands and arrange is hourly:
                    command = [sys.executable, str(ROOT / "run_pipeline.py"), *flags]
                    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
                else:
                    call("run", *flags, nightly=True)
        mine = {
            path: digest
            for path, digest in digests(registry).items()
            if path.startswith(("data/", "vocabulary/"))
        }
        found[name] = sorted(
            path for path in mine.keys() | theirs.keys() if mine.get(path) != theirs.get(path)
        )
    return found


def released_by_window(month: Month, logs: Path, base: Path, size: int, nights: int) -> tuple[int, int]:
    """Transitions released, and all there are, if the first nights are released in windows of so many, without a pool."""
    registry = base / f"windows-{size}"
    pattern = str(logs / "delivered-*.jsonl")
    released = transitions = 0
    with keys():
        for first in range(0, nights, size):
            span = f"{month.date(first)}..{month.date(min(first + size, nights) - 1)}"
            flags = arguments(month, registry, first, [pattern], pool_nights=0, window=span)
            call("run", *flags, nightly=True)
            exact = newest_record(registry)["exact"]
            released += exact["released"]["transitions"]
            transitions += exact["transitions"]
    return released, transitions
