"""The logs that are measured on: the frozen preset at any size, as JSONL or Parquet, and a real log from elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from benchmarks.speed.job import COLUMNS
from etl.simulate import PRESETS, simulate

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Log:
    """A log in a folder. `events`: how many; None: nobody has counted. `participation`: None: there is no such file."""

    name: str
    pattern: str
    columns: str
    source: str
    events: int | None
    participation: Path | None
    size_bytes: int


def simulated(events: int, kind: Literal["jsonl", "parquet"], folder: Path) -> Log:
    """The preset `bench`, written once; what is there is taken as it is, as the preset never changes."""
    where = folder / f"{kind}-{events}"
    done = where / "done"
    if not done.exists():
        simulate(replace(PRESETS["bench"], events=events, format=kind, workers=os.cpu_count() or 1), where)
        done.touch()
    return Log(
        f"{kind}-{events}",
        str(where / f"*.{kind}"),
        "native",
        "native",
        events,
        where / "participation.csv",
        _size(where, f"*.{kind}"),
    )


def web_interactions(folder: Path) -> Log:
    """The real log of that name, JSONL and compressed.

    Raises:
        FileNotFoundError: it is not there.
    """
    where = folder / "web_interactions"
    size = _size(where, "*.jsonl.gz")
    if not size:
        raise FileNotFoundError(f"no *.jsonl.gz in {where}")
    mapping = ROOT / "examples" / "mappings" / "web_interactions.yaml"
    return Log(
        "web_interactions",
        str(where / "*.jsonl.gz"),
        "web_interactions",
        str(mapping.relative_to(ROOT)),
        None,
        None,
        size,
    )


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))


assert {"native", "web_interactions"} <= COLUMNS.keys()
