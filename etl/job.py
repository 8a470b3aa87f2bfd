"""What a run tells its workers: one frozen value that every step is given, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from etl.inputs import Split
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
    `version_salt` keys the cap C; `sealing_key` lives as long as the run."""

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
    threads: int
    block_bytes: int
    max_record_bytes: int
    version_salt: bytes
    sealing_key: bytes = field(repr=False)
