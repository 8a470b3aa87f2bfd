"""What was withheld of whom: by unit, exactly; and by groups of units that are large enough to be told about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.evidence import Int64s


@dataclass(frozen=True)
class Activity:
    """What each person did, and where the person belongs.

    `actions`, `released`: of each person how many, and how many of them were released. `holder`, `unit`: the distinct pairs
    of a person and a unit held, a unit being an index into `units` (None: unknown, which is one unit).
    """

    actions: Int64s
    released: Int64s
    holder: Int64s
    unit: Int64s
    units: tuple[str | None, ...]


@dataclass(frozen=True)
class Part:
    """Some people together. Exact: not to be published as it is.

    `people`: how many. `actions`, `released`: theirs, and `share`: of the actions, what was withheld. `withheld_from`,
    `released_of`: of how many of them something was withheld, or released. `together`: whether it is several units.
    """

    people: int
    actions: int
    released: int
    share: float
    withheld_from: int
    released_of: int
    together: bool


def by_unit(activity: Activity) -> dict[str | None, Part]:
    """Each unit; a person counts in every unit held."""
    return {
        name: _part(activity, activity.holder[activity.unit == number], together=False)
        for number, name in enumerate(activity.units)
    }


def by_group(activity: Activity, *, k: int) -> list[Part]:
    """Groups of whole units that have at least k people each; none where nobody's unit is known, or all are too small.

    The groups are a partition: whoever held several units counts in a group of its own, so that no two groups differ by a
    few people. A group is told apart only if nobody did more than half of what it did (the dominance rule of statistical
    offices: Hundepool et al., Statistical Disclosure Control, 2012). What is too small is put together, and where that is
    still too small the smallest of the others joins it. If everybody together is too small there is no group at all.
    """
    if all(name is None for name in activity.units):
        return []
    held = np.bincount(activity.holder, minlength=len(activity.actions))
    home = np.full(len(activity.actions), len(activity.units), np.int64)
    single = held[activity.holder] == 1
    home[activity.holder[single]] = activity.unit[single]
    members = [np.flatnonzero(home == number) for number in range(len(activity.units) + 1)]
    told = [who for who in members if _large_enough(activity, who, k)]
    told.sort(
        key=lambda who: (-len(who), -int(activity.actions[who].sum()), int(activity.released[who].sum()))
    )
    small = [who for who in members if len(who) and not _large_enough(activity, who, k)]
    rest = np.concatenate(small) if small else np.zeros(0, np.int64)
    merged = len(small)
    while told and len(rest) and not _large_enough(activity, rest, k):
        rest = np.concatenate([rest, told.pop()])
        merged += 1
    if len(rest) and not _large_enough(activity, rest, k):
        return []
    parts = [_part(activity, who, together=False) for who in told]
    return parts + ([_part(activity, rest, together=merged > 1)] if len(rest) else [])


def _large_enough(activity: Activity, who: Int64s, k: int) -> bool:
    actions = activity.actions[who]
    return len(who) >= k and 2 * int(actions.max()) <= int(actions.sum())


def _part(activity: Activity, who: Int64s, *, together: bool) -> Part:
    actions, released = activity.actions[who], activity.released[who]
    return Part(
        len(who),
        int(actions.sum()),
        int(released.sum()),
        1 - int(released.sum()) / max(int(actions.sum()), 1),
        int((released < actions).sum()),
        int((released > 0).sum()),
        together,
    )
