"""The three gates between a pipeline and publication, and the verdict over them (DESIGN §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from expectations.engine import Outcome, evaluate, preload
from expectations.input_suite import input_rules
from expectations.metrics import Manifest, drifts, input_metrics, one_row, version_metrics
from expectations.release_metrics import Splits, record_frame, table_metrics
from expectations.release_suite import SMALLEST_USUAL_K, record_rules, table_rules
from expectations.rule import NOT_MEASURED, Check, Gate, Rule
from expectations.version_suite import drift_metrics, version_rules

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped, unused-ignore]

__all__ = ["Check", "preload", "run_input_gate", "run_release_gate", "run_version_gate", "verdict"]

Verdict = Literal["published", "published with warnings", "quarantined"]


def run_input_gate(
    manifest: Manifest, policy: Mapping[str, Any], *, told: Manifest | None = None
) -> list[Check]:
    """Judge what was read.

    Args:
        manifest: `rows`, `active`, `input`, `window` and `privacy` of a manifest, exact or public.
        policy: the manifest's policy.
        told: the public manifest, whose figures stand as what was observed; None: those of `manifest` do.
    """
    metrics = input_metrics(manifest)
    return _run("input", one_row(metrics), input_rules(manifest if told is None else told, policy, metrics))


def run_release_gate(
    release: pa.Table | None,
    splits: Splits,
    policy: Mapping[str, Any],
    verification: Mapping[str, Any],
) -> list[Check]:
    """Judge what would be published.

    Args:
        release: RELEASE; None, or no row: nothing could be released, which is a valid outcome.
        splits: what the written files hold, by `sequences/train`, `actions/test` …; a plain `train` holds both kinds,
            and then nobody can check that they are apart.
        verification: `records` that the verifier checked, and `violations`: kind → count.
    """
    records = release.num_rows if release is not None else 0
    k = policy["k"]
    metrics: dict[str, float] = {
        "k_allowed": int(k >= SMALLEST_USUAL_K or bool(policy["allow_low_k"])),
        "violations": sum(verification["violations"].values()),
        "records_checked": verification["records"],
    }
    if release is None or records == 0:
        whole = table_rules(metrics, policy, records=0)
        each = record_rules(policy, records=0, most_people=k)
        return _run("release", one_row(metrics), [*whole, *each])
    metrics.update(table_metrics(release, splits))
    frame = record_frame(release)
    most = pc.max(release.column("people")).as_py() if "people" in frame else None
    return [
        *_run("release", one_row(metrics), table_rules(metrics, policy, records=records)),
        *_run("release", frame, record_rules(policy, records=records, most_people=most or k)),
    ]


def run_version_gate(
    manifest: Manifest, history: Sequence[Manifest], *, exact: Manifest | None = None
) -> list[Check]:
    """Judge a version against itself and the median of the comparable versions before it; warnings only.

    Args:
        manifest, history: public manifests; only they are compared.
        exact: the exact manifest, whose figures must agree with each other; None: those of `manifest` must.
    """
    found = drifts(manifest, history)
    metrics = {**version_metrics(manifest if exact is None else exact), **drift_metrics(found)}
    return _run("version", one_row(metrics), version_rules(metrics, found))


def verdict(checks: Iterable[Check]) -> Verdict:
    """What becomes of the version: a failing critical check quarantines it, a failing warning is shown beside it.

    Raises:
        ValueError: no check at all: nothing was judged.
    """
    given = list(checks)
    if not given:
        raise ValueError("a verdict needs at least one check")
    failed = {check.severity for check in given if not check.success}
    if "critical" in failed:
        return "quarantined"
    return "published with warnings" if failed else "published"


def _run(gate: Gate, frame: pd.DataFrame, rules: Sequence[Rule]) -> list[Check]:
    outcomes = evaluate(gate, frame, [rule for rule in rules if rule.moot is None])
    return [_check(gate, rule, outcomes.get(rule.name)) for rule in rules]


def _check(gate: Gate, rule: Rule, outcome: Outcome | None) -> Check:
    if outcome is None:
        success, observed = True, rule.moot or ""
    elif not outcome.measured:
        success, observed = False, NOT_MEASURED
    else:
        success = outcome.success
        observed = rule.observed if isinstance(rule.observed, str) else rule.observed(outcome.failing)
    return Check(gate, rule.name, rule.severity, success, rule.sentence, observed, outcome is not None)
