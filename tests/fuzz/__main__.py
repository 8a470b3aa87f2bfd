"""Feed changed inputs to everything that reads one, and list what ended as a bug: `python -m tests.fuzz --inputs 100000`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from etl.errors import DesirepathError
from tests.fuzz import world
from tests.fuzz.targets import TARGETS, EndedAsBugError, Target

PATIENCE_SECONDS = 60
"""An input on which a reader works longer than this is a fault, too."""


class Found(NamedTuple):
    """How many inputs each target got and how many of them were refused; faults, each with the first input's number."""

    fed: Counter[str]
    refused: Counter[str]
    faults: dict[str, list[int]]


def fuzz(inputs: int, seed: int, *, first: int = 0, only: str | None = None) -> Found:
    """Feed so many inputs. Input number n depends on the seed and on n alone, so that one can be fed again."""
    found = Found(Counter(), Counter(), {})
    chosen: list[Target] = [target for target in TARGETS if only in (None, target.__name__)]
    weights = [TARGETS[target] for target in chosen]
    signal.signal(signal.SIGALRM, _too_long)
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="desirepath-fuzz-", dir=_in_memory()) as folder:
        os.environ |= {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        os.chdir(folder)
        try:
            world.build(Path(folder))
            for number in range(first, first + inputs):
                random = Random(f"{seed}/{number}")
                target = random.choices(chosen, weights)[0]
                _feed(target, Path(folder), random, number, found)
        finally:
            os.chdir(before)
    return found


def _feed(target: Target, root: Path, random: Random, number: int, found: Found) -> None:
    name = target.__name__
    found.fed[name] += 1
    signal.alarm(PATIENCE_SECONDS)
    try:
        target(root, random)
    except DesirepathError as error:
        found.refused[name] += 1
        if error.exit_code == 70:
            found.faults.setdefault(f"{name}: exit 70", []).append(number)
    except EndedAsBugError as error:
        found.faults.setdefault(f"{name}: {error}", []).append(number)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        frames = traceback.extract_tb(error.__traceback__)
        ours = [
            f"{Path(frame.filename).name}:{frame.lineno}"
            for frame in frames
            if "site-packages" not in frame.filename
        ]
        found.faults.setdefault(
            f"{name}: {type(error).__name__} at {' < '.join(reversed(ours[-3:]))}", []
        ).append(number)
    finally:
        signal.alarm(0)


def _too_long(*_: object) -> None:
    raise TimeoutError


def _in_memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input: to feed one again")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one target")
    asked = parser.parse_args()
    began = time.monotonic()
    found = fuzz(asked.inputs, asked.seed, first=asked.first, only=asked.only)
    minutes = (time.monotonic() - began) / 60
    for name, number in sorted(found.fed.items()):
        sys.stdout.write(f"{name:<14} {number:>9,} inputs, {found.refused[name]:>9,} refused by an error\n")
    for fault, numbers in sorted(found.faults.items()):
        sys.stdout.write(f"FAULT {len(numbers):>5,} ×, first {numbers[0]}: {fault}\n")
    sys.stdout.write(
        f"{asked.inputs:,} inputs in {minutes:.1f} minutes: {len(found.faults)} kinds of faults\n"
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
