"""Resolve a configuration into the job that workers are given: mapping, participation, keys, numbers, splits."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from etl.beam_options import Workers
from etl.budget import cores, share_of
from etl.clock import last_night_over
from etl.config import RunConfig
from etl.draw_on import Pooled, stage_ledgers, stage_pool
from etl.errors import ConfigError
from etl.inputs import InputFile, plan_splits
from etl.job import Job
from etl.listed_names import listed_names
from etl.memory import Memory
from etl.nights_of_files import night_claimed
from etl.participation import Participation
from etl.programs_file import read_programs
from etl.reading import MAX_RECORD_BYTES
from etl.sealed import new_key
from etl.span import Span
from etl.staging import Staging
from etl.window import DAY_US, bounds_us
from transforms.draw import DrawPolicy
from transforms.events import EventPolicy
from transforms.gazetteer import Gazetteer
from transforms.mapping import Mapping
from transforms.participation import all_accounts_of, units_held
from transforms.past import LATE
from transforms.policy import AnonymityPolicy
from transforms.pseudonym import derive_key
from transforms.resume import of_people

BUCKET_BYTES: Final = 64 << 20
"""Uncompressed input per person bucket that the default number of buckets aims at."""
MOST_BUCKETS: Final = 4096

_UNPACKED: Final = 10
"""How many times larger a compressed log is assumed to be, for the number of buckets."""


def plan_job(
    config: RunConfig,
    mapping: Mapping,
    files: list[InputFile],
    key: bytes,
    staging: Staging,
    participation: Participation | None,
    memory: Memory,
    *,
    workers: Workers,
) -> tuple[Job, Pooled]:
    """Everything the workers need, resolved once; what the registry remembers is staged for them.

    Raises:
        ConfigError: `--max-memory` is too little for any run, or cannot be held where workers are processes.
    """
    if config.max_memory is not None and workers == "processes":
        raise ConfigError(
            "--max-memory counts this process alone: leave out --direct_running_mode=multi_processing"
        )
    # Workers that are processes are as many as there are cores for them.
    share = share_of(config.max_memory, cores() if workers == "threads" else 1)
    events = _event_policy(config, mapping, files, key, participation, memory)
    size_bytes = sum(file.size_bytes * (_UNPACKED if file.compression else 1) for file in files)
    buckets = config.buckets or max(1, min(MOST_BUCKETS, -(-size_bytes * share.smaller // BUCKET_BYTES)))
    sealing_key = new_key()
    begins = [span.from_us for span in memory.past if span.fate == LATE]
    pooled = stage_pool(
        memory.pool,
        memory.named,
        staging,
        held_from_us=min([events.first_us, *begins]),
        end_us=events.end_us if config.nights is not None else events.first_us,  # all time draws on no pool
        buckets=buckets,
        registry=events.registry,
        erased=events.erased,
        gazetteer=events.gazetteer,
        burned=memory.burned,
        outdated=memory.outdated,
        sealing_key=sealing_key,
    )
    stage_ledgers(
        memory.ledgers, staging.known, buckets=buckets, registry=events.registry, sealing_key=sealing_key
    )
    gap_us = int(config.gap_minutes * 60_000_000)
    held_from_us = min([events.first_us, *begins, *([] if pooled.first_us is None else [pooled.first_us])])
    events = replace(events, held_from_us=held_from_us)
    job = Job(
        splits=tuple(plan_splits(files, mapping, split_bytes=int(config.split_mb * (1 << 20)))),
        events=events,
        held=units_held(events.registry, held_from_us, events.end_us),
        held_from_us=held_from_us,
        draw=DrawPolicy(
            find_newest_first=mapping.order is None,
            timezone=mapping.repeats_hours,
            first_us=events.first_us,
            end_us=events.end_us,
            gap_us=gap_us,
            hold_open=config.nights is not None,
            late_us=(config.late_days + 1) * DAY_US if config.late_days else 0,
            ledger_key=derive_key(key, "ledger"),
            content_key=derive_key(key, "content"),
            longest_us=config.longest_session_us,
        ),
        spent=of_people(memory.spent, events.registry),
        pooled=pooled.buckets,
        anonymity=AnonymityPolicy(
            k=config.k,
            min_outside_unit=config.min_outside_unit,
            cap_per_person=config.cap_per_person,
            max_per_person=config.max_per_person,
            min_active=config.active_needed,
            max_length=config.max_length,
            gap_us=gap_us,
            drop_repeats=mapping.drop_repeats,
            levels=len(mapping.action),
            longest_us=config.longest_session_us,
        ),
        staging=staging,
        threads=share.threads,
        memory_bytes=config.max_memory if workers == "threads" else None,
        buckets=buckets,
        shuffles_in_files=workers != "cluster",
        block_bytes=int(config.block_mb * (1 << 20)) // share.smaller,
        max_record_bytes=MAX_RECORD_BYTES,
        version_salt=str(config.date or config.window).encode(),
        sealing_key=sealing_key,
        span=_span(config, events.end_us),
    )
    return job, pooled


def _span(config: RunConfig, end_us: int) -> Span:
    known = config.nights is not None
    checked = not (known or config.unfinished or config.simulated)
    return Span(
        config.night_timezone,
        end_us if known else None,
        config.earliest,
        config.latest,
        last_night_over(config.night_timezone) if checked else None,
    )


def _event_policy(
    config: RunConfig,
    mapping: Mapping,
    files: list[InputFile],
    key: bytes,
    participation: Participation | None,
    memory: Memory,
) -> EventPolicy:
    first_us, end_us = bounds_us(config.nights, config.night_timezone)
    keys = {purpose: derive_key(key, purpose) for purpose in ("person", "record", "unit", "gazetteer")}
    registry = None if participation is None else participation.registry
    return EventPolicy(
        mapping,
        first_us,
        end_us,
        person_key=keys["person"],
        record_key=keys["record"],
        unit_key=keys["unit"],
        counting_key=new_key(),
        registry=registry,
        gazetteer=_gazetteer(config, participation, keys["gazetteer"]),
        past=memory.past,
        erased=all_accounts_of(memory.erased, registry),
        programs=read_programs(config.programs),
        erased_before=memory.erased_before,
        support=config.k,
        night=night_claimed(config.date, config.input, [file.path for file in files]),
    )


def _gazetteer(config: RunConfig, participation: Participation | None, key: bytes) -> Gazetteer | None:
    names, keep = listed_names(config, participation)
    return Gazetteer.build(names, key=key, keep=keep) if names else None
