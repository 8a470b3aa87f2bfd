"""Whole runs in a folder, and what they leave: rows, bytes, and the staged tables while they are still there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import etl.run
from etl.config import load_config
from etl.console import Console
from etl.job import Job
from etl.sealed import read_sealed
from etl.settle import Result

DAY_US = 86_400_000_000
MONDAY = 1_794_787_200_000_000
"""2026-11-16T00:00:00Z."""


def go(base: Path, *beam_flags: str, **changes: Any) -> Result:
    """Run the job on the logs of a folder, everybody taking part unless told otherwise."""
    settings = {
        "input": (str(base / "logs"),),
        "source": "native",
        "registry": str(base / "registry"),
        "window": "all",
        "participation": "none",
        "min_active": 1,
        "log_format": "json",
    }
    return etl.run.run(load_config(None, {**settings, **changes}), list(beam_flags), Console("json", "test"))


def click(user: str, time_us: int, target: str, *, app: str = "Desk", **more: Any) -> dict[str, Any]:
    return {"user_id": user, "ts": time_us, "event_type": "click", "app": app, "target": target, **more}


def write_log(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    return path


def write_participation(path: Path, rows: list[dict[str, str]]) -> str:
    """Who takes part, since ever and in no unit unless a row says otherwise; the file's path."""
    names = ("account", "person", "unit", "status", "valid_from", "valid_to", "basis", "recorded_at")
    usual = {"status": "participates", "basis": "consent", "recorded_at": "2026-01-01"}
    lines = [",".join({**usual, **row}.get(name, "") for name in names) for row in rows]
    path.write_text("\n".join([",".join(names), *lines]) + "\n", "utf-8")
    return str(path)


def released_rows(registry: Path, version: str = "*") -> list[dict[str, Any]]:
    return [
        row
        for path in sorted(registry.glob(f"data/{version}/*/*.parquet"))
        for row in pq.ParquetFile(path).read().to_pylist()
    ]


def published_bytes(registry: Path) -> dict[str, bytes]:
    """Everything that a registry publishes but its card, which is derived anew."""
    return {
        str(path.relative_to(registry)): path.read_bytes()
        for folder in ("data", "manifests", "reports")
        for path in sorted((registry / folder).rglob("*"))
        if path.is_file()
    }


class Staged(NamedTuple):
    """What a run kept of people while it worked, decrypted: EVENTS and EMISSIONS by bucket."""

    events: list[pa.Table]
    emissions: list[pa.Table]

    def spent(self) -> set[tuple[bytes, int]]:
        """The events that released or withheld emissions cover, as (account, time)."""
        places = set()
        for events, emissions in zip(self.events, self.emissions, strict=True):
            account, time_us = (events.column(name).to_pylist() for name in ("account", "time_us"))
            for start, length in zip(
                *(emissions.column(n).to_pylist() for n in ("start", "length")), strict=True
            ):
                places |= {(account[row], time_us[row]) for row in range(start, start + length)}
        return places

    def persons(self) -> set[bytes]:
        return {person for events in self.events for person in events.column("person").to_pylist()}


def watch_staging(monkeypatch: pytest.MonkeyPatch) -> list[Staged]:
    """Keep what each run from here on hands to its verifier."""
    seen: list[Staged] = []
    verify = etl.run.verify_staged

    def watching(job: Job, *told: Any) -> Any:
        buckets = job.staging.buckets()
        tables = [
            [read_sealed(place(bucket), job.sealing_key) for bucket in buckets]
            for place in (job.staging.events, job.staging.emissions)
        ]
        seen.append(Staged(*tables))
        return verify(job, *told)

    monkeypatch.setattr(etl.run, "verify_staged", watching)
    return seen
