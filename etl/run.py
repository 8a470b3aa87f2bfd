"""One nightly run, from configuration to published version: a recipe of named steps."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from etl.config import RunConfig
from etl.console import Console
from etl.errors import InputError, NoEventError, ParticipationMovedError, StorageError, UnusableRecordsError
from etl.evidence import collect_evidence
from etl.facts import close_record, open_record
from etl.gates import gate, verify_staged
from etl.inputs import InputFile, find_inputs
from etl.job import Job
from etl.keys import load_key
from etl.manifest import exact_manifest, public_manifest
from etl.participation import read_participation, still_holds
from etl.plan import plan_job
from etl.progress import advance
from etl.registry import Registry
from etl.risk_figures import measure_risk
from etl.sealed import read_sealed
from etl.settle import Result, forget_run, keep_dead_letters, keep_run, settle
from etl.source import load_mapping
from etl.staging import Staging, read_table
from etl.suppress import tell
from etl.window import night_of
from expectations.gates import preload
from transforms.distinct import distinct
from transforms.emit import UNSHARED
from transforms.mapping import Mapping
from transforms.pseudonym import key_fingerprint
from transforms.records import record_digest

ATTEMPTS: Final = 3
"""How often a run computes before it gives up on a participation file that does not come to rest."""


def run(config: RunConfig, beam_flags: list[str], console: Console) -> Result:
    """Run one window. See `etl.errors` for the ways it can end."""
    try:
        return _prepare_and_run(config, beam_flags, console)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(f"reading or writing failed: {reason}; check the disk and run again") from error


def _prepare_and_run(config: RunConfig, beam_flags: list[str], console: Console) -> Result:
    night = str(config.date) if config.date else None
    mapping = load_mapping(config.source, config.input, night)
    files = find_inputs(
        config.input,
        mapping,
        date=night,
        on_passed_over=lambda number: console.note(
            f"{number:,} files are no {mapping.format} logs by their names: not read"
        ),
    )
    key = load_key(config.key_file)
    registry = Registry(config.registry)
    registry.create()
    with registry.locked():
        registry.check_key(key_fingerprint(key))
        registry.repair()
        staging = registry.staging(f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}")
        try:
            for _ in range(ATTEMPTS):
                result = _run(config, mapping, files, key, registry, staging, beam_flags, console)
                if result is not None:
                    return result
                console.note(
                    "the participation file says something else than when the run began: starting over"
                )
                # Nothing of what was computed under the old file stays.
                forget_run(registry, staging)
                staging.remove()
                staging.create()
            raise ParticipationMovedError(
                f"the participation file changed during each of {ATTEMPTS} attempts, and nothing may be published "
                "that it does not admit any more: let whatever writes it finish, and run again"
            )
        finally:
            staging.remove()


def _run(
    config: RunConfig,
    mapping: Mapping,
    files: list[InputFile],
    key: bytes,
    registry: Registry,
    staging: Staging,
    beam_flags: list[str],
    console: Console,
) -> Result | None:
    """One attempt; None: meanwhile the participation file admits or counts somebody otherwise."""
    preload()
    participation = read_participation(config, key)
    job = plan_job(config, mapping, files, key, staging, participation)
    console.log("start", files=len(files), splits=len(job.splits), buckets=job.buckets)
    facts = open_record(config, files, key, beam_flags, console)
    if participation is not None:
        facts["participation"] = {"sha256": participation.sha256}
    with console.progress({"sequence": job.buckets, "cut": job.buckets}):
        run_pipeline(job, beam_flags)
        if not still_holds(participation, config, key):
            return None
        statistics = orjson.loads(staging.statistics.read_bytes())
        outcome = orjson.loads(staging.outcome.read_bytes())
        keep_dead_letters(registry, staging)
        keep_run(registry, staging, facts | {"statistics": statistics})
        check_input(config, statistics, registry)
        outcome["withheld"][UNSHARED][1] = people_of_unshared(job)
        verification = verify_staged(job, outcome)
        advance("verify", outcome["released"]["records"])
        # Figures about a release that does not hold would mean nothing, and what was staged may not fit together.
        risk = measure_risk(collect_evidence(job), k=config.k) if verification.ok else None
        advance("measure", 1)
        nights = [str(night_of(statistics[end], config.night_timezone)) for end in ("first_us", "last_us")]
        exact = exact_manifest(
            config,
            version=str(config.date or nights[1]),
            first_night=str(config.nights[0]) if config.nights else nights[0],
            statistics=statistics,
            outcome=outcome,
            data=staging.data,
            files_read=len(files),
            needed_columns=[name for name in mapping.columns if name not in mapping.optional],
            risk=risk,
            commitment=None if participation is None else participation.commitment,
        )
        exact["verification"] = {"records": verification.records, "violations": verification.violations}
        facts |= {"exact": exact, "measured": asdict(verification.measured), "statistics": statistics}
        keep_run(registry, staging, close_record(facts, console))
        manifest, checks, report = gate(exact, public_manifest(exact), registry.manifests(), staging)
        advance("gates", len(checks))
        if not still_holds(participation, config, key):
            return None
        result = settle(config, registry, staging, manifest, checks, report)
        advance("publish", 1)
    try:
        keep_run(registry, staging, close_record(facts, console, state=result.state))
    except OSError:  # the version stands; only its timings are not on record
        console.note(f"{result.state}, but the record of the run could not be completed")
    return result


def run_pipeline(job: Job, beam_flags: list[str]) -> None:
    """Run the Beam pipeline to its end.

    Raises:
        StorageError: the disk failed in a step; the runner hides it in an error of its own.
    """
    import apache_beam as beam

    from etl.beam_options import beam_options
    from etl.pipeline import build_pipeline

    try:
        with beam.Pipeline(options=beam_options(beam_flags)) as pipeline:
            build_pipeline(pipeline, job)
    except RuntimeError as error:
        found = re.search(r"\[Errno (\d+)\]", str(error))
        if found is None:
            raise
        raise StorageError(
            f"reading or writing failed: {os.strerror(int(found[1]))}; check the disk and run again"
        ) from None


def check_input(config: RunConfig, statistics: dict[str, Any], registry: Registry) -> None:
    """Refuse an input that could not be read, that is empty, or of which too much could not be used."""
    if statistics["unreadable"]:
        stored = any(code == StorageError.exit_code for code, _ in statistics["unreadable"])
        kind = StorageError if stored else InputError
        raise kind("; ".join(message for _, message in statistics["unreadable"]))
    read, rejected = statistics["read"], sum(statistics["rejected"].values())
    if read and rejected / read > config.max_reject_ratio:
        worst = sorted(statistics["rejected"].items(), key=lambda item: -item[1])[:4]
        raise UnusableRecordsError(
            f"{rejected:,} records ({rejected / read:.1%}) could not be used: "
            f"{', '.join(f'{reason} {n:,}' for reason, n in worst)}; --max-reject-ratio allows "
            f"{config.max_reject_ratio:.1%}. Where they stand is in {registry.private / 'dead-letters'}, and which file "
            f"is which number in {registry.private / 'runs'}; mend the input or the mapping, or allow more"
        )
    if statistics["kept"] == 0:
        behind = statistics["behind"]
        told = tell({reason: (n, behind[reason]) for reason, n in statistics["dropped"].items()}, config.k)
        lost = told | dict(sorted(statistics["rejected"].items()))
        why = ", ".join(f"{reason} {n}" for reason, n in lost.items()) or "the files are empty"
        raise NoEventError(
            f"no admitted event in the window ({why}); check --date or --window, the "
            "mapping's time and the participation file. Nothing was published"
        )


def people_of_unshared(job: Job) -> int:
    """How many people emitted a segment that the filter then withheld: a sum over buckets, as people live in one each."""
    released = read_table(job.staging.release) if job.staging.release.exists() else None
    digests = (
        [] if released is None else [record_digest(row) for row in released.column("actions").to_pylist()]
    )
    known, people = pa.array(digests, pa.binary(32)), 0
    for bucket in job.staging.buckets():
        emissions = read_sealed(job.staging.emissions(bucket), job.sealing_key)
        record = emissions.column("record").combine_chunks()
        withheld = pc.invert(pc.is_in(record.dictionary, value_set=known)).take(record.indices)
        persons = emissions.column("person").filter(withheld).combine_chunks().dictionary_encode()
        people += len(distinct(persons.indices.to_numpy(zero_copy_only=False)))
    return people
