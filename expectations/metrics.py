"""The numbers that the input and the version gate judge: one row a gate, made from public manifests.

A manifest shows a count about fewer than k people as the text `< k`, and a total that would give one away as `not
shown`. Of such a count only an interval is known, and every metric here is taken at the end of it that is safe for the
check it serves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped, unused-ignore]

Manifest = Mapping[str, Any]

_DAMAGE = ("stream_truncated", "stream_corrupt")
"""Reasons of rejects that go with a cut, and are accepted with it."""

ANY_NUMBER = 2**53
"""More than any count is."""


_COMPARED = frozenset({"rows", "people", "window", "lengths", "vocabulary", "share"})
"""What a version must say of itself to be compared with."""


class Bounds(NamedTuple):
    """What a published count can have been, both ends included."""

    low: int
    high: int


class Drift(NamedTuple):
    """A figure of this version beside the median of the versions before; None: there is none."""

    now: float | None
    median: float | None
    versions: int


def bounds(count: int | str) -> Bounds:
    """The interval of a published count.

    >>> bounds(12), bounds("< 10"), bounds("not shown").low
    (Bounds(low=12, high=12), Bounds(low=0, high=9), 0)
    """
    if isinstance(count, str) and not count.startswith("<"):
        return Bounds(0, ANY_NUMBER)
    if isinstance(count, str):
        return Bounds(0, int(count.removeprefix("<").strip()) - 1)
    return Bounds(int(count), int(count))


def shown(count: int | str, k: int) -> str:
    """A count as it may be shown: nothing between 0 and k.

    >>> shown(0, 10), shown(3, 10), shown(12345, 10), shown("< 10", 10)
    ('0', '< 10', '12,345', '< 10')
    """
    if isinstance(count, str):
        return count
    return f"< {k}" if 0 < count < k else f"{count:,}"


def one_row(metrics: Mapping[str, float]) -> pd.DataFrame:
    """The metrics as a table of one row of doubles.

    Raises:
        ValueError: a metric is missing. Great Expectations ignores nulls, so that a missing number would pass.
    """
    import pandas as pd  # type: ignore[import-untyped, unused-ignore]

    missing = [name for name, value in metrics.items() if value is None or value != value]
    if missing:
        raise ValueError(f"metrics without a value: {', '.join(missing)}")
    return pd.DataFrame({name: [float(value)] for name, value in metrics.items()})


def input_metrics(manifest: Manifest) -> dict[str, float]:
    """Counts of what was read.

    `rows_unaccounted`: how far read is from kept + rejected + dropped. `reject_ratio`: of the rows read, at most.
    `people`: active in the window itself, at most. `wrong_clocks`: reasons for which records of fewer than k people are
    rejected by their time: these do not count in the ratio, so that no single clock stops a night. `other_nights`: 1 where
    files that are named after the night are systematically of other hours.
    """
    rows, files = manifest["rows"], manifest["input"]
    rejected, dropped = _total(rows["rejected"]), _total(rows["dropped"])
    clocks = files.get("wrong_clocks", ())
    unusable = _total({why: n for why, n in rows["rejected"].items() if why not in clocks})
    read, kept = bounds(rows["read"]), bounds(rows["kept"])
    lost = [rows["rejected"].get(reason, 0) for reason in _DAMAGE] if files.get("damage_accepted") else []
    accepted = sum(bounds(n).low for n in lost)
    low, high = (kept[end] + rejected[end] + dropped[end] for end in (0, 1))
    return {
        "files": files["files"],
        "damaged_files": files["damaged_files"],
        "rows_read": read.high,
        "rows_kept": kept.high,
        "rows_unaccounted": max(0, low - read.high, read.low - high),
        "reject_ratio": max(0, unusable.high - accepted) / read.high if read.high else 0.0,
        "columns_missing": len(files["columns_missing"]),
        "columns_of_sentences": len(files.get("columns_of_sentences", ())),
        "wrong_clocks": len(clocks),
        "other_nights": int(files.get("other_nights", False)),
        "people": bounds(manifest["active"]).high,
    }


def version_metrics(manifest: Manifest) -> dict[str, float]:
    """How far the version's own figures contradict each other: 0 where they agree.

    `share_excess`: how much more than everything is said to be released. `share_error`: how far the stated share of
    transitions is from the counts beside it; 0 where these are rounded, or not shown.
    """
    released, share = manifest["released"], manifest["share"]
    whole, part = bounds(manifest["transitions"]), bounds(released["transitions"])
    exact = whole.low == whole.high > 0 and part.low == part.high and not manifest.get("rounded")
    return {
        "share_excess": max(0.0, share["transitions"] - 1, share["events"] - 1, float(part.low - whole.high)),
        "share_error": abs(share["transitions"] - part.low / whole.low) if exact else 0.0,
    }


def comparable(manifest: Manifest, history: Sequence[Manifest]) -> list[Manifest]:
    """The versions that this one can be compared with: the same k, and simulated or not as this one is."""

    def kind(version: Manifest) -> tuple[int, bool]:
        return version["k"], bool(version.get("simulated"))

    return [version for version in history if kind(version) == kind(manifest) and version.keys() >= _COMPARED]


def drifts(manifest: Manifest, history: Sequence[Manifest]) -> dict[str, Drift]:
    """The version's figures beside the median of the comparable versions before."""
    now, before = _figures(manifest), [_figures(version) for version in comparable(manifest, history)]
    found = {}
    for name, value in now.items():
        known = [figures[name] for figures in before]
        values = [number for number in known if number is not None]
        found[name] = Drift(value, median(values) if values else None, len(values))
    return found


def _figures(manifest: Manifest) -> dict[str, float | None]:
    """Rows a night, people, vocabulary, mean length of the sequences, share of transitions; None: not known."""
    lengths = {int(length): bounds(records).low for length, records in manifest["lengths"].items()}
    sequences = {length: records for length, records in lengths.items() if length > 1 and records}
    actions = sum(length * records for length, records in sequences.items())
    rows, people = (_exact(count) for count in (manifest["rows"]["kept"], manifest["people"]))
    return {
        "rows": None if rows is None else rows / _nights(manifest["window"]),
        "people": people,
        "vocabulary": float(bounds(manifest["vocabulary"]).high),
        "mean_length": actions / sum(sequences.values()) if sequences else None,
        "share_transitions": float(manifest["share"]["transitions"]),
    }


def _exact(count: int | str) -> float | None:
    low, high = bounds(count)
    return float(low) if low == high else None


def _total(counts: Mapping[str, int | str]) -> Bounds:
    each = [bounds(count) for count in counts.values()]
    return Bounds(sum(count.low for count in each), sum(count.high for count in each))


def _nights(window: Mapping[str, Any]) -> int:
    """Nights in the window; 1 where it has no first night (a first load of all there is)."""
    if not window.get("first"):
        return 1
    return (date.fromisoformat(window["last"]) - date.fromisoformat(window["first"])).days + 1
