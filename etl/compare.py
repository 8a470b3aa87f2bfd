"""Two versions side by side: rows, actions, lengths, drift and policy, from what is published of them and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from math import log2
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from etl.versions import Version

Rows = Mapping[tuple[str, ...], int]
"""What a version published: sequence → occurrences."""

_Key = TypeVar("_Key")


def compare(one: Version, other: Version, read: Callable[[str], bytes]) -> dict[str, Any]:
    """What changed from one live version to another; everything in it can be printed as JSON.

    Args:
        read: the content of a registry's file, by its name below the root.
    """
    before, after = published(one, read), published(other, read)
    seen, now = actions_of(before), actions_of(after)
    return {
        "versions": [one.name, other.name],
        "rows": _sets(before.keys(), after.keys()),
        "actions": {
            **_sets(seen.keys(), now.keys()),
            "gained": sorted(now.keys() - seen.keys(), key=lambda action: (-now[action], action)),
            "lost": sorted(seen.keys() - now.keys(), key=lambda action: (-seen[action], action)),
        },
        "lengths": _lengths(before, after),
        "released": [version.manifest["released"] for version in (one, other)],
        "share": [version.manifest["share"] for version in (one, other)],
        "people": [version.manifest["people"] for version in (one, other)],
        "drift": {
            "actions": divergence(seen, now),
            "transitions": divergence(transitions_of(before), transitions_of(after)),
            "lengths": divergence(lengths_of(before), lengths_of(after)),
        },
        "policy": _policy(one.manifest, other.manifest),
    }


def published(version: Version, read: Callable[[str], bytes]) -> Rows:
    """The rows of a version, of both kinds and all splits."""
    rows: dict[tuple[str, ...], int] = {}
    for file in version.files:
        table = pq.read_table(pa.BufferReader(read(file["path"])), columns=["actions", "occurrences"])
        actions, occurrences = (table.column(name).to_pylist() for name in ("actions", "occurrences"))
        rows.update(zip(map(tuple, actions), occurrences, strict=True))
    return rows


def actions_of(rows: Rows) -> Counter[str]:
    """Action → how often it was released."""
    counts: Counter[str] = Counter()
    for sequence, times in rows.items():
        for action in sequence:
            counts[action] += times
    return counts


def transitions_of(rows: Rows) -> Counter[tuple[str, str]]:
    """Adjacent pair → how often it was released."""
    counts: Counter[tuple[str, str]] = Counter()
    for sequence, times in rows.items():
        for pair in pairwise(sequence):
            counts[pair] += times
    return counts


def lengths_of(rows: Rows) -> Counter[int]:
    """Length → how often a record of it was released."""
    counts: Counter[int] = Counter()
    for sequence, times in rows.items():
        counts[len(sequence)] += times
    return counts


def divergence(one: Mapping[_Key, int], other: Mapping[_Key, int]) -> float | None:
    """The Jensen-Shannon divergence in bits: 0 is the same frequencies, 1 nothing in common.

    J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information Theory 37 (1), 1991.

    Returns:
        None where one of them is empty: it has no frequencies.

    >>> divergence({"a": 1, "b": 1}, {"a": 5, "b": 5}), divergence({"a": 1}, {"b": 1}), divergence({"a": 1}, {})
    (0.0, 1.0, None)
    """
    totals = sum(one.values()), sum(other.values())
    if not all(totals):
        return None
    bits = 0.0
    for key in sorted(one.keys() | other.keys(), key=repr):  # a fixed order, so that the sum does not wobble
        p, q = one.get(key, 0) / totals[0], other.get(key, 0) / totals[1]
        bits += sum(part * log2(2 * part / (p + q)) for part in (p, q) if part) / 2
    return round(min(max(bits, 0.0), 1.0), 6)


def _sets(before: Any, after: Any) -> dict[str, int]:
    return {"added": len(after - before), "removed": len(before - after), "common": len(before & after)}


def _lengths(before: Rows, after: Rows) -> dict[str, list[int]]:
    counts = [Counter(map(len, rows)) for rows in (before, after)]
    return {str(length): [each[length] for each in counts] for length in sorted(counts[0] | counts[1])}


def _policy(one: dict[str, Any], other: dict[str, Any]) -> dict[str, list[Any]]:
    """What differs, setting by setting; `code_version` counts as one."""
    before, after = (m["policy"] | {"code_version": m.get("code_version")} for m in (one, other))
    names = sorted(before.keys() | after.keys())
    return {
        name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)
    }
