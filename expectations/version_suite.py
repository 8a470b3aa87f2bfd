"""The version gate's suite: is this version like the ones before it, and does it agree with itself?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from expectations.metrics import Drift
from expectations.rule import NOTHING_RELEASED, Rule

ONE: Final = "ExpectColumnValuesToBeBetween"
SHARE_ERROR: Final = 0.001
ALONE: Final = "no earlier version to compare with"


class Tolerance(NamedTuple):
    """How far a figure may move. `ratio`: by which factors of the median; else by how much it may fall or rise."""

    sentence: str
    low: float
    high: float
    ratio: bool
    show: Callable[[float], str]


TOLERANCES: Final[Mapping[str, Tolerance]] = {
    "rows": Tolerance(
        "About as many rows a night were kept as usual (half to twice the median).",
        0.5,
        2.0,
        True,
        "{:,.0f}".format,
    ),
    "people": Tolerance(
        "About as many as usual were active (half to twice the median).",
        0.5,
        2.0,
        True,
        "{:,.0f}".format,
    ),
    "vocabulary": Tolerance(
        "About as many different actions were released as usual (half to twice the median).",
        0.5,
        2.0,
        True,
        "{:,.0f}".format,
    ),
    "mean_length": Tolerance(
        "Released sequences are about as long as usual (within a quarter of the median).",
        0.75,
        1.25,
        True,
        "{:.2f}".format,
    ),
    "share_transitions": Tolerance(
        "About as large a share of the transitions was released as usual (within 10 points of the median).",
        -0.1,
        0.1,
        False,
        "{:.1%}".format,
    ),
}
"""Wide on purpose, a first set: a working day against a week-end must not drown the warnings that matter."""


def drift_metrics(found: Mapping[str, Drift]) -> dict[str, float]:
    """For each figure that can be compared: its ratio to the median, or its distance from it."""
    metrics = {}
    for name, drift in found.items():
        if _moot(name, drift) is None and drift.now is not None and drift.median is not None:
            metrics[name] = drift.now / drift.median if TOLERANCES[name].ratio else drift.now - drift.median
    return metrics


def version_rules(metrics: Mapping[str, float], found: Mapping[str, Drift]) -> list[Rule]:
    """The expectations on one row of `version_metrics` and `drift_metrics`."""
    return [
        Rule(
            "share_excess",
            "warning",
            "No more was released than there was.",
            ONE,
            "no excess" if metrics["share_excess"] == 0 else "more than 100%",
            {"column": "share_excess", "min_value": 0, "max_value": 0},
        ),
        Rule(
            "share_error",
            "warning",
            "The stated share of transitions agrees with the counts beside it.",
            ONE,
            "they agree" if metrics["share_error"] <= SHARE_ERROR else "they do not agree",
            {"column": "share_error", "min_value": 0, "max_value": SHARE_ERROR},
        ),
        *(_drift_rule(name, drift) for name, drift in found.items()),
    ]


def _drift_rule(name: str, drift: Drift) -> Rule:
    tolerance, moot = TOLERANCES[name], _moot(name, drift)
    if moot is None and drift.now is not None and drift.median is not None:
        observed = (
            f"{tolerance.show(drift.now)}; median of {drift.versions:,}: {tolerance.show(drift.median)}"
        )
    else:
        observed = moot or ALONE
    limits = {"column": name, "min_value": tolerance.low, "max_value": tolerance.high}
    return Rule(name, "warning", tolerance.sentence, ONE, observed, limits, moot)


def _moot(name: str, drift: Drift) -> str | None:
    if drift.median is None or (TOLERANCES[name].ratio and drift.median == 0):
        return ALONE
    if drift.now is None:
        return "too few to be shown" if name in {"rows", "people"} else NOTHING_RELEASED
    return None
