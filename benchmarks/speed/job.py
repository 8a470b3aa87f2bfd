"""The job that every contestant does: read a log, and keep the sessions' sequences that at least k people have.

Exactly: an event's token is the columns of its action joined by a blank, a missing one shown as ∅. A person's events stand
in order of time; a pause longer than 30 minutes starts a new session (exactly 30 minutes do not). A run of equal tokens
inside a session is one action, as the native mapping has it (`drop_repeats`). A session is one sequence. Of each distinct
sequence are counted the different people who have it and the sessions that are it; at least k people: it is written, as
Parquet with `sequence: list<string>`, `people` and `occurrences`. No row is dropped as a duplicate, and the order of a
person's events of one time is left open (`benchmarks.speed.reference` counts such events).

Nothing is imported here but Python itself, so that a contestant starts as fast as its engine does.
"""

from __future__ import annotations

import argparse
import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GAP_US: Final = 30 * 60 * 1_000_000
K: Final = 10
ABSENT: Final = "∅"
BLANK: Final = " "


@dataclass(frozen=True)
class Columns:
    """What a log calls the person, the time and the parts of an action; `unit_us`: µs in one of a time that is a number."""

    person: str
    time: str
    token: tuple[str, ...]
    unit_us: int


COLUMNS: Final = {
    "native": Columns("user_id", "ts", ("event_type", "app", "target"), 1),
    "web_interactions": Columns("user", "timeStamp", ("type", "nodeName", "id"), 1000),
}


@dataclass(frozen=True)
class Task:
    """What to read and where to write. `files`: in order of name; all JSONL (compressed or not), or all Parquet."""

    files: tuple[Path, ...]
    columns: Columns
    out: Path
    k: int = K

    @property
    def is_parquet(self) -> bool:
        """Else JSONL."""
        return self.files[0].suffix == ".parquet"

    @property
    def time_is_text(self) -> bool:
        """RFC 3339 with an offset; else a number of `columns.unit_us` since 1970. Native JSONL alone has text."""
        return self.columns == COLUMNS["native"] and not self.is_parquet


def task() -> Task:
    """The task as the command line has it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", required=True, help="a glob of files")
    parser.add_argument(
        "--out", required=True, type=Path, help="the Parquet file (or, of some engines, folder) to write"
    )
    parser.add_argument("--columns", choices=COLUMNS, default="native", help="what the log calls its columns")
    parser.add_argument("--k", type=int, default=K, help="how many people must have a sequence")
    given = parser.parse_args()
    files = tuple(Path(path) for path in sorted(glob.glob(given.input)))
    if not files:
        parser.error(f"no file matches {given.input}")
    return Task(files, COLUMNS[given.columns], given.out, given.k)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))
