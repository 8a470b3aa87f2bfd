"""What a run tells its workers: one frozen value that every step is given, and nothing else is.

It holds all the accounts that take part. So it is shipped once, sealed, through the staging folder: what goes with each
step is where it lies, and the key.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from etl.inputs import Split
from etl.logs import quiet_worker
from etl.sealed import seal, unseal, write_whole
from etl.staging import Staging
from transforms.draw import DrawPolicy
from transforms.events import EventPolicy
from transforms.policy import AnonymityPolicy

quiet_worker()  # no step can run before its job is here, so that no step's failure is quoted

_here: dict[Path, Job] = {}
"""By where it was shipped: the one job that this process works for."""

_PLACE: Final = b"job"


@dataclass(frozen=True)
class Job:
    """One run. `held` (UNITS): who held which unit in the window, or in the nights that waited for it, from `held_from_us`
    on (µs UTC). `spent` (SPENT_OF_PEOPLE): what was released before. `pooled`: the buckets for which something waits.
    `shuffles_in_files`: events go to their bucket through the staging folder, and not through the runner. `threads`: how
    many a step may use. `version_salt` keys the cap C; `sealing_key` lives as long as the run."""

    splits: tuple[Split, ...]
    events: EventPolicy
    held: pa.Table = field(repr=False)
    held_from_us: int
    draw: DrawPolicy
    spent: pa.Table = field(repr=False)
    pooled: tuple[int, ...]
    anonymity: AnonymityPolicy
    staging: Staging
    buckets: int
    shuffles_in_files: bool
    threads: int
    block_bytes: int
    max_record_bytes: int
    version_salt: bytes
    sealing_key: bytes = field(repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """A job that was shipped is pickled as the place where it lies."""
        if _here.get(self.staging.job) is self:
            return _received, (self.staging.job, self.sealing_key)
        return _whole, (vars(self),)


def ship(job: Job) -> None:
    """Leave the job where workers find it."""
    content = pickle.dumps(job)
    write_whole(seal(content, job.sealing_key, _PLACE), job.staging.job)
    _here.clear()
    _here[job.staging.job] = job


def _received(path: Path, key: bytes) -> Job:
    if path not in _here:
        job = pickle.loads(
            unseal(path.read_bytes(), key, _PLACE)
        )  # authenticated: nobody without the key wrote it
        _here.clear()
        _here[path] = job
    return _here[path]


def _whole(fields: dict[str, Any]) -> Job:
    return Job(**fields)
