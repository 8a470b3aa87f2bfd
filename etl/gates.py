"""Between the pipeline and publication: the independent verifier and the gates, run on what was staged."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.ahead import map_ahead
from etl.job import Job
from etl.memory import Memory
from etl.participation import Participation
from etl.sealed import read_sealed_or
from etl.staging import Staging, read_table
from expectations.gates import Check, run_input_gate, run_release_gate, run_version_gate
from expectations.report import render_report
from transforms.policy import AnonymityPolicy
from transforms.schemas import EMISSIONS, EVENTS, NAMED
from verifier import Before, Bucket, People, Policy, Roster, Verification, verify


def verify_staged(
    job: Job, outcome: dict[str, Any], participation: Participation | None, memory: Memory
) -> Verification:
    """Recount the staged release from the staged events, bucket by bucket, and hold the run's own totals against it.

    Args:
        participation: who is who and takes part, as its file says; the verifier resolves it by itself.
        memory: what the registry remembers, by account.
    """
    policy, events = job.anonymity, job.events

    def load(number: int) -> Bucket:
        staging, key = job.staging, job.sealing_key
        return Bucket(
            read_sealed_or(EVENTS.empty_table(), staging.events(number), key),
            read_sealed_or(EMISSIONS.empty_table(), staging.emissions(number), key),
            read_sealed_or(EVENTS.empty_table(), staging.waiting(number), key),
            read_sealed_or(NAMED.empty_table(), staging.named(number), key),
        )

    verification = verify(
        sorted(job.staging.data.rglob("*.parquet")),
        (
            partial(load, number)
            for number in sorted(
                {number for kind in ("events", "waiting", "named") for number in job.staging.buckets(kind)}
            )
        ),
        Policy(
            k=policy.k,
            min_outside_unit=policy.min_outside_unit,
            cap_per_person=policy.cap_per_person,
            max_per_person=policy.max_per_person,
            gap_us=policy.gap_us,
            longest_us=policy.longest_us,
            max_length=policy.max_length,
            drop_repeats=policy.drop_repeats,
        ),
        People(
            None
            if participation is None
            else Roster.of(participation.entries, person_key=events.person_key, unit_key=events.unit_key),
            memory.erased,
            job.held_from_us,
            events.end_us,
        ),
        Before(memory.spent, events.first_us),
        in_order=partial(map_ahead, threads=job.threads),
    )
    return replace(
        verification, violations=verification.violations | _totals_off(verification, outcome, policy)
    )


def _totals_off(
    verification: Verification, outcome: dict[str, Any], policy: AnonymityPolicy
) -> dict[str, int]:
    measured, pool = verification.measured, outcome["pool"]
    claims = {
        "people": (outcome["people"], measured.people),
        "sessions": (outcome["sessions"], measured.sessions),
        "transitions": (outcome["released"]["transitions"], measured.transitions),
        "records": (outcome["released"]["records"], verification.records),
        "min_outside_unit": (outcome["min_outside_unit"], measured.min_outside_unit),
        "pool": (
            outcome["fresh"] + pool["rows"],
            pool["spent"] + pool["waiting"] + pool["expired"] + pool["purged"],
        ),
        "active": (outcome["active"], measured.active),
    }
    off = {f"total_of_{name}": 1 for name, (claimed, found) in claims.items() if claimed != found}
    if verification.records and measured.active < policy.min_active:
        off["too_few_active_people"] = 1
    return off


def gate(
    exact: dict[str, Any], public: dict[str, Any], history: list[dict[str, Any]], staging: Staging
) -> tuple[dict[str, Any], list[Check], str]:
    """Run the three gates on the written files.

    Args:
        exact, public: the manifest before the gates. history: the public manifests of the versions before.

    Returns:
        The public manifest with the checks, the checks, and the report page.
    """
    policy = exact["policy"]
    by_split: dict[str, list[pa.Table]] = {}
    for path in sorted(staging.data.rglob("*.parquet")):
        split = f"{path.parent.name}/{path.name.split('-')[0]}"
        by_split.setdefault(split, []).append(pq.ParquetFile(path).read())
    splits = {split: pa.concat_tables(tables) for split, tables in by_split.items()}
    release = read_table(staging.release) if splits else None
    checks = [
        *run_input_gate(exact, policy, told=public),  # judged exactly; what was observed is what is told
        *run_release_gate(release, splits, policy, exact["verification"]),
        *run_version_gate(
            public, [old for old in history if old["version"] != public["version"]], exact=exact
        ),
    ]
    manifest = public | {"gates": [asdict(check) for check in checks]}
    return manifest, checks, render_report(manifest, checks, manifest["support_histogram"])
