"""`python -m benchmarks.kill_table`: disturb runs at many moments, print the rows, and write the page with `--out`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.kill_table.hindrances import hindered, interrupts
from benchmarks.kill_table.kills import Row, moments, row_of
from benchmarks.kill_table.page import page
from benchmarks.kill_table.world import World, build

KINDS = ("stage", "random", "publication", "change", "interrupt", "hindered")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, help="folder to write kill-table.md to")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--spread", type=int, default=14, help="random moments over the run")
    options.add_argument("--publication", type=int, default=10, help="random moments around publication")
    options.add_argument("--changes", type=int, default=1000, help="before how many of the last changes")
    options.add_argument("--only", choices=KINDS, action="append", help="kinds of rows; all by default")
    options.add_argument(
        "--rows", type=Path, help="file that each row is added to as JSON, and the page is made of"
    )
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-table-"))
    folder.chmod(0o755)
    kept = given.rows or folder / "rows"
    try:
        world = build(folder / "world")
        facts = {"seconds": world.seconds, "secrets": len(world.secrets)}
        began = time.monotonic()
        for row in _rows(world, folder, given):
            with open(kept, "a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(row) | facts) + "\n")
            told = "".join(f"\n      PROBLEM {problem}" for problem in row.problems)
            print(
                f"{time.monotonic() - began:6.0f} s  {row.moment}: {row.outcome}; {row.after}; {row.second}{told}",
                flush=True,
            )
        rows = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
        if given.out is not None:
            (given.out / "kill-table.md").write_text(page(rows), "utf-8")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return int(any(row["problems"] for row in rows))


def _rows(world: World, folder: Path, given: argparse.Namespace) -> Iterator[Row]:
    kinds = given.only or KINDS
    if set(kinds) & {"stage", "random", "publication", "change"}:
        for moment in moments(
            world,
            seed=given.seed,
            spread=given.spread,
            publication=given.publication,
            last_changes=given.changes,
            folder=folder,
        ):
            if moment.kind in kinds:
                yield row_of(world, moment, folder)
    if "interrupt" in kinds:
        yield from interrupts(world, folder)
    if "hindered" in kinds:
        yield from hindered(world, folder)


if __name__ == "__main__":
    sys.exit(main())
