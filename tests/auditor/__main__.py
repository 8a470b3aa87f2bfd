"""`python -m tests.auditor`: run a simulated month and audit it; with `--out`, write the page. 1: something follows."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.month.calendar import LEAN
from tests.auditor.month import as_if_exact, audit, played


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, help="folder to write audit.md to")
    options.add_argument("--nights", type=int, default=30)
    given = options.parse_args()
    per_night = LEAN.simulation.events // LEAN.simulation.nights
    simulation = replace(LEAN.simulation, nights=given.nights, events=per_night * given.nights)
    month = replace(LEAN, simulation=simulation, left_out=None)
    began, nights = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="audit-") as base:
        for one in played(month, Path(base), given.nights):
            nights.append(one)
            print(f"{time.monotonic() - began:6.0f} s  night {len(nights)}", flush=True)
    system, small, found = audit(nights)
    control = [(as_if_exact(public, exact), exact) for public, exact in nights]
    _, _, planted = audit(control)
    right = sum(small.get(one.name) == one.low for one in planted)
    lines = [
        "# The audit of a simulated month",
        "",
        f"Made by `make audit-month`: {given.nights} nights, {month.simulation.people} people, each night reading all that "
        "was delivered until then; two people object, one is erased, one night is withdrawn, events come late.",
        "",
        "| | |",
        "|---|---:|",
        f"| unknown counts | {len(system.names):,} |",
        f"| equations | {system.equations:,} |",
        f"| inequalities | {len(system.rows) - system.equations:,} |",
        f"| counts about fewer than k people | {len(small):,} |",
        f"| of them with one solution, or nearly | {len(found):,} |",
        f"| the same with exact totals (the planted leak) | {len(planted):,} |",
        f"| of these with exactly the right solution | {right:,} |",
    ]
    print("\n".join(lines))
    if given.out is not None:
        (given.out / "audit.md").write_text("\n".join(lines) + "\n", "utf-8")
    for one in found:
        print(f"PROBLEM {one.name} follows")
    return int(bool(found) or not planted)


if __name__ == "__main__":
    sys.exit(main())
