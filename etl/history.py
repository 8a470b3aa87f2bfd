"""What the registry's versions mean for a window: which nights are taken, which may still bring late events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from etl.versions import Version
from etl.window import DAY_US, begins_us, bounds_us
from transforms.past import BURNED, LATE, TOO_LATE, PastSpan


def instants(window: dict[str, Any]) -> tuple[int, int]:
    """A version's window, [from, to) in µs UTC, whatever the time zone of its nights."""
    nights = date.fromisoformat(window["first"]), date.fromisoformat(window["last"])
    return bounds_us(nights, window["timezone"])


def touching(versions: Sequence[Version], window: dict[str, Any]) -> list[Version]:
    """The versions, withdrawn ones among them, that share an instant with a window."""
    first, end = instants(window)
    spans = [(version, *instants(version.manifest["window"])) for version in versions]
    return [version for version, begin, stop in spans if begin < end and first < stop]


def remembered_from_us(versions: Sequence[Version], first_us: int) -> int:
    """From when on (µs UTC) the ledgers name whatever of the nights before a window was consumed.

    A version could consume what is as late as its own late days allow, back from its first night; its ledger reaches as
    many days back from its last. Of a span of nights it therefore forgets the earlier ones, however many are late now.
    """
    forgotten = [0]
    for version in versions:
        window, late_days = version.manifest["window"], version.manifest["policy"].get("late_days", 0)
        first = date.fromisoformat(window["first"])
        begin = begins_us(first, window["timezone"], nights_before=late_days)
        reach = instants(window)[1] - (late_days + 1) * DAY_US
        if begin < min(reach, first_us):
            forgotten.append(reach)
    return max(forgotten)


def past_of(
    versions: Sequence[Version], ledgers: Collection[str], *, first_us: int, late_from_us: int
) -> tuple[PastSpan, ...]:
    """What becomes of events of the nights before a window.

    Args:
        ledgers: the versions whose ledgers are kept: without one nobody knows what was consumed.
        first_us: where the window begins. late_from_us: from when on events may be late.
    """
    spans = []
    for version in versions:
        begin, end = instants(version.manifest["window"])
        end = min(end, first_us)
        if begin >= end:
            continue
        if not version.is_live:
            spans.append(PastSpan(begin, end, BURNED))
            continue
        recent = max(begin, late_from_us) if version.name in ledgers else end
        if begin < recent:
            spans.append(PastSpan(begin, min(recent, end), TOO_LATE))
        if recent < end:
            spans.append(PastSpan(recent, end, LATE))
    return tuple(sorted(spans))
