"""`python -m benchmarks.utility`: measure on simulated workplaces and on a real log, write the page and the plot."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.compare_anonymisers.page import places
from benchmarks.utility.measure import measure
from benchmarks.utility.page import BEGIN, FRESH, Measured, page
from benchmarks.utility.plot import plot
from etl.simulate import Simulation, simulate
from etl.source import read_mapping
from transforms.mapping import NATIVE

REAL: Final = "web_interactions"
_MAPPING: Final = Path(__file__).resolve().parents[2] / "examples" / "mappings" / f"{REAL}.yaml"


def main(arguments: Sequence[str]) -> None:
    """Measure, and write `utility.md` and `utility.svg`."""
    given = _parser().parse_args(arguments)
    target: Path = given.out / "utility.md"
    around = places(target.read_text("utf-8") if target.exists() else "", begin=BEGIN, fresh=FRESH)
    logs = [_simulated(given)]
    if given.data is not None and (given.data / REAL).is_dir():
        logs.append(_real(given))
    else:
        print(f"no {REAL}/ to measure on (--data): left out")
    given.out.mkdir(parents=True, exist_ok=True)
    target.write_text(page(around, logs, command=_command(given)), "utf-8")
    (given.out / "utility.svg").write_text(plot(logs), "utf-8")
    print(f"written: {target} and {given.out / 'utility.svg'}")


def _simulated(given: argparse.Namespace) -> Measured:
    """Each time another workplace."""
    times = []
    for number in range(given.times):
        with tempfile.TemporaryDirectory() as folder:
            seed = given.seed + number
            simulate(
                Simulation(
                    events=given.events, people=given.people, nights=given.nights, seed=seed, hostile=False
                ),
                Path(folder),
            )
            times.append(
                measure(
                    f"simulated, seed {seed}",
                    [f"{folder}/*.jsonl"],
                    "native",
                    NATIVE,
                    given.k,
                    tenth=number,
                    steps=given.steps,
                    progress=_tell,
                )
            )
    return Measured(f"simulated, {given.events:,} events", times)


def _real(given: argparse.Namespace) -> Measured:
    """Each time another tenth of the people held out."""
    mapping = read_mapping(_MAPPING)
    patterns = [str(given.data / REAL)]
    return Measured(
        REAL,
        [
            measure(
                f"{REAL}, tenth {number}",
                patterns,
                str(_MAPPING),
                mapping,
                given.k,
                tenth=number,
                steps=given.steps,
                progress=_tell,
            )
            for number in range(given.real_times)
        ],
    )


def _command(given: argparse.Namespace) -> str:
    told = [
        f"--{name} {getattr(given, name)}"
        for name in ("events", "people", "nights", "seed", "times", "steps")
    ]
    told.append(f"--k {' '.join(map(str, given.k))}")
    if given.data is not None:
        told.append(f"--data DIR --real-times {given.real_times}")
    return f"python -m benchmarks.utility {' '.join(told)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="utility", description=__doc__)
    parser.add_argument(
        "--data", type=Path, help=f"folder that holds the real log {REAL}/; without: simulated ones only"
    )
    parser.add_argument("--out", type=Path, default=Path("build/utility"), help="folder to write to")
    parser.add_argument("--k", type=int, nargs="+", default=[2, 5, 10, 20, 50], help="the k to measure at")
    parser.add_argument("--times", type=int, default=3, help="how many workplaces are simulated")
    parser.add_argument("--real-times", type=int, default=1, help="how many tenths of the real log's people")
    parser.add_argument("--steps", type=int, default=3000, help="of the neural model's training")
    for name, default in (("events", 300_000), ("people", 500), ("nights", 5), ("seed", 7)):
        parser.add_argument(f"--{name}", type=int, default=default, help="of the simulated logs")
    return parser


def _tell(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
