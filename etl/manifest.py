"""The manifest of a version: exact for the run's private record, and the public view of it (DESIGN §4, §6)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl import __version__
from etl.config import RunConfig
from etl.layout import data_of
from etl.risk_figures import tell_risk
from etl.suppress import (
    NOT_SHOWN,
    OTHER,
    coarse,
    fewer_than,
    is_hidden,
    tell,
    tell_count,
    tell_counts,
    tell_people,
    tell_shares,
)
from transforms.draw import SEEN_BEFORE
from transforms.events import COUNTED_PEOPLE, DUPLICATE

FORMAT: Final = 1
BELOW_MIN_ACTIVE: Final = "below_min_active"
_AGAIN: Final = {DUPLICATE: "duplicates", SEEN_BEFORE: SEEN_BEFORE}
"""Reasons to drop an event that only its bucket can know, and what they are counted as."""

POOL_FIGURES: Final = ("drawn", "late", "waiting", "expired")
"""What is told of the pool, rounded."""
ROUNDED: Final = ("actions", "pool", "released", "rows", "sessions", "share", "transitions", "withheld")
"""What the public manifest says only in steps, beside people."""


def exact_manifest(
    config: RunConfig,
    *,
    version: str,
    window: dict[str, Any],
    statistics: dict[str, Any],
    outcome: dict[str, Any],
    data: Path,
    files_read: int,
    needed_columns: list[str],
    risk: dict[str, Any] | None,
    commitment: str | None,
) -> dict[str, Any]:
    """Every figure as it is, and under `behind` how many people are behind each reason, and `risk`. It stays in `.private/`.

    Args:
        window: first and last night and their time zone; those of the data, where the window is all time.
        statistics: what the reader left. outcome: what the release left. data: the staged files.
        risk: of `measure_risk`; None: not measured.
        commitment: to the participation file; None: there is none.
    """
    again = {reason: outcome[name] for reason, name in _AGAIN.items()}
    dropped = statistics["dropped"] | {reason: n for reason, n in again.items() if n}
    withheld = outcome["withheld"]
    if outcome["active"] < config.active_needed:
        withheld = {BELOW_MIN_ACTIVE: (outcome["actions"], outcome["people"])}
    released = outcome["released"]
    filled, enough = statistics["present"], min(config.k, COUNTED_PEOPLE)
    return {
        "format": FORMAT,
        "version": version,
        "simulated": config.simulated,
        "window": {"kind": "night" if config.date else "span", **window},
        "k": config.k,
        "rows": {
            "read": statistics["read"],
            "kept": outcome["fresh"],
            "rejected": statistics["rejected"],
            "dropped": dropped,
        },
        "people": outcome["people"],
        "active": outcome["active"],
        "sessions": outcome["sessions"],
        "actions": outcome["actions"],
        "transitions": outcome["transitions"],
        "released": released,
        "share": {
            "events": _share(released["events"], outcome["actions"]),
            "transitions": _share(released["transitions"], outcome["transitions"]),
            "transitions_finest": _share(released["transitions_finest"], outcome["transitions"]),
        },
        "withheld": {"actions": {reason: n for reason, (n, _) in withheld.items() if n}},
        "pool": outcome["pool"],
        "policy": policy_of(config, outcome["min_outside_unit"]),
        "participation": None if commitment is None else {"commitment": commitment},
        "input": {
            "files": files_read,
            "damaged_files": len(statistics["damaged_files"]),
            "columns_missing": [name for name in needed_columns if filled.get(name, 0) < enough],
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
        "behind": {
            "dropped": statistics["behind"]
            | {reason: outcome[f"{name}_people"] for reason, name in _AGAIN.items()},
            "withheld": {reason: people for reason, (_, people) in withheld.items()},
            "repeats": risk["repeats_of"] if risk else 0,
            "rows": outcome["fresh_people"],
            "apart": [outcome["open_people"], outcome["pooled_people"]],
        },
        "risk": risk,
    }


def public_manifest(exact: dict[str, Any]) -> dict[str, Any]:
    """The manifest that anybody may read: counts about fewer than k people are not in it, and every total is rounded.

    The rule does not look at what the nights before told: whoever has these too learns no exact difference (decision 21).
    Exact are figures of the files themselves (`files`, `lengths`, `vocabulary`, `released.records`).
    """
    k, behind = exact["k"], exact["behind"]
    public = {name: value for name, value in exact.items() if name not in ("behind", "risk")}
    public["pool"] = _tell_pool(exact["pool"], k)
    public["privacy"] = exact["privacy"] | tell_risk(exact["risk"], people=exact["people"], k=k)
    public["people"], public["active"] = (tell_people(exact[name], k) for name in ("people", "active"))
    public["rows"] = _tell_rows(exact["rows"], behind, k)
    public["released"] = {
        name: n if name == "records" else tell_count(n) for name, n in exact["released"].items()
    }
    public["share"] = {what: coarse(share) for what, share in exact["share"].items()}
    public["rounded"] = list(ROUNDED)
    few = fewer_than(k)
    if exact["people"] < k:
        public |= dict.fromkeys(("sessions", "actions", "transitions"), few)
        public["withheld"] = {"actions": {OTHER: few} if exact["withheld"]["actions"] else {}}
        public["privacy"]["withheld_by_reason"] = few
        return public
    public |= {name: tell_count(exact[name]) for name in ("sessions", "actions", "transitions")}
    withheld = tell(_with_people(exact["withheld"]["actions"], behind["withheld"]), k)
    shares = tell_shares(_with_people(exact["withheld"]["actions"], behind["withheld"]), k, exact["actions"])
    cut, repeated = (exact["risk"] or {}).get("transitions_withheld_from", 0), behind["repeats"]
    # What few people did in the night itself is the rest beside what waited.
    if not is_hidden(withheld) and any(0 < people < k for people in (cut, repeated, behind["rows"])):
        withheld, shares = {OTHER: NOT_SHOWN}, {OTHER: NOT_SHOWN}
    public["withheld"] = {"actions": withheld}
    public["privacy"]["withheld_by_reason"] = shares
    return public


def _tell_rows(rows: dict[str, Any], behind: dict[str, Any], k: int) -> dict[str, Any]:
    """Rounded; `read` not at all beside a reason that few people are behind."""
    if behind["rows"] < k:
        few = fewer_than(k)
        sums = {kind: {OTHER: few} if rows[kind] else {} for kind in ("rejected", "dropped")}
        return {"read": few, "kept": few, **sums}
    dropped = tell(_with_people(rows["dropped"], behind["dropped"]), k)
    return {
        "read": NOT_SHOWN if is_hidden(dropped) else tell_count(rows["read"]),
        "kept": tell_count(rows["kept"]),
        "rejected": tell_counts(rows["rejected"]),
        "dropped": dropped,
    }


def _tell_pool(pool: dict[str, Any], k: int) -> dict[str, Any]:
    """Rounded, so that no difference of two nights' figures is about few people."""
    told: dict[str, Any] = {"generation": pool["generation"]}
    for name in POOL_FIGURES:
        few = 0 < pool[f"{name}_people"] < k
        told[name] = fewer_than(k) if few else tell_count(pool[name])
    return told


def _with_people(counts: dict[str, int], people: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {reason: (count, people.get(reason, 0)) for reason, count in counts.items()}


def policy_of(config: RunConfig, min_outside_unit: int) -> dict[str, Any]:
    """The policy in force. `min_outside_unit` is 0 where nobody's unit is known: then nothing is promised about units."""
    return {
        "k": config.k,
        "min_outside_unit": min_outside_unit,
        "cap_per_person": config.cap_per_person,
        "max_per_person": config.max_per_person,
        "max_length": config.max_length,
        "gap_minutes": config.gap_minutes,
        "min_active": config.active_needed,
        "late_days": config.late_days,
        "pool_nights": config.pool_nights,
        "max_reject_ratio": config.max_reject_ratio,
        "participation": "none" if config.participation == "none" else "registry",
        "names": "none" if config.names is None else "given",
        "purpose": config.purpose,
        "works_agreement": config.works_agreement,
        "allow_low_k": config.k < 10,
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
    return {"path": f"{data_of(version)}/{name}", "sha256": digest, "rows": rows}
