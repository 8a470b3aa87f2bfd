"""What the public manifests of a registry say, as statements about the exact counts of each night.

The attacker is a strong one: the documents are public, so that every identity is known; and of the logs is known which
nights read again what an earlier night had read, and that a file that comes again holds the same records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.auditor.system import MOST, System
from transforms.ladder import ladder

REASONS = (
    "where_filter", "outside_window", "not_admitted", "duplicate", "seen_before", "too_late", "withdrawn_night",
)  # fmt: skip
WITHHELD = (
    "rare_token", "no_shared_sequence", "no_shared_phrase", "cap", "merged_by_lifting", "below_min_active",
)  # fmt: skip
STEPS = [int(step) for step in ladder(10, up_to=MOST)]
NOTHING_TOLD = (0, MOST)


def told(count: int | str, *, steps: bool) -> tuple[int, int]:
    """What a published count can have been.

    Args:
        steps: whether counts are known to be rounded down to the ladder. Else a number is taken for exact, and so is
            one that is not on the ladder, whatever the manifest says.

    >>> told(300, steps=True), told(310, steps=True), told(300, steps=False), told("< 10", steps=True)
    ((300, 499), (310, 310), (300, 300), (0, 10000000))
    """
    if isinstance(count, str):  # "< 10" may say that fewer than ten people are behind any number of rows
        return NOTHING_TOLD
    if not steps or count not in STEPS:
        return count, count
    return count, next((step for step in STEPS if step > count), MOST) - 1


def state(system: System, manifests: Sequence[Mapping[str, Any]]) -> None:
    """Everything that each night's manifest says of itself, and of the night before."""
    for number, manifest in enumerate(manifests):
        _night(system, f"{number}", manifest)
        if number:
            # What is not drawn of it was erased, or waits on untouched.
            system.equal(f"{number} drawn", {f"{number - 1} waiting": 1, f"{number - 1} undrawn": -1})


def delivered_again(system: System, earlier: int, later: int, present: Sequence[str] = REASONS) -> None:
    """Say that a night reads all that an earlier one had read, and that more of it is of people who are admitted.

    Args:
        present: the reasons for which, as the attacker knows, anything is dropped at all.
    """
    for reason in REASONS:
        if reason not in present:
            system.between({f"{later} dropped {reason}": 1}, 0, 0)
    for what in ("not_admitted", "where_filter"):
        system.between({f"{later} dropped {what}": 1, f"{earlier} dropped {what}": -1}, 0, 0)
    again = {f"{night} kept": -1 for night in range(earlier, later)}
    system.between({f"{later} dropped seen_before": 1} | again, 0, 0)
    system.between({f"{later} rejected": 1, f"{earlier} rejected": -1}, 0, MOST)


def _night(system: System, night: str, manifest: Mapping[str, Any]) -> None:
    rows, pool = manifest["rows"], manifest.get("pool", {})
    steps = bool(manifest.get("rounded"))
    drops = {f"{night} dropped {reason}": 1 for reason in REASONS}
    held = {f"{night} withheld {reason}": 1 for reason in WITHHELD}
    system.equal(f"{night} read", {f"{night} kept": 1, f"{night} rejected": 1} | drops)
    system.equal(f"{night} actions", {f"{night} events": 1} | held)
    # Rows kept and drawn are spent, wait on, expire or are purged: none is lost.
    ends = {f"{night} {name}": 1 for name in ("spent", "waiting", "expired", "purged")}
    system.between(ends | {f"{night} kept": -1, f"{night} drawn": -1, f"{night} carried": -1}, 0, 0)
    for name, count in (("read", rows["read"]), ("kept", rows["kept"])):
        system.between({f"{night} {name}": 1}, *told(count, steps=steps))
    _reasons(system, f"{night} dropped", REASONS, rows["dropped"], steps)
    sums = [told(count, steps=steps) for count in rows["rejected"].values()]
    system.between({f"{night} rejected": 1}, sum(low for low, _ in sums), sum(high for _, high in sums))
    system.between({f"{night} actions": 1}, *told(manifest.get("actions", "not shown"), steps=steps))
    released = manifest.get("released", {}).get("events", "not shown")
    system.between({f"{night} events": 1}, *told(released, steps=steps))
    _reasons(system, f"{night} withheld", WITHHELD, manifest.get("withheld", {}).get("actions", {}), steps)
    for name in ("drawn", "late", "waiting", "expired"):
        if name in pool:
            system.between({f"{night} {name}": 1}, *told(pool[name], steps=steps))
    _shares(system, night, manifest, steps)


def _reasons(
    system: System, what: str, every: Sequence[str], counts: Mapping[str, int | str], steps: bool
) -> None:
    """A reason that is not told is told together with the `other` ones, or is none."""
    alone = [reason for reason in every if reason in counts]
    for reason in alone:
        system.between({f"{what} {reason}": 1}, *told(counts[reason], steps=steps))
    rest = {f"{what} {reason}": 1 for reason in every if reason not in counts}
    if rest:
        system.between(rest, *told(counts.get("other", 0), steps=steps))


def _shares(system: System, night: str, manifest: Mapping[str, Any], steps: bool) -> None:
    """A share times the whole is the part: of six digits, or rounded down to a hundredth."""
    share = manifest.get("share", {}).get("events")
    if share is None:
        return
    parts, width = (100, 1) if steps else (1_000_000, 1)
    low = round(share * parts)
    if steps:  # low/100 <= events/actions < (low+1)/100
        system.between({f"{night} events": parts, f"{night} actions": -low}, 0, 10**9)
        if low < parts:
            system.between({f"{night} events": -parts, f"{night} actions": low + width}, 1, 10**9)
