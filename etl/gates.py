"""Between the pipeline and publication: the independent verifier and the gates, run on what was staged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.job import Job
from etl.sealed import read_sealed
from etl.staging import Staging, read_table


def verify_staged(job: Job) -> Any:
    """Recount the staged release from the staged events, bucket by bucket; a `verifier.Verification`."""
    from verifier import Bucket, Policy, verify

    policy = job.anonymity

    def load(number: int) -> Any:
        return Bucket(
            read_table(job.staging.events(number)),
            read_sealed(job.staging.emissions(number), job.sealing_key),
        )

    def buckets() -> Iterator[Callable[[], Any]]:
        for number in job.staging.buckets():
            yield partial(load, number)

    return verify(
        sorted(job.staging.data.rglob("*.parquet")),
        buckets(),
        Policy(
            k=policy.k,
            min_outside_unit=policy.min_outside_unit,
            cap_per_person=policy.cap_per_person,
            max_per_person=policy.max_per_person,
            gap_us=policy.gap_us,
            max_length=policy.max_length,
            drop_repeats=policy.drop_repeats,
        ),
    )


def gate(manifest: dict[str, Any], history: list[dict[str, Any]], staging: Staging) -> tuple[list[Any], str]:
    """Run the three gates on the written files and render the report; returns the checks and the page."""
    from expectations.gates import run_input_gate, run_release_gate, run_version_gate
    from expectations.report import render_report

    policy = manifest["policy"]
    by_split: dict[str, list[pa.Table]] = {}
    for path in sorted(staging.data.rglob("*.parquet")):
        by_split.setdefault(f"{path.parent.name}/{path.name.split('-')[0]}", []).append(
            pq.ParquetFile(path).read()
        )
    splits = {split: pa.concat_tables(tables) for split, tables in by_split.items()}
    release = read_table(staging.release) if splits else None
    checks = [
        *run_input_gate(manifest, policy),
        *run_release_gate(release, splits, policy, manifest["verification"]),
        *run_version_gate(manifest, [m for m in history if m["version"] != manifest["version"]]),
    ]
    shown = {**manifest, "gates": [asdict(check) for check in checks]}
    return checks, render_report(shown, checks, manifest["support_histogram"])
