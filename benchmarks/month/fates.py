"""What became of every event: each has one fate, no event is released twice, and the sums are those that the runs tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.month.calendar import Month
from benchmarks.month.play import Played
from benchmarks.month.source import TIME_BITS, Int64s, Source
from etl.simulate.cast import LEFT, OBJECTS, UNLISTED
from etl.simulate.identity import SERVICE_ACCOUNT
from etl.simulate.names import account_name

LATE_DAYS: Final = 3


@dataclass(frozen=True)
class Fates:
    """Events by fate, of those that any run admitted; `never`: the log's others. `twice`: how many were released or capped
    more than once. `problems`: sums that do not agree."""

    released: int
    capped: int
    waiting: int
    expired: int
    erased: int
    purged: int
    admitted: int
    never: int
    twice: int
    problems: tuple[str, ...]


def fates(month: Month, played: Played, source: Source) -> Fates:
    """Follow every event through the month, by what the runs kept and not by what they count; then compare with that."""
    problems: list[str] = []
    spent: list[Int64s] = []
    totals = dict.fromkeys(("released", "capped", "expired", "erased", "purged", "kept"), 0)
    before = np.zeros(0, np.int64)  # what waits when a night's run begins
    ever = [before]
    for night in played.order:
        seen, pool, figures = played.seen[night], played.pools[night], played.records[night]["exact"]["pool"]
        kept = played.records[night]["exact"]["rows"]["kept"]
        out = np.concatenate([seen.released, seen.capped])
        fresh = np.setdiff1d(np.concatenate([out, pool, seen.staged]), before)
        gone = np.setdiff1d(np.concatenate([before, fresh]), np.concatenate([out, pool]))
        told = {
            "came in": (len(fresh), kept),
            "waited": (len(before), figures["rows"]),
            "were released or capped": (len(out), figures["spent"]),
            "wait": (len(pool), figures["waiting"]),
            "expired or were purged": (len(gone), figures["expired"] + figures["purged"]),
        }
        problems += [
            f"night {night}: {counted:,} events {what}, and the run tells of {said:,}"
            for what, (counted, said) in told.items()
            if counted != said
        ]
        if len(np.unique(pool)) != len(pool) or len(np.intersect1d(pool, out)):
            problems.append(f"night {night}: an event waits twice, or waits and was released")
        spent.append(out)
        ever.append(fresh)
        totals["released"] += len(seen.released)
        totals["capped"] += len(seen.capped)
        totals["expired"] += figures["expired"]
        totals["purged"] += figures["purged"]
        totals["kept"] += kept
        before = _after_erasure(month, night, pool, source)
        totals["erased"] += len(pool) - len(before)
    every, admitted = np.concatenate(spent), np.unique(np.concatenate(ever))
    twice = len(every) - len(np.unique(every))
    if len(np.setdiff1d(admitted, source.keys)):
        problems.append("an event was admitted that is not in the log")
    sums = sum(totals[name] for name in ("released", "capped", "expired", "erased", "purged")) + len(before)
    never = np.setdiff1d(source.keys, admitted)
    unexplained = why_never(month, source, never)["?"]
    if unexplained:
        problems.append(f"{unexplained} events were never admitted, and should have been")
    if not sums == totals["kept"] == len(admitted):
        problems.append(
            f"{sums:,} events have a fate, the runs admitted {totals['kept']:,}, {len(admitted):,} different ones"
        )
    return Fates(
        totals["released"], totals["capped"], len(before), totals["expired"], totals["erased"], totals["purged"],
        len(admitted), len(never), twice, tuple(problems),
    )  # fmt: skip


def why_never(month: Month, source: Source, never: Int64s) -> Counter[str]:
    """Why events were never admitted, by what the calendar and the participation file say; `?`: they should have been."""
    outside = {account_name(person) for person in (OBJECTS, LEFT, UNLISTED)} | {SERVICE_ACCOUNT}
    runs = [month.date(night) for night in month.order()]
    order = {night: position for position, night in enumerate(runs)}
    newest = {night: max(runs[:position], default=night) for night, position in order.items()}
    erased = {
        account: order[month.date(night)]
        for night, name in month.erased.items()
        for account in source.accounts_of(name)
    }
    gone, gone_from = None, 0
    if month.withdrawn is not None:
        gone, gone_from = month.date(month.withdrawn[1]), order[month.date(month.withdrawn[0])]
    why: Counter[str] = Counter()
    for key in never.tolist():
        account, own, came = source.accounts[key >> TIME_BITS], source.night_of(key), source.delivered[key]
        if came not in order:
            why["came after the month"] += 1
        elif account in outside:
            why["does not take part"] += 1
        elif order[came] > erased.get(account, len(order)):
            why["erased"] += 1
        elif (came - own).days > LATE_DAYS or (newest[came] - own).days >= LATE_DAYS:
            # The ledgers go with the newest night: one that is run after later ones finds fewer.
            why["too late"] += 1
        elif own == gone and order[came] > gone_from:
            why["of a withdrawn night"] += 1
        else:
            why["?"] += 1
    return why


def _after_erasure(month: Month, night: int, pool: Int64s, source: Source) -> Int64s:
    """What still waits when the next night begins."""
    if night not in month.erased:
        return pool
    return np.setdiff1d(pool, source.of_person(pool, month.erased[night]))
