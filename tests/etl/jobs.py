"""A job on a small log, planned as a run plans it, for the tests of what is done with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.config import load_config
from etl.inputs import find_inputs
from etl.job import Job
from etl.memory import Memory
from etl.participation import read_participation
from etl.plan import plan_job
from etl.source import load_mapping
from etl.staging import Staging
from tests.etl.workplace import habit, write_log, write_participation

KEY = bytes.fromhex("5a" * 32)


def plan(folder: Path, *, people: int = 3, days: int = 1, participation: bool = False, **changes: Any) -> Job:
    """A job with some `changes` to its own fields; its staging folder exists."""
    if not (folder / "logs").exists():
        names = (f"user{number}" for number in range(people))
        write_log(
            folder,
            (row for name in names for second in range(days) for row in habit(name, "walking", second)),
        )
    who = "none"
    if participation:
        rows = (f"user{number},p{number},u{number % 3},participates" for number in range(people))
        who = str(write_participation(folder, rows))
    values = {
        "input": (str(folder / "logs"),),
        "source": "native",
        "registry": str(folder / "registry"),
        "window": "all",
        "participation": who,
    }
    config = load_config(None, values)
    staging = Staging(folder / "staging")
    staging.create()
    mapping = load_mapping(config.source, config.input, None)
    files = find_inputs(config.input, mapping, date=None)
    read = read_participation(config.participation, KEY)
    job, _ = plan_job(config, mapping, files, KEY, staging, read, Memory.blank(), workers="threads")
    return replace(job, **changes)
