"""Everybody in turn, round by round, so that what disturbs the machine for a while disturbs all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from benchmarks.speed.contestants import Contestant
from benchmarks.speed.logs import ROOT, Log
from benchmarks.speed.measure import measure
from benchmarks.speed.result import result

_BLOCK = 1 << 24


@dataclass(frozen=True)
class Run:
    """One contestant in one round: what it took, and what it wrote."""

    contestant: str
    round: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    rows: int
    digest: str


class FailedError(Exception):
    """A contestant did not come to its end."""


def play(
    log: Log, contestants: Sequence[Contestant], *, rounds: int, slow_rounds: int, cores: int, work: Path
) -> Iterator[Run]:
    """Run everybody on a log, one after the other, as often as there are rounds; the first in a round changes.

    Args:
        slow_rounds: in how many of them the slow ones take part.
        cores: how many each may use.
        work: a folder for what they write; it is removed again run by run.

    Raises:
        FailedError: one of them failed.
    """
    work.mkdir(parents=True, exist_ok=True)
    _into_memory(log)
    for number in range(rounds):
        playing = [one for one in contestants if number < slow_rounds or not one.is_slow]
        first = number % len(playing)
        for one in playing[first:] + playing[:first]:
            yield _run(one, log, number, cores, work / f"{one.name}-{number}")


def warm_up(log: Log, contestants: Sequence[Contestant], *, cores: int, work: Path) -> None:
    """Run everybody once, unmeasured, so that nobody compiles or writes byte code in a round.

    Raises:
        FailedError: one of them failed.
    """
    work.mkdir(parents=True, exist_ok=True)
    for one in contestants:
        _run(one, log, 0, cores, work / f"{one.name}-warm")


def _run(one: Contestant, log: Log, number: int, cores: int, out: Path) -> Run:
    command = one.command(log, out)
    try:
        took = measure(command, cwd=ROOT, cores=cores)
        if took.code:
            raise FailedError(f"{one.title} ended with {took.code}; see why with: {' '.join(command)}")
        wrote = result(out, one.parquet)
    finally:
        for left in out.parent.glob(f"{out.name}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    return Run(
        one.name,
        number,
        round(took.seconds, 3),
        round(took.cpu_seconds, 3),
        took.peak_bytes,
        wrote.rows,
        wrote.digest,
    )


def _into_memory(log: Log) -> None:
    """Read the files once, where they fit well: else the first contestant would wait for the disk for all of them."""
    told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("ascii").splitlines())
    if log.size_bytes > int(told["MemAvailable"].split()[0]) * 1024 // 2:
        return
    for path in glob(log.pattern):
        with open(path, "rb") as file:
            while file.read(_BLOCK):
                pass
