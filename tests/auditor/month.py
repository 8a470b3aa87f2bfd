"""Run a simulated month in which every night reads all that was delivered until then, and audit what is public of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.month.calendar import LEAN, Month
from benchmarks.month.play import arguments, call, keys, newest_record
from etl.simulate import simulate
from tests.auditor.audit import Solved, small_counts, solve
from tests.auditor.statements import REASONS, WITHHELD, state
from tests.auditor.system import System

MOVES = (*LEAN.erased, *(LEAN.withdrawn or ())[:1])
"""After which nights somebody is erased, or a night withdrawn."""


def played(month: Month, base: Path, nights: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each night's public manifest and exact figures; two of the people object, and one is erased after a night.

    Late events, deliveries that come again, an erasure and a withdrawal are those of the month.
    """
    logs, registry = base / "logs", base / "registry"
    simulate(month.simulation, logs)
    _object(logs / "participation.csv", 2)
    with keys():
        for night in range(nights):
            patterns = [str(logs / f"delivered-{month.date(n)}-*.jsonl") for n in range(night + 1)]
            call("run", *arguments(month, registry, night, patterns), nightly=True)
            name = str(month.date(night))
            public = json.loads((registry / "manifests" / f"{name}.json").read_bytes())
            yield public, newest_record(registry)["exact"]
            if night in month.erased:
                listing = base / "accounts"
                listing.write_text(
                    _account(logs / "participation.csv", sorted(month.erased).index(night)) + "\n"
                )
                flags = ("--registry", str(registry), "--participation", str(logs / "participation.csv"))
                call("erase", "--accounts", str(listing), *flags)
            if month.withdrawn is not None and night == month.withdrawn[0]:
                withdrawn = str(month.date(month.withdrawn[1]))
                call("withdraw", withdrawn, "--registry", str(registry), "--reason", "a rehearsal")


def audit(nights: list[tuple[dict[str, Any], dict[str, Any]]]) -> tuple[System, dict[str, int], list[Solved]]:
    """The system of what is public, the small counts, and those of them that follow from it."""
    system = System()
    state(system, [public for public, _ in nights])
    for number, (_, exact) in enumerate(
        nights
    ):  # the attacker knows which reasons there are, and which there are not
        for what, every, of in (
            ("dropped", REASONS, exact["rows"]["dropped"]),
            ("withheld", WITHHELD, exact["withheld"]["actions"]),
        ):
            for reason in every:
                if not of.get(reason):
                    system.between({f"{number} {what} {reason}": 1}, 0, 0)
    for later in range(1, len(nights)):
        too_late = later >= nights[later][0]["policy"]["late_days"]
        _all_again(system, later, moved=too_late or later > min(MOVES, default=later))
    together = _together(system, [exact for _, exact in nights])
    small = together | {
        name: n for name, n in small_counts(exact for _, exact in nights).items() if name in system.names
    }
    return system, small, solve(system, small)


def _together(system: System, exacts: list[dict[str, Any]]) -> dict[str, int]:
    """The sums of reasons to drop rows that have fewer than k people behind them even together."""
    found = {}
    for number, exact in enumerate(exacts):
        behind, k = exact["behind"]["dropped"], exact["k"]
        few = {reason: n for reason, n in exact["rows"]["dropped"].items() if n and behind[reason] < k}
        if few and sum(behind[reason] for reason in few) < k:
            name = f"{number} dropped together"
            system.equal(name, {f"{number} dropped {reason}": 1 for reason in few})
            found[name] = sum(few.values())
    return found


def as_if_exact(public: dict[str, Any], exact: dict[str, Any]) -> dict[str, Any]:
    """The manifest as it was until totals were told in steps: what the auditor must find small counts in."""
    rows = exact["rows"]
    small = {reason for reason in rows["dropped"] if exact["behind"]["dropped"].get(reason, 0) < exact["k"]}
    large = sorted((n, reason) for reason, n in rows["dropped"].items() if reason not in small)
    if small and large:
        small.add(large[0][1])
    dropped: dict[str, int | str] = {r: n for r, n in rows["dropped"].items() if r not in small}
    if small:
        dropped["other"] = sum(rows["dropped"][r] for r in small) if large else f"< {exact['k']}"
    return {
        "rows": {
            "read": "not shown" if small and not large else rows["read"],
            "kept": rows["kept"],
            "rejected": rows["rejected"],
            "dropped": dropped,
        },
        "withheld": {"actions": {"other": "not shown"}},
        "policy": public["policy"],
    }


def _all_again(system: System, later: int, *, moved: bool) -> None:
    """A night reads what all nights before it kept, too, and the objectors' rows of then.

    Args:
        moved: whether some of it may be dropped otherwise: by an erasure, a withdrawal, or as too late.
    """
    again = {f"{night} kept": -1 for night in range(later)}
    system.between({f"{later} dropped seen_before": 1, f"{later} moved": 1} | again, 0, 0)
    system.between({f"{later} moved": 1}, 0, 10**7 if moved else 0)
    for reason in ("not_admitted", "where_filter"):
        system.between({f"{later} dropped {reason}": 1, f"{later - 1} dropped {reason}": -1}, 0, 10**7)


def _account(path: Path, number: int) -> str:
    """One of the last accounts of a participation file, from the end: nobody of those who object."""
    with open(path, newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    return rows[-1 - number][header.index("account")]


def _object(path: Path, people: int) -> None:
    """Let the first people of a participation file object, by leaving them out of it."""
    with open(path, newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    place = header.index("person")
    gone = set(sorted({row[place] for row in rows})[:people])
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *(row for row in rows if row[place] not in gone)])
