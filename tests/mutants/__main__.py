"""Run every mutant: apply it to a copy of the tree, run its tests there, and print who was killed.

Two at a time, each in a copy of its own, so that what one compiles is there for the next. Exit code 1: one survived, one
does not apply any more, or a copy without any mutant fails its tests. `--only TEXT` runs those whose name holds the
text; `--write` renews docs/mutants.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

from tests.mutants import MUTANTS, Mutant, mutated

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2
TIMEOUT_S = 600
FAILED = 1
"""Pytest's exit code for tests that ran and failed; any other one kills nothing."""


class Outcome(NamedTuple):
    """`fate`: killed, survived, or why neither."""

    mutant: Mutant
    fate: str
    seconds: float
    by: str


def copy_tree(to: Path) -> Path:
    """What git knows of the tree, and what it does not ignore."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def run_tests(tree: Path, targets: Sequence[str]) -> tuple[int, str]:
    """Pytest's exit code, and the first test that failed."""
    # Python's own cache goes by size and second, and would hide an edit; Numba's goes by content, and stays.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        *targets,
    ]
    try:
        ended = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return -1, ""
    failures = [line for line in ended.stdout.splitlines() if line.startswith("FAILED ")]
    first = failures[0].removeprefix("FAILED ").partition(" - ")[0].split("::", 1)[-1] if failures else ""
    return ended.returncode, first.partition("[")[0]


def run_mutant(mutant: Mutant, trees: Queue[Path]) -> Outcome:
    """Apply, run, and put back."""
    tree = trees.get()
    began = time.monotonic()
    try:
        try:
            contents = mutated(mutant, tree)
        except ValueError:
            return Outcome(mutant, "does not apply", 0, "")
        before = {path: path.read_bytes() for path in contents}
        try:
            for path, content in contents.items():
                path.write_text(content, "utf-8")
            code, by = run_tests(tree, mutant.tests)
        finally:
            for path, content in before.items():
                path.write_bytes(content)
        fate = {0: "SURVIVED", FAILED: "killed"}.get(code, f"tests did not run ({code})")
        return Outcome(mutant, fate, time.monotonic() - began, by)
    finally:
        trees.put(tree)


def table(outcomes: Sequence[Outcome]) -> str:
    """The results in Markdown."""
    lines = ["| mutant | in | fate | by | seconds |", "|---|---|---|---|---:|"]
    for outcome in outcomes:
        where = ", ".join(dict.fromkeys(edit.path for edit in outcome.mutant.edits))
        by = f"`{outcome.by}`" if outcome.by else ""
        cells = (outcome.mutant.name, f"`{where}`", outcome.fate, by, f"{outcome.seconds:.0f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


PAGE = """# Mutants

A test that cannot fail proves nothing. Each line below is a way in which a release could go wrong, done to the source on
purpose; the tests named for it must fail then. `make mutants` does it again (two at a time in copies of the tree) and ends
with an error when one survives or does not apply any more; that every mutant still applies is checked by `make test`.

{killed} of {all} killed, in {minutes:.0f} minutes on two cores.

{table}"""


def main() -> int:
    """Run them; the exit code."""
    arguments = argparse.ArgumentParser(prog="python -m tests.mutants")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    if given.only and given.write:
        arguments.error("--write is for all of them")
    chosen = [mutant for mutant in MUTANTS if given.only in mutant.name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        trees: Queue[Path] = Queue()
        for number in range(AT_ONCE):
            trees.put(copy_tree(Path(scratch) / str(number)))
        targets = sorted({target for mutant in chosen for target in mutant.tests})
        halves = [targets[number::AT_ONCE] for number in range(AT_ONCE)]
        trial = [(Path(scratch) / str(number), half) for number, half in enumerate(halves) if half]
        for code, failed in pool.map(lambda part: run_tests(*part), trial):
            if code != 0:
                sys.stdout.write(f"without any mutant the tests end with {code}: {failed}\n")
                return 1
        outcomes = []
        for outcome in pool.map(lambda mutant: run_mutant(mutant, trees), chosen):
            outcomes.append(outcome)
            sys.stdout.write(
                f"{outcome.seconds:5.0f} s  {outcome.fate:10} {outcome.mutant.name}  {outcome.by}\n"
            )
            sys.stdout.flush()
    killed = sum(outcome.fate == "killed" for outcome in outcomes)
    sys.stdout.write(f"{killed} of {len(outcomes)} killed\n")
    if given.write:
        minutes = (time.monotonic() - began) / 60
        page = PAGE.format(killed=killed, all=len(outcomes), minutes=minutes, table=table(outcomes))
        (ROOT / "docs" / "mutants.md").write_text(page, "utf-8")
    return int(killed < len(outcomes))


if __name__ == "__main__":
    sys.exit(main())
