"""Each expectation of the version gate fails on its own fault; versions that cannot be compared are left alone."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.gates import run_version_gate, verdict
from tests.expectations.worlds import changed, good_manifest

HISTORY = [good_manifest(version=f"2026-11-{night}") for night in (19, 20, 21)]

FAULTS: dict[str, tuple[str, Any]] = {
    "rows": ("rows.kept", 40_000),
    "people": ("people", 900),
    "vocabulary": ("vocabulary", 4),
    "mean_length": ("lengths", {"1": 2, "3": 4}),
    "share_transitions": ("", None),
    "share_excess": ("share.events", 1.01),
    "share_error": ("share.transitions", 0.752),
}


def failing(manifest: dict[str, Any], history: list[dict[str, Any]] = HISTORY) -> list[str]:
    return [check.name for check in run_version_gate(manifest, history) if not check.success]


def test_a_version_like_the_others_passes_all() -> None:
    checks = run_version_gate(good_manifest(), HISTORY)
    assert {check.name for check in checks if check.success} == set(FAULTS)
    assert {check.severity for check in checks} == {"warning"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fails_exactly_its_check(name: str) -> None:
    if name == "share_transitions":
        manifest = changed(good_manifest(), "released.transitions", 35_000)
        manifest = changed(manifest, "share.transitions", round(35_000 / 59_070, 6))
    else:
        manifest = changed(good_manifest(), *FAULTS[name])
    assert failing(manifest) == [name]
    assert verdict(run_version_gate(manifest, HISTORY)) == "published with warnings"


def test_rounded_totals_are_not_held_against_the_share() -> None:
    """A share to a hundredth and counts to two digits cannot agree to the thousandth."""
    manifest = changed(good_manifest(), "share.transitions", 0.74)
    assert failing(manifest) == ["share_error"]
    assert failing({**manifest, "rounded": ["released", "transitions"]}) == []


def test_more_transitions_than_there_were() -> None:
    manifest = changed(good_manifest(), "released.transitions", 60_000)
    assert "share_excess" in failing(manifest)


def test_without_history_it_says_so_and_passes() -> None:
    checks = run_version_gate(good_manifest(), [])
    assert all(check.success for check in checks)
    assert [check.observed for check in checks].count("no earlier version to compare with") == 5


@pytest.mark.parametrize("change", [{"k": 20}, {"simulated": True}])
def test_versions_of_another_kind_are_not_compared(change: dict[str, Any]) -> None:
    strange = [{**changed(version, "people", 5_000), **change} for version in HISTORY]
    assert failing(good_manifest(), strange) == []
    assert failing(good_manifest(), [changed(version, "people", 5_000) for version in HISTORY]) == ["people"]


def test_rows_are_compared_by_the_night() -> None:
    window = {"kind": "span", "first": "2026-11-18", "last": "2026-11-22", "timezone": "UTC"}
    manifest = changed(good_manifest(window=window), "rows.kept", 5 * 97_400)
    assert failing(manifest) == []
    assert failing({**manifest, "window": good_manifest()["window"]}) == ["rows"]


def test_a_version_with_nothing_released() -> None:
    manifest = good_manifest(
        released={"events": 0, "transitions": 0, "records": 0},
        share={"events": 0.0, "transitions": 0.0},
        lengths={},
        vocabulary=0,
        people="< 10",
    )
    checks = {check.name: check for check in run_version_gate(manifest, HISTORY)}
    assert checks["mean_length"].observed == "nothing was released"
    assert checks["people"].observed == "too few to be shown"
    assert {name for name, check in checks.items() if not check.success} == {
        "vocabulary",
        "share_transitions",
    }


def test_one_version_and_versions_with_nothing_are_no_median() -> None:
    empty = changed(changed(good_manifest(), "lengths", {}), "vocabulary", 0)
    checks = {check.name: check for check in run_version_gate(good_manifest(), [empty])}
    assert (
        checks["mean_length"].observed
        == checks["vocabulary"].observed
        == "no earlier version to compare with"
    )
