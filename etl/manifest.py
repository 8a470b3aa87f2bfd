"""The public manifest of a version: what outsiders may know, and no count about fewer than k people (DESIGN §4, §6)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl import __version__
from etl.config import RunConfig
from transforms.emit import RARE_TOKEN
from transforms.events import DUPLICATE

FORMAT: Final = 1
BELOW_MIN_ACTIVE: Final = "below_min_active"
OTHER: Final = "other"


def build_manifest(
    config: RunConfig,
    *,
    version: str,
    statistics: dict[str, Any],
    outcome: dict[str, Any],
    data: Path,
    files_read: int,
    mapped_columns: tuple[str, ...],
) -> dict[str, Any]:
    """The manifest before verification and gates.

    Args:
        statistics: `ReadStatistics` as JSON. outcome: the totals that `write_outcome` left. data: the staged files.
    """
    k, people = config.k, outcome["people"]
    dropped = dict(statistics["dropped"])
    if outcome["duplicates"]:
        dropped[DUPLICATE] = outcome["duplicates"]
    first, last = config.nights or (None, None)

    def about_people(value: int) -> int | str:
        return value if people >= k else f"< {k}"

    released = outcome["released"]
    return {
        "format": FORMAT,
        "version": version,
        "simulated": config.simulated,
        "window": {
            "kind": "night" if config.date else "span",
            "first": str(first) if first else None,
            "last": str(last) if last else version,
            "timezone": config.night_timezone,
        },
        "k": k,
        "rows": {
            "read": statistics["read"],
            "kept": statistics["kept"] - outcome["duplicates"],
            "rejected": statistics["rejected"],
            "dropped": dropped,
        },
        "people": about_people(people),
        "sessions": about_people(outcome["sessions"]),
        "actions": about_people(outcome["actions"]),
        "transitions": about_people(outcome["transitions"]),
        "released": released,
        "share": {
            "events": _share(released["events"], outcome["actions"]),
            "transitions": _share(released["transitions"], outcome["transitions"]),
        },
        "withheld": {"actions": _withheld(outcome, config)},
        "policy": policy_of(config),
        "input": {
            "files": files_read,
            "damaged_files": len(statistics["damaged_files"]),
            "columns_never_present": [name for name in mapped_columns if name not in statistics["present"]],
        },
        "vocabulary": outcome["vocabulary"],
        "lengths": _histogram(data, "length"),
        "support_histogram": [[int(value), n] for value, n in _histogram(data, "people").items()],
        "privacy": {
            "smallest_support": outcome["smallest_support"],
            "median_support": outcome["median_support"],
            "people_counted_as": "accounts" if config.participation == "none" else "people",
        },
        "code_version": __version__,
        "files": [_file(version, data, name) for name in outcome["files"]],
    }


def policy_of(config: RunConfig) -> dict[str, Any]:
    """The policy stamped on the version."""
    return {
        "k": config.k,
        "min_outside_unit": config.min_outside_unit,
        "cap_per_person": config.cap_per_person,
        "max_per_person": config.max_per_person,
        "max_length": config.max_length,
        "gap_minutes": config.gap_minutes,
        "min_active": config.active_needed,
        "max_reject_ratio": config.max_reject_ratio,
        "participation": "none" if config.participation == "none" else "registry",
        "purpose": config.purpose,
        "works_agreement": config.works_agreement,
        "allow_low_k": config.k < 10,
    }


def _withheld(outcome: dict[str, Any], config: RunConfig) -> dict[str, int | str]:
    """Withheld actions by reason; reasons with fewer than k people behind them are told together, or not at all."""
    reasons = {
        reason: (actions, people) for reason, (actions, people) in outcome["withheld"].items() if actions
    }
    if outcome["people"] < config.active_needed and RARE_TOKEN in reasons:
        reasons = {BELOW_MIN_ACTIVE: (outcome["actions"], outcome["people"])}
    small = {reason for reason, (_, people) in reasons.items() if people < config.k}
    if small and len(small) < len(reasons):
        # One suppressed cell could be found by subtraction from the total: it is told together with the next smallest.
        if len(small) == 1:
            small.add(min(reasons.keys() - small, key=lambda reason: (reasons[reason][1], reason)))
        together = sum(reasons[reason][0] for reason in small)
        behind = max(reasons[reason][1] for reason in small)
        reasons = {reason: counts for reason, counts in reasons.items() if reason not in small}
        reasons[OTHER] = (together, behind)
    return {
        reason: n if people >= config.k else f"< {config.k}"
        for reason, (n, people) in sorted(reasons.items())
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _histogram(data: Path, column: str) -> dict[str, int]:
    tables = [pq.read_table(path, columns=[column]) for path in sorted(data.rglob("*.parquet"))]
    if not tables:
        return {}
    counts = pc.value_counts(pa.concat_tables(tables).column(column)).to_pylist()
    return {str(item["values"]): item["counts"] for item in sorted(counts, key=lambda item: item["values"])}


def _file(version: str, data: Path, name: str) -> dict[str, Any]:
    path = data / name
    with open(path, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    rows = pq.ParquetFile(path).metadata.num_rows
    return {"path": f"data/{version}/{name}", "sha256": digest, "rows": rows}
