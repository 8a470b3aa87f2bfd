"""One nightly run, from configuration to published version: a recipe of named steps."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from etl.config import RunConfig
from etl.console import Console
from etl.errors import AlreadyPublishedError, InputError, QuarantinedError, StorageError
from etl.inputs import InputFile, find_inputs, plan_splits
from etl.job import Job
from etl.keys import load_key
from etl.participation_file import load_participation
from etl.progress import advance
from etl.registry import Registry, dump, write_atomically
from etl.sealed import new_key
from etl.source import load_mapping
from etl.staging import Staging
from etl.window import bounds_us, night_of
from transforms.events import EventPolicy
from transforms.gazetteer import Gazetteer
from transforms.mapping import Mapping
from transforms.participation import build_registry
from transforms.policy import AnonymityPolicy
from transforms.pseudonym import derive_key, key_fingerprint

MAX_RECORD_BYTES: Final = 1 << 20
BUCKET_BYTES: Final = 64 << 20
"""Uncompressed input per person bucket that the default number of buckets aims at."""


@dataclass(frozen=True)
class Result:
    """How a run ended: the public manifest, the state in words, and where things are."""

    manifest: dict[str, Any]
    state: str
    where: dict[str, Path | str]


def run(config: RunConfig, beam_flags: list[str], console: Console) -> Result:
    """Run one window. See `etl.errors` for the ways it can end."""
    mapping = load_mapping(config.source, config.input, str(config.date) if config.date else None)
    files = find_inputs(
        config.input,
        mapping,
        date=str(config.date) if config.date else None,
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
            return _run(config, mapping, files, key, registry, staging, beam_flags, console)
        except OSError as error:
            raise StorageError(
                f"reading or writing failed: {error.strerror or type(error).__name__}; check the disk and run again"
            ) from error
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
) -> Result:
    from etl.gates import gate, verify_staged
    from expectations.gates import preload

    preload()
    job = plan_job(config, mapping, files, key, staging)
    console.log("start", files=len(files), splits=len(job.splits), buckets=job.buckets)
    totals = {"sequence": job.buckets, "cut": job.buckets}
    with console.progress(totals):
        run_pipeline(job, beam_flags)
        statistics = orjson.loads(staging.statistics.read_bytes())
        outcome = orjson.loads(staging.outcome.read_bytes())
        keep_dead_letters(registry, staging)
        check_rejects(config, statistics, registry)
        version = version_name(config, statistics)
        manifest = manifest_of(config, version, statistics, outcome, staging, files, mapping)
        verification = verify_staged(job)
        manifest["verification"] = {
            "records": verification.records,
            "violations": dict(verification.violations),
        }
        advance("verify", outcome["released"]["records"])
        checks, report = gate(manifest, registry.manifests(), staging)
        manifest["gates"] = [asdict(check) for check in checks]
        advance("gates", len(checks))
        result = settle(config, registry, staging, manifest, report)
        advance("publish", 1)
    private = {
        "scrubbed": statistics["scrubbed"],
        "measured": asdict(verification.measured),
        "inputs": [{"file": file.index, "path": file.path, "bytes": file.size_bytes} for file in files],
        "seconds": console.stage_seconds(),
        "run": console.run_id,
    }
    keep_run(registry, staging, {**manifest, **private})
    return result


def plan_job(
    config: RunConfig, mapping: Mapping, files: list[InputFile], key: bytes, staging: Staging
) -> Job:
    """Everything the workers need, resolved once."""
    person_key = derive_key(key, "person")
    entries = None if config.participation == "none" else load_participation(Path(config.participation))
    first_us, end_us = bounds_us(config.nights, config.night_timezone)
    size = sum(file.size_bytes * (10 if file.compression else 1) for file in files)
    units_known = entries is not None or mapping.unit not in (None, "participation")
    return Job(
        splits=tuple(plan_splits(files, mapping, split_bytes=int(config.split_mb * (1 << 20)))),
        events=EventPolicy(
            mapping,
            first_us,
            end_us,
            person_key,
            derive_key(key, "record"),
            None if entries is None else build_registry(entries, person_key=person_key),
            None if entries is None else names_in(entries, derive_key(key, "gazetteer")),
        ),
        anonymity=AnonymityPolicy(
            k=config.k,
            min_outside_unit=config.min_outside_unit if units_known else 0,
            cap_per_person=config.cap_per_person,
            max_per_person=config.max_per_person,
            min_active=config.active_needed,
            max_length=config.max_length,
            gap_us=int(config.gap_minutes * 60_000_000),
            drop_repeats=mapping.drop_repeats,
            levels=len(mapping.action),
        ),
        staging=staging,
        threads=(os.cpu_count() or 1) - 1,
        buckets=config.buckets or max(1, min(1024, -(-size // BUCKET_BYTES))),
        block_bytes=int(config.block_mb * (1 << 20)),
        max_record_bytes=MAX_RECORD_BYTES,
        version_salt=str(config.date or config.window).encode(),
        sealing_key=new_key(),
    )


def names_in(entries: pa.Table, key: bytes) -> Gazetteer:
    """Everybody whom the participation file names, taking part or not: no such name may remain in a token."""
    columns = [entries.column(name).drop_null().to_pylist() for name in ("account", "person")]
    return Gazetteer.build([*columns[0], *columns[1]], key=key)


def run_pipeline(job: Job, beam_flags: list[str]) -> None:
    """Run the Beam pipeline to its end."""
    import apache_beam as beam

    from etl.beam_options import beam_options
    from etl.pipeline import build_pipeline

    with beam.Pipeline(options=beam_options(beam_flags)) as pipeline:
        build_pipeline(pipeline, job)


def check_rejects(config: RunConfig, statistics: dict[str, Any], registry: Registry) -> None:
    """Refuse an input that could not be read, that is empty, or of which too much could not be used."""
    if statistics["unreadable"]:
        kind = (
            StorageError
            if any(code == StorageError.exit_code for code, _ in statistics["unreadable"])
            else InputError
        )
        raise kind("; ".join(message for _, message in statistics["unreadable"]))
    read, rejected = statistics["read"], sum(statistics["rejected"].values())
    if read and rejected / read > config.max_reject_ratio:
        reasons = ", ".join(
            f"{reason} {n:,}"
            for reason, n in sorted(statistics["rejected"].items(), key=lambda item: -item[1])[:4]
        )
        raise InputError(
            f"{rejected:,} of {read:,} records ({rejected / read:.1%}) could not be used: {reasons}; --max-reject-ratio "
            f"allows {config.max_reject_ratio:.1%}. Their files and positions are in {registry.private / 'dead-letters'}; "
            "mend the input or the mapping, or allow more"
        )
    if statistics["kept"] == 0:
        why = (
            ", ".join(f"{reason} {n:,}" for reason, n in sorted(statistics["dropped"].items()))
            or "the files are empty"
        )
        raise InputError(
            f"no admitted event in the window, of {read:,} records read ({why}); check --date or --window, the mapping's "
            "time and the participation file. Nothing was published"
        )


def version_name(config: RunConfig, statistics: dict[str, Any]) -> str:
    """The night that the version is called after: the window's last, or the last that has an admitted event."""
    if config.date is not None:
        return str(config.date)
    return str(night_of(statistics["last_us"], config.night_timezone))


def manifest_of(
    config: RunConfig,
    version: str,
    statistics: dict[str, Any],
    outcome: dict[str, Any],
    staging: Staging,
    files: list[InputFile],
    mapping: Mapping,
) -> dict[str, Any]:
    """The manifest, with the first night of the data where the window does not say it."""
    from etl.manifest import build_manifest

    manifest = build_manifest(
        config,
        version=version,
        statistics=statistics,
        outcome=outcome,
        data=staging.data,
        files_read=len(files),
        mapped_columns=mapping.columns,
    )
    if manifest["window"]["first"] is None:
        manifest["window"]["first"] = str(night_of(statistics["first_us"], config.night_timezone))
    return manifest


def settle(
    config: RunConfig, registry: Registry, staging: Staging, manifest: dict[str, Any], report: str
) -> Result:
    """Publish, or say why not."""
    version = manifest["version"]
    failed = [
        gate["sentence"]
        for gate in manifest["gates"]
        if gate["severity"] == "critical" and not gate["success"]
    ]
    if failed:
        folder = registry.quarantine(staging, manifest, report)
        raise QuarantinedError(
            f"version {version} failed {len(failed)} critical checks and was not published: {'; '.join(failed)}. "
            f"It is kept for stewards in {folder}"
        )
    before = registry.manifest(version)
    if before is not None and before["files"] == manifest["files"] and before["policy"] == manifest["policy"]:
        return Result(before, "already published with the same content", _where(registry, before))
    touching = [m["version"] for m in registry.manifests() if _overlap(m["window"], manifest["window"])]
    if touching:
        raise AlreadyPublishedError(
            f"the window {manifest['window']['first']}..{manifest['window']['last']} touches what is published with other "
            f"content: {', '.join(touching)}. A published version never changes: withdraw it first, or choose other nights"
        )
    if config.dry_run:
        return Result(manifest, "dry run: nothing was published", {})
    registry.publish(staging, manifest, report)
    return Result(manifest, "published", _where(registry, manifest))


def keep_dead_letters(registry: Registry, staging: Staging) -> None:
    """Keep the run's dead letters, also when the run fails afterwards."""
    folder = registry.private / "dead-letters"
    write_atomically(folder / f"{staging.root.name}.parquet", staging.dead_letters.read_bytes())


def keep_run(registry: Registry, staging: Staging, full: dict[str, Any]) -> None:
    """Keep the full manifest, for stewards only: the public one, exact figures, and which file is which number."""
    ended = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    write_atomically(registry.private / "runs" / f"{staging.root.name}.json", dump({**full, "ended": ended}))


def _where(registry: Registry, manifest: dict[str, Any]) -> dict[str, Path | str]:
    version = manifest["version"]
    where: dict[str, Path | str] = {
        "report": registry.reports / f"{version}.html",
        "manifest": registry.manifests_folder / f"{version}.json",
    }
    if manifest["files"]:
        where = {
            "version": registry.root / "data" / version,
            **where,
            "load": f'load_dataset("{registry.root}", "{version}")',
        }
    return where


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["first"] <= other["last"] and other["first"] <= one["last"])
