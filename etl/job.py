"""What a run tells its workers: one frozen value that every step is given, and nothing else is.

What travels with a step is only where it lies sealed in the staging folder, and the key of this one run: the keys of
pseudonyms, the participation file and what waits pass through no job server, and stay in none.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from hashlib import sha256

import pyarrow as pa

from etl.inputs import Split
from etl.sealed import read_sealed_bytes, write_sealed_bytes
from etl.span import Span
from etl.staging import Staging
from etl.worker import quiet_worker
from transforms.draw import DrawPolicy
from transforms.events import EventPolicy
from transforms.policy import AnonymityPolicy

quiet_worker()  # no step can run before its job is here, so no step's failure is quoted


@dataclass(frozen=True)
class Job:
    """One run. `held` (UNITS): who held which unit in the window, or in the nights that waited for it, from `held_from_us`
    on (µs UTC). `spent` (SPENT_OF_PEOPLE): what was released before. `pooled`: the buckets for which something waits.
    `shuffles_in_files`: events go to their bucket through the staging folder, and not through the runner. `threads`: how
    many a step may use. `memory_bytes`: what the whole process may take; None: as much as there is. `version_salt` keys
    the cap C; `sealing_key` lives as long as the run. `span`: how far clocks are believed; None: all are."""

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
    memory_bytes: int | None
    block_bytes: int
    max_record_bytes: int
    version_salt: bytes
    sealing_key: bytes = field(repr=False)
    span: Span | None = None

    def __reduce__(self) -> tuple[Callable[[Staging, str, bytes], Job], tuple[Staging, str, bytes]]:
        """What goes with a step: where it lies."""
        return _arrive, (self.staging, self._left, self.sealing_key)

    @cached_property
    def _left(self) -> str:
        """Leave it for workers, unless it is there; the name under which it lies."""
        content = pickle.dumps({part.name: getattr(self, part.name) for part in fields(self)})
        digest = sha256(content).hexdigest()[:16]
        if not self.staging.job(digest).exists():
            write_sealed_bytes(content, self.staging.job(digest), self.sealing_key)
        return digest


@lru_cache(maxsize=1)  # every step of a worker asks for the same
def _arrive(staging: Staging, digest: str, sealing_key: bytes) -> Job:
    job = Job(**pickle.loads(read_sealed_bytes(staging.job(digest), sealing_key)))
    vars(job)["_left"] = digest  # pickled here it would read a little differently, and be left a second time
    return job
