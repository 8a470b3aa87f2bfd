"""One nightly run, from configuration to published version: a recipe of named steps."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import orjson

from etl.again import content_of, measured_window, planned_window, published_already
from etl.ahead import beside
from etl.audit import read_chain
from etl.beam_options import workers_of
from etl.budget import Watch, share_of, within
from etl.clock import refuse_unfinished
from etl.config import RunConfig
from etl.console import Console
from etl.errors import AlreadyPublishedError, ParticipationMovedError, StorageError
from etl.evidence import collect_evidence
from etl.execute import run_pipeline
from etl.facts import close_record, open_record
from etl.gates import gate, verify_staged
from etl.housekeeping import erase_linked, keep_house
from etl.inheritance import Bequest, pool_figures, retire, write_left
from etl.input_check import check_input, columns_of_sentences
from etl.input_digests import InputDigests
from etl.input_stamps import InputStamps
from etl.inputs import InputFile, find_inputs
from etl.interruption import undone_by
from etl.job import Job
from etl.keys import Keys, load_keys
from etl.leave import leave
from etl.listed_names import listed_names, not_looked_for
from etl.manifest import exact_manifest, public_manifest
from etl.memory import Memory, remember
from etl.nights_of_files import nights_to_read
from etl.parquet import actions_in
from etl.participation import Participation, read_participation, still_holds
from etl.plan import plan_job
from etl.progress import advance
from etl.registry import Registry
from etl.risk_figures import measure_risk
from etl.run_id import dated
from etl.settle import PUBLISHED, Result, forget_run, keep_dead_letters, keep_run, record_of, settle
from etl.source import load_mapping
from etl.staging import Staging, check_folder
from etl.told_clocks import tell_clocks
from etl.versions import Version
from etl.vocabulary import write_vocabulary
from etl.whole_input import check_whole
from expectations.gates import preload
from expectations.metrics import shown
from transforms.emit import UNSHARED
from transforms.mapping import Mapping

ATTEMPTS: Final = 3
"""How often a run computes before it gives up on a participation file that does not come to rest."""


@dataclass(frozen=True)
class _Run:
    """What a run works with from its first attempt to its last."""

    config: RunConfig
    mapping: Mapping
    files: list[InputFile]
    keys: Keys
    registry: Registry
    staging: Staging
    beam_flags: list[str]
    console: Console
    watch: Watch
    inputs: InputDigests
    stamps: InputStamps


def run(config: RunConfig, beam_flags: list[str], console: Console) -> Result:
    """Run one window. See `etl.errors` for the ways it can end."""
    share_of(config.max_memory, 1)  # or else it is too little for anything
    try:
        with within(config.max_memory) as watch:
            return _prepare_and_run(config, beam_flags, console, watch)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(f"reading or writing failed: {reason}; check the disk and run again") from error


def _prepare_and_run(config: RunConfig, beam_flags: list[str], console: Console, watch: Watch) -> Result:
    refuse_unfinished(config)
    night = str(config.date) if config.date else None
    mapping = load_mapping(config.source, config.input, night, content=config.content_columns)
    files = find_inputs(
        config.input,
        mapping,
        date=night,
        before=_nights_before(config),
        before_is_enough=bool(config.files_before),
        on_passed_over=lambda number: console.note(
            f"{number:,} files are no {mapping.format} logs by their names: not read"
        ),
    )
    stamps = InputStamps(files)
    keys = load_keys(config.key_file, config.pool_key_file)
    if config.staging is not None:
        check_folder(config.staging)
    registry = Registry(config.registry, staging=config.staging)
    registry.create()
    with registry.locked():
        keep_house(registry, config, keys, datetime.now(UTC), console)
        staging = registry.staging(dated(console.run_id))
        inputs = InputDigests(files, keys.pseudonym)  # from here on, beside all else
        this = _Run(
            config, mapping, files, keys, registry, staging, beam_flags, console, watch, inputs, stamps
        )
        try:
            for _ in range(ATTEMPTS):
                with undone_by(staging.remove):
                    result = _attempt(this)
                if result is not None:
                    return result
                console.note(
                    "the participation file says something else than when the run began: starting over"
                )
                # Nothing of what was computed under the old file stays, and what is read again has digests of its own.
                this = replace(this, inputs=InputDigests(files, keys.pseudonym))
                forget_run(registry, staging)
                staging.remove()
                staging.create()
            raise ParticipationMovedError(
                f"the participation file changed during each of {ATTEMPTS} attempts, and nothing may be published "
                "that it does not admit any more: let whatever writes it finish, and run again"
            )
        finally:
            watch.stop()
            staging.remove()


def _nights_before(config: RunConfig) -> list[str]:
    """The nights before whose files are read as well, where the input holds `{date}`."""
    if config.date is None or not any("{date}" in pattern for pattern in config.input):
        return []
    nights = nights_to_read(
        config.date,
        Registry(config.registry).versions(),
        late_days=config.late_days,
        files_before=config.files_before,
    )
    return [str(night) for night in nights]


def _attempt(this: _Run) -> Result | None:
    """One attempt; None: meanwhile the participation file admits or counts somebody otherwise."""
    config, registry, staging, console = this.config, this.registry, this.staging, this.console
    participation = read_participation(config.participation, this.keys.pseudonym)
    if not config.dry_run and erase_linked(registry, participation, this.keys):
        console.note("accounts that came to be linked to somebody who was erased are erased as well")
    versions = registry.versions()
    memory = remember(registry, config, this.keys, this.mapping, versions, read_chain(registry.store))
    job, pooled = plan_job(
        config,
        this.mapping,
        this.files,
        this.keys.pseudonym,
        staging,
        participation,
        memory,
        workers=workers_of(this.beam_flags),
    )
    # What the end of the run needs is imported while the phrases are chosen, which leaves a core idle now and then.
    load = partial(preload, "datasets")
    if job.threads > 1:
        console.on_stage["solve"] = load
    else:  # workers that are processes tell nothing
        load()
    console.log("start", files=len(this.files), splits=len(job.splits), buckets=job.buckets)
    facts = open_record(config, this.inputs, this.beam_flags, console)
    facts["reviewed"] = this.mapping.reviewed
    _tell_names(config, participation, console)
    if participation is not None:
        facts["participation"] = {"sha256": participation.sha256}
    whole = partial(check_whole, config, this.files, this.stamps)
    with console.progress({"sequence": job.buckets, "cut": job.buckets}):
        kept = partial(_keep, registry, staging, facts)
        before = published_already(config, job, registry, versions, this.beam_flags, kept, whole)
        if before is not None:
            return before
        run_pipeline(job, this.beam_flags)
        shutil.rmtree(staging.shuffled, ignore_errors=True)
        if not still_holds(participation, config.participation, this.keys.pseudonym):
            return None
        statistics = orjson.loads(staging.statistics.read_bytes())
        outcome = orjson.loads(staging.outcome.read_bytes())
        kept(statistics)
        whole(statistics)
        check_input(config, statistics, registry, record_of(staging), late=outcome["late"])
        for column in columns_of_sentences(statistics):
            console.note(
                f"the column {column} holds what people write: many different texts of several words, few people each. "
                "Leave it out of the mapping, or have somebody look at its values and answer for them (reviewed: NAME)"
            )
        window = planned_window(config) or measured_window(config, statistics)
        version = str(config.date or measured_window(config, statistics)["last"])
        tell_clocks(config, statistics, outcome, console)
        if any(old.name == version for old in versions):  # of nights of another time zone
            raise AlreadyPublishedError(
                f"there is a version {version} already, of nights of another time zone: give the time zone that the "
                "registry's nights have (--night-timezone), or another registry"
            )
        bequest = Bequest(config, version, window, memory.generation + 1)
        left = leave(job, pooled.carried, **bequest.horizons())
        outcome["withheld"][UNSHARED][1] = left.unshared_people
        outcome["pool"] = pool_figures(outcome, pooled, left, bequest)
        exact, measured = _exact_figures(
            this, job, bequest, versions, participation, memory, statistics, outcome
        )
        facts |= {"exact": exact, "measured": measured, "statistics": statistics}
        keep_run(registry, staging, close_record(facts, console))
        manifest, checks, report = gate(exact, public_manifest(exact), registry.manifests(), staging)
        advance("gates", len(checks))
        if not still_holds(participation, config.participation, this.keys.pseudonym):
            return None
        this.watch.let_pass()
        leaving = partial(write_left, registry, bequest, left, content_of(job), this.keys)
        result = settle(config, registry, staging, manifest, checks, report, before_publication=leaving)
        if result.state == PUBLISHED:
            retire(registry, bequest, left)
        advance("publish", 1)
    try:
        keep_run(registry, staging, close_record(facts, console, state=result.state))
    except (OSError, StorageError):  # the version stands; only its timings are not on record
        console.note(f"{result.state}, but the record of the run could not be completed")
    return result


def _keep(registry: Registry, staging: Staging, facts: dict[str, Any], statistics: dict[str, Any]) -> None:
    """Keep what was read, before it is judged: what refuses it says where to look."""
    keep_dead_letters(registry, staging)
    keep_run(registry, staging, facts | {"statistics": statistics})


def _tell_names(config: RunConfig, participation: Participation | None, console: Console) -> None:
    none, part = not_looked_for(*listed_names(config, participation))
    if none:
        console.note(f"{shown(none, config.k)} listed names are too short or common words: not looked for")
    if part:
        console.note(
            f"{shown(part, config.k)} listed names have a word that is too short or common: looked for as a whole and by "
            "their other words"
        )


def _risk(job: Job) -> dict[str, Any]:
    return measure_risk(collect_evidence(job), k=job.anonymity.k)


def _exact_figures(
    this: _Run,
    job: Job,
    bequest: Bequest,
    versions: Sequence[Version],
    participation: Participation | None,
    memory: Memory,
    statistics: dict[str, Any],
    outcome: dict[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Recount what is staged, and number its actions; returns the exact manifest, and what the verifier measured."""
    config, staging = this.config, this.staging
    # Both look through the staged buckets; with memory to spare they do so at a time.
    with beside(_risk, job, at_once=job.threads > 1 and job.memory_bytes is None) as figures:
        verification = verify_staged(job, outcome, participation, memory)
        advance("verify", outcome["released"]["records"])
        # Figures about a release that does not hold mean nothing, and what was staged need not fit together: whatever came
        # of them is not looked at.
        risk = figures() if verification.ok else None
    advance("measure", 1)
    exact = exact_manifest(
        config,
        version=bequest.version,
        window=bequest.window,
        statistics=statistics,
        outcome=outcome,
        data=staging.data,
        files_read=len(this.files),
        needed_columns=[name for name in this.mapping.columns if name not in this.mapping.optional],
        risk=risk,
        commitment=None if participation is None else participation.commitment,
    )
    actions, read = actions_in(staging.data), this.registry.store.read
    exact |= write_vocabulary(staging.vocabulary, bequest.version, actions, versions, read)
    exact["verification"] = {"records": verification.records, "violations": verification.violations}
    return exact, asdict(verification.measured)
