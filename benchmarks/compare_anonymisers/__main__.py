"""`python -m benchmarks.compare_anonymisers`: load, run every method at every k, write the page and the plot."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.compare_anonymisers.compare import compare, warm_up
from benchmarks.compare_anonymisers.load import real_logs, simulated_log
from benchmarks.compare_anonymisers.page import page, places
from benchmarks.compare_anonymisers.plot import plot
from benchmarks.compare_anonymisers.release import Figures

DATA_VARIABLE: Final = "DESIREPATH_REAL_DATA"
_COMMAND: Final = "python -m benchmarks.compare_anonymisers"


def main(arguments: Sequence[str]) -> None:
    """Compare, and write `comparison.md` and `comparison.svg`."""
    given = _parser().parse_args(arguments)
    data = given.data or (Path(os.environ[DATA_VARIABLE]) if os.environ.get(DATA_VARIABLE) else None)
    if data is None:
        logs = [simulated_log(events=given.events, people=given.people, seed=given.seed)]
        command = f"--events {given.events} --people {given.people} --seed {given.seed}"
    else:
        logs = real_logs(data)
        command = "--data DIR"
    out: Path = given.out
    target = out / "comparison.md"
    around = places(target.read_text("utf-8") if target.exists() else "")
    warm_up()
    figures = [compare(log, given.k, progress=partial(_tell, log.name)) for log in logs]
    out.mkdir(parents=True, exist_ok=True)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    target.write_text(page(around, logs, figures, command=f"{_COMMAND} {command}", machine=machine), "utf-8")
    (out / "comparison.svg").write_text(plot([log.name for log in logs], figures), "utf-8")
    print(f"written: {target} and {out / 'comparison.svg'}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="compare_anonymisers", description=__doc__)
    parser.add_argument(
        "--data", type=Path, help=f"folder of the real logs (or {DATA_VARIABLE}); without: a simulated log"
    )
    parser.add_argument("--out", type=Path, default=Path("build/comparison"), help="folder to write to")
    parser.add_argument("--k", type=int, nargs="+", default=[2, 5, 10, 20, 50], help="the k to compare at")
    for name, default in (("events", 100_000), ("people", 200), ("seed", 7)):
        parser.add_argument(f"--{name}", type=int, default=default, help="of the simulated log")
    return parser


def _tell(log: str, one: Figures) -> None:
    print(
        f"{log}, k = {one.k}, {one.method}: {one.transitions:.4f} of transitions, {one.seconds:.2f} s",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
