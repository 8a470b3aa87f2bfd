"""Small workplaces for whole runs: who does which habit, and what the participation file says of whom."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from etl.config import load_config
from etl.console import Console
from etl.run import run
from etl.settle import Result

KEY = "5a" * 32
HEADER = "account,person,unit,status,valid_from,valid_to,basis,recorded_at"
STEPS = ("open", "edit", "save")


def habit(account: str, name: str, second: int = 0, **more: Any) -> list[dict[str, Any]]:
    """Three actions in a row on 2026-11-22, one habit every hour from 08:00."""
    hour = 8 + sum(map(ord, name)) % 12
    return [
        {
            "user_id": account,
            "ts": f"2026-11-22T{hour:02}:{step:02}:{second % 60:02}Z",
            "event_type": "click",
            "app": "Desk",
            "target": f"{step_name} {name}",
            **more,
        }
        for step, step_name in enumerate(STEPS)
    ]


def write_log(folder: Path, records: Iterable[dict[str, Any]]) -> None:
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    (folder / "logs" / "day.jsonl").write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))


def write_participation(folder: Path, rows: Iterable[str]) -> Path:
    """Args: rows: as in the file; what is missing at the end of a row is empty."""
    path = folder / "who.csv"
    full = (row + "," * (HEADER.count(",") - row.count(",")) for row in rows)
    path.write_text("\n".join([HEADER, *full]) + "\n")
    return path


def go(folder: Path, **changes: Any) -> Result:
    values = {
        "input": (str(folder / "logs"),),
        "source": "native",
        "registry": str(folder / "registry"),
        "window": "2026-11-21..2026-11-22",
        "participation": str(folder / "who.csv"),
        "min_active": 10,
        "log_format": "json",
    }
    return run(load_config(None, {**values, **changes}), [], Console("json", "test"))


def habits_released(folder: Path) -> set[str]:
    """The names of the habits of which anything was released."""
    import pyarrow.parquet as pq

    files = (folder / "registry" / "data").rglob("*.parquet")
    rows = (row for file in files for row in pq.ParquetFile(file).read().to_pylist())
    words = {word for row in rows for action in row["actions"] for word in action.split()}
    return {word for word in words if word.endswith("ing")}
