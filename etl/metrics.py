"""What a monitoring system sees of a run: Prometheus metrics in a text file, for a node exporter to collect.

Every figure comes from the public manifest. A figure that is not shown there ("< 10") has no sample: it is not 0.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeGuard

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile
from prometheus_client.parser import text_string_to_metric_families

from etl.ending import Ending

PREFIX: Final = "desirepath"
LAST_SUCCESS: Final = f"{PREFIX}_last_success_timestamp_seconds"


def write_metrics(path: Path, ending: Ending) -> None:
    """Replace the file whole or not at all. Without a success, the time of the last one is carried over from it.

    Raises:
        OSError: the file cannot be written.
    """
    write_to_textfile(str(path), collect(ending, last_success=last_success(path)))


def last_success(path: Path) -> float | None:
    """When the last run that succeeded ended, by what an earlier run wrote; None: not known."""
    try:
        families = list(text_string_to_metric_families(path.read_text("utf-8")))
    except (OSError, ValueError):
        return None
    return next(
        (sample.value for family in families for sample in family.samples if sample.name == LAST_SUCCESS),
        None,
    )


def collect(ending: Ending, *, last_success: float | None = None) -> CollectorRegistry:
    """The metrics of one run.

    Args:
        last_success: of an earlier run, seconds since 1970; a run that succeeded replaces it.
    """
    registry = CollectorRegistry()
    _gauge(registry, "last_run_timestamp_seconds", "When the last run ended", ending.ended)
    succeeded = ending.ended if ending.is_success else last_success
    _gauge(registry, "last_success_timestamp_seconds", "When the last run that published ended", succeeded)
    _gauge(registry, "run_exit_code", "How the last run ended (docs/operating.md)", ending.exit_code)
    _gauge(registry, "run_duration_seconds", "How long the last run took", round(ending.seconds, 3))
    stages = "How long each stage of the last run took"
    _gauges(registry, "stage_duration_seconds", stages, "stage", ending.stage_seconds)
    failed = Counter(gate["severity"] for gate in ending.gates if not gate["success"])
    if ending.gates:
        severities = {severity: failed[severity] for severity in ("critical", "warning")}
        _gauges(registry, "gates_failed", "Checks that failed, by severity", "severity", severities)
    if ending.manifest is not None:
        _figures(registry, ending.manifest)
    return registry


def _figures(registry: CollectorRegistry, manifest: dict[str, Any]) -> None:
    rows, released = manifest["rows"], manifest["released"]
    _gauge(registry, "rows_read", "Rows read", rows["read"])
    _gauge(registry, "rows_kept", "Rows kept", rows["kept"])
    _gauges(registry, "rows_rejected", "Rows that could not be used", "reason", rows["rejected"])
    _gauges(registry, "rows_dropped", "Rows dropped by rule", "reason", rows["dropped"])
    for name in ("people", "sessions", "actions", "transitions"):
        _gauge(registry, name, f"{name.capitalize()} admitted to the window", manifest[name])
    for name in ("records", "events", "transitions"):
        _gauge(registry, f"released_{name}", f"{name.capitalize()} released", released[name])
    _gauges(registry, "released_share", "Share that was released", "of", manifest["share"])
    for name, value in sorted(manifest.get("pool", {}).items()):
        _gauge(registry, f"pool_{name}", "Of the pool, by the manifest", value)
    _gauges(
        registry,
        "window_timestamp_seconds",
        "Noon of the window's first and last night, UTC",
        "end",
        {end: _noon(manifest["window"][end]) for end in ("first", "last")},
    )
    info = {"version": str(manifest["version"]), "code_version": str(manifest["code_version"])}
    Gauge(
        f"{PREFIX}_info", "What the last run released, with which code", list(info), registry=registry
    ).labels(**info).set(1)


def _noon(night: str) -> float:
    return datetime.fromisoformat(f"{night}T12:00:00").replace(tzinfo=UTC).timestamp()


def _gauge(registry: CollectorRegistry, name: str, text: str, value: object) -> None:
    if _is_number(value):
        Gauge(f"{PREFIX}_{name}", text, registry=registry).set(value)


def _gauges(registry: CollectorRegistry, name: str, text: str, label: str, values: dict[str, Any]) -> None:
    shown = {key: value for key, value in sorted(values.items()) if _is_number(value)}
    if shown:
        gauge = Gauge(f"{PREFIX}_{name}", text, [label], registry=registry)
        for key, value in shown.items():
            gauge.labels(key).set(value)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
