"""`python -m benchmarks.month`: run, measure and check the month; with `--out`, write the page. 1: a check failed."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.month.calendar import FULL, LEAN
from benchmarks.month.measure import measure
from benchmarks.month.page import failed, page


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, help="folder to write month.md to")
    options.add_argument(
        "--figures", type=Path, help="file for the figures, as JSON, written after each step"
    )
    options.add_argument("--lean", action="store_true", help="a few nights only")
    options.add_argument(
        "--same-nights", type=int, default=6, help="how many nights are run from other files, too"
    )
    given = options.parse_args()
    month = LEAN if given.lean else FULL
    base = Path(tempfile.mkdtemp(prefix="month-"))
    began = time.monotonic()
    figures: dict[str, Any] = {}
    try:
        for what, more in measure(month, base, given.same_nights):
            figures |= more
            print(f"{time.monotonic() - began:6.0f} s  {what}", flush=True)
            if given.figures is not None:
                given.figures.write_text(json.dumps(figures, indent=1) + "\n")
    finally:
        shutil.rmtree(base, ignore_errors=True)
    told: dict[str, Any] = json.loads(json.dumps(figures))
    if given.out is not None:
        (given.out / "month.md").write_text(page(month, told), "utf-8")
    for problem in failed(told):
        print(f"PROBLEM {problem}")
    return int(bool(failed(told)))


if __name__ == "__main__":
    sys.exit(main())
