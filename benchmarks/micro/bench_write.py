"""Write: filter, order by content and Parquet; n log n by the order, in the records and their bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.micro import worlds
from etl.parquet import write_release
from transforms.count import add, count
from transforms.records import record_digest
from transforms.release import Release, release
from transforms.schemas import RELEASE

RECORDS: Final = (1_000, 4_000, 16_000)


@worlds.each_size
def bench_release(benchmark: Any, events: int) -> None:
    """`release`: the exact filter over all records of a plan."""
    plan = worlds.plan(events)
    counts = add([count(worlds.emitted(events), len(plan.digests))], len(plan.digests))
    released: Release = benchmark(release, counts, plan, k=worlds.POLICY.k, min_outside_unit=0)
    assert released.table.num_rows


@pytest.mark.parametrize("records", RECORDS, ids=lambda records: f"{records // 1000:02d} k")
def bench_write_release(benchmark: Any, tmp_path: Path, records: int) -> None:
    """`write_release`: split and Parquet."""
    assert benchmark(write_release, _release(records), tmp_path)


def _release(records: int) -> Release:
    """Records of one to twelve actions out of some five hundred, each with a number of its own."""
    random = np.random.default_rng(records)
    lengths = random.integers(1, 13, records)
    tokens = random.integers(0, 500, int(lengths.sum()))
    at = np.cumsum(lengths) - lengths
    actions = [
        [f"click App {token}" for token in tokens[first : first + length]]
        for first, length in zip(at.tolist(), lengths.tolist(), strict=True)
    ]
    for number, names in enumerate(actions):
        names[0] = f"focus App {number}"
    ordered = sorted((record_digest(names), names) for names in actions)
    people = np.full(records, 20, np.int64)
    table = pa.table(
        {
            "actions": [names for _, names in ordered],
            "length": [len(names) for _, names in ordered],
            "people": people,
            "occurrences": people,
        }
    ).cast(RELEASE)
    return Release(table, tuple(digest for digest, _ in ordered), people, people, 0, {})
