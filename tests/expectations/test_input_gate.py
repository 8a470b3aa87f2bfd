"""Each expectation of the input gate fails on its own fault, and on nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.gates import run_input_gate
from tests.expectations.worlds import changed, good_manifest

DAY_US = 86_400_000_000

FAULTS: dict[str, tuple[str, Any]] = {
    "files": ("input.files", 0),
    "damaged_files": ("input.damaged_files", 1),
    "rows_read": ("rows", {"read": 0, "kept": 0, "rejected": {}, "dropped": {}}),
    "rows_unaccounted": ("rows.kept", 97_399),
    "rows_kept": ("rows", {"read": 90, "kept": 0, "rejected": {}, "dropped": {"not_admitted": 90}}),
    "reject_ratio": (
        "rows",
        {"read": 1_000, "kept": 989, "rejected": {"json_malformed": 11}, "dropped": {}},
    ),
    "columns_missing": ("input.columns_missing", ["salary_band"]),
    "wrong_clocks": ("input.wrong_clocks", ["time_in_future"]),
    "other_nights": ("input.other_nights", True),
    "columns_of_sentences": ("input.columns_of_sentences", ["remarks_of_staff"]),
    "people": ("active", 49),
}
CRITICAL = {
    "files",
    "rows_read",
    "rows_unaccounted",
    "reject_ratio",
    "columns_of_sentences",
    "other_nights",
}


def failing(manifest: dict[str, Any]) -> list[str]:
    return [check.name for check in run_input_gate(manifest, manifest["policy"]) if not check.success]


def test_a_manifest_without_a_fault_passes_all() -> None:
    checks = run_input_gate(good_manifest(), good_manifest()["policy"])
    assert all(check.success for check in checks)
    assert {check.name for check in checks} == set(FAULTS)
    assert {check.name for check in checks if check.severity == "critical"} == CRITICAL


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fails_exactly_its_check(name: str) -> None:
    path, value = FAULTS[name]
    assert failing(changed(good_manifest(), path, value)) == [name]


def test_a_ratio_at_the_limit_passes_and_one_more_row_fails() -> None:
    rows = {"read": 1_000, "kept": 990, "rejected": {"wrong_type": 10}, "dropped": {}}
    assert failing(good_manifest(rows=rows)) == []


def test_few_wrong_clocks_do_not_count_in_the_ratio() -> None:
    rows = {"read": 1_000, "kept": 900, "rejected": {"time_in_future": 95, "wrong_type": 5}, "dropped": {}}
    told = changed(good_manifest(rows=rows), "input.wrong_clocks", ["time_in_future"])
    assert failing(told) == ["wrong_clocks"]
    assert "reject_ratio" in failing(good_manifest(rows=rows))


@pytest.mark.parametrize(("kept", "fails"), [(9_990, True), (9_991, False), (10_000, False), (10_001, True)])
def test_a_hidden_count_reconciles_anywhere_below_k(kept: int, fails: bool) -> None:
    rows = {"read": 10_000, "kept": kept, "rejected": {"wrong_type": "< 10"}, "dropped": {}}
    assert failing(good_manifest(rows=rows)) == (["rows_unaccounted"] if fails else [])


def test_few_people_are_never_counted_in_what_is_shown() -> None:
    for people in (7, "< 10"):
        manifest = good_manifest(active=people)
        checks = {check.name: check for check in run_input_gate(manifest, manifest["policy"])}
        assert not checks["people"].success
        assert checks["people"].observed == "too few"


def test_no_column_name_is_shown() -> None:
    manifest = changed(good_manifest(), "input.columns_missing", ["salary_band"])
    assert "salary_band" not in repr(run_input_gate(manifest, manifest["policy"]))
