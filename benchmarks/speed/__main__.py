"""`python -m benchmarks.speed`: run everybody in turn, keep what was measured as JSON, write page and plots from it.

1: somebody's result is not that of the others.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compare_anonymisers.page import places
from benchmarks.speed.contestants import CONTESTANTS, Contestant
from benchmarks.speed.job import cores
from benchmarks.speed.logs import Log, simulated, web_interactions
from benchmarks.speed.machine import machine, versions
from benchmarks.speed.measured import Measured, load
from benchmarks.speed.page import BEGIN, FRESH, page
from benchmarks.speed.plot import plot
from benchmarks.speed.rounds import Run, play, warm_up
from benchmarks.speed.targets import TINY


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for, and write everything that was ever measured into that folder's page."""
    given = _parser().parse_args(arguments)
    taking_part = [one for one in CONTESTANTS if given.only is None or one.name in given.only]
    for one in taking_part:
        if not one.is_there:
            print(f"{one.title} is not installed here ({one.needs}): left out")
    taking_part = [one for one in taking_part if one.is_there]
    results: Path = given.out / "benchmarks"
    wrong: list[str] = []
    warm_up(simulated(TINY, "jsonl", given.work), taking_part, cores=given.cores, work=given.work / "work")
    for log in _logs(given):
        measured = _measure(log, taking_part, given, results, shlex.join(arguments))
        wrong += [
            f"{log.name}: the result of {name} is not that of the others" for name in measured.disagreeing
        ]
    write(given.out)
    for problem in wrong:
        print(f"PROBLEM {problem}")
    return int(bool(wrong))


def write(out: Path) -> None:
    """Page and plots, from what lies in the folder `benchmarks` below."""
    measured = load(out / "benchmarks")
    target = out / "benchmarks.md"
    around = places(target.read_text("utf-8") if target.exists() else "", begin=BEGIN, fresh=FRESH)
    target.write_text(page(around, measured), "utf-8")
    for kind in sorted({one.kind for one in measured if one.events is not None}):
        of_kind = [one for one in measured if one.kind == kind and one.cores == one.machine["cores"]]
        if of_kind:
            (out / "benchmarks" / f"{kind}.svg").write_text(plot(of_kind), "utf-8")
    print(f"written: {target}")


def _measure(
    log: Log, taking_part: Sequence[Contestant], given: argparse.Namespace, results: Path, arguments: str
) -> Measured:
    runs: list[Run] = []
    measured = Measured(
        log.name, log.events, log.size_bytes, given.cores, _command(arguments), machine(),
        versions(one.package for one in taking_part), runs,
    )  # fmt: skip
    for run in play(
        log,
        taking_part,
        rounds=given.rounds,
        slow_rounds=min(given.rounds, given.slow_rounds),
        cores=given.cores,
        work=given.work / "work",
    ):
        runs.append(run)
        print(
            f"{log.name}, round {run.round + 1}, {run.contestant}: {run.seconds:.2f} s, {run.cpu_seconds:.2f} s processor, "
            f"{run.peak_bytes / 1e6:,.0f} MB, {run.rows} rows {run.digest}",
            flush=True,
        )
        measured.save(results)  # after each run, so that an interrupted night is not lost
    return measured


def _command(arguments: str) -> str:
    words = shlex.split(arguments)
    for flag, shown in (("--data", "DIR"), ("--work", "DIR")):
        if flag in words:
            words[words.index(flag) + 1] = shown
    return shlex.join(["python", "-m", "benchmarks.speed", *words])


def _logs(given: argparse.Namespace) -> list[Log]:
    logs = [simulated(events, kind, given.work) for kind in given.format for events in given.events]
    return logs + ([web_interactions(given.data)] if given.data else [])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    sizes = [TINY, 1_000_000, 4_000_000, 10_000_000]
    parser.add_argument(
        "--events", type=_numbers, default=sizes, metavar="N,N", help="sizes of the simulated logs"
    )
    parser.add_argument("--format", nargs="*", choices=["jsonl", "parquet"], default=["jsonl", "parquet"])
    parser.add_argument("--data", type=Path, help="folder of real logs: also measure on web_interactions")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--slow-rounds", type=int, default=5, help="in how many of them the slow ones take part"
    )
    names = [one.name for one in CONTESTANTS]
    parser.add_argument(
        "--only", nargs="+", choices=names, help="who takes part; default: everybody installed"
    )
    parser.add_argument("--cores", type=int, default=cores(), help="how many each may use")
    parser.add_argument("--out", type=Path, default=Path("build/bench/docs"), help="folder of the page")
    parser.add_argument("--work", type=Path, default=Path("build/bench"), help="folder of the logs")
    return parser


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
