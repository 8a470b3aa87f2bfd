"""A manifest, a release and its splits without a fault, for tests to put one in."""

from __future__ import annotations

import copy
from typing import Any

import pyarrow as pa

from transforms.schemas import RELEASE

POLICY: dict[str, Any] = {
    "k": 10,
    "min_outside_unit": 3,
    "cap_per_person": 20,
    "max_per_person": 10_000,
    "max_length": 12,
    "gap_minutes": 30,
    "min_active": 50,
    "max_reject_ratio": 0.01,
    "participation": "registry",
    "purpose": "next-step suggestions in the ticket tool",
    "works_agreement": "BV-2026-14",
    "allow_low_k": False,
}

ROWS: list[tuple[list[str], int, int]] = [
    (["open mail", "write", "send"], 30, 120),
    (["open mail", "write"], 50, 1_400),
    (["build", "test ↑1"], 10, 10),
    (["search", "open ticket"], 75, 99),
    (["scroll"], 150, 31_000),
    (["save"], 10, 13),
]


def release_of(rows: list[tuple[list[str], int, int]]) -> pa.Table:
    columns = {
        "actions": [row[0] for row in rows],
        "length": [len(row[0]) for row in rows],
        "people": [row[1] for row in rows],
        "occurrences": [row[2] for row in rows],
    }
    return pa.table(columns, schema=RELEASE)


def good_splits() -> dict[str, pa.Table]:
    return {
        "sequences/train": release_of(ROWS[:3]),
        "sequences/test": release_of(ROWS[3:4]),
        "actions/train": release_of(ROWS[4:]),
    }


def good_manifest(**changes: Any) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "version": "2026-11-22",
        "format": 1,
        "simulated": False,
        "window": {"kind": "night", "first": "2026-11-22", "last": "2026-11-22", "timezone": "UTC"},
        "k": 10,
        "rows": {
            "read": 100_000,
            "kept": 97_400,
            "rejected": {"json_malformed": 40, "time_out_of_range": 60},
            "dropped": {"not_admitted": 2_000, "duplicate": 500},
        },
        "people": 412,
        "active": 412,
        "pool": {"generation": 3, "drawn": 1200, "late": 30, "waiting": 2400, "expired": 0},
        "sessions": 2_130,
        "actions": 61_200,
        "transitions": 59_070,
        "released": {"events": 52_400, "transitions": 44_300, "records": 6},
        "share": {"events": 0.8562, "transitions": 0.74996},
        "withheld": {
            "actions": {"rare_token": 3_100, "no_shared_sequence": 4_200, "cap": 1_500, "other": "< 10"}
        },
        "policy": dict(POLICY),
        "input": {
            "files": 4,
            "damaged_files": 0,
            "columns_missing": [],
            "first_us": 1_795_305_600_000_000,  # 2026-11-22T00:00:00Z
            "last_us": 1_795_391_999_000_000,
        },
        "vocabulary": 9,
        "lengths": {"1": 2, "2": 3, "3": 1},
        "support_histogram": [[10, 2], [30, 1], [50, 1], [75, 1], [150, 1]],
        "privacy": {
            "smallest_support": 10,
            "median_support": 50,
            "people_counted_as": "people",
            "unicity": {
                "before": {"1": "< 10", "2": 0.21, "3": 0.78, "4": "all but < 10"},
                "after_linked": {"1": 0.0, "2": 0.024, "3": 0.12, "4": 0.32},
                "after_in_one_record": dict.fromkeys("1234", 0.0),
            },
            "candidate_set": {
                "whole_record": {"smallest": 10, "median": 30},
                "1": {"smallest": 20, "median": 150},
                "2": {"smallest": 15, "median": 75},
                "3": {"smallest": 10, "median": 50},
                "4": {"smallest": 10, "median": 50},
            },
            "withheld_by_reason": {"rare_token": 0.050654, "no_shared_sequence": 0.068627, "other": "< 10"},
            "withheld_by_unit": [
                {"unit": "unit 1", "people": 200, "share": 0.13},
                {"unit": "unit 2", "people": 50, "share": "< 10"},
                {"unit": "other units together", "people": 15, "share": 0.44},
            ],
            "attacks": {
                "stitching": {"among_ten": {"attacker": 0.04, "null": 0.05}, "no_better_than_null": True},
                "row_order": {"attacker": 0.046, "null": 0.044, "no_better_than_null": False},
                "person_classifier": {"too_little_to_attack": True},
            },
        },
        "verification": {"records": 6, "violations": {}},
        "code_version": "0.1.0",
        "files": [
            {
                "path": "data/2026-11-22/sequences/train-00000-of-00001.parquet",
                "sha256": "ab" * 32,
                "rows": 3,
            },
            {"path": "data/2026-11-22/actions/train-00000-of-00001.parquet", "sha256": "cd" * 32, "rows": 2},
        ],
        "gates": [],
    }
    return {**copy.deepcopy(manifest), **changes}


def changed(manifest: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with the value at the dotted path replaced."""
    copied = copy.deepcopy(manifest)
    *parents, last = path.split(".")
    place = copied
    for name in parents:
        place = place[name]
    place[last] = value
    return copied
