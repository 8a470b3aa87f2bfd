"""The part of the page about re-identification: how many people a little knowledge singles out, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from expectations.report import wording
from expectations.report.charts import Bar, bars
from expectations.report.text import number, percent


@dataclass(frozen=True)
class Row:
    """What so many known actions do: shares singled out, and how many remain in one record."""

    known: str
    before: str
    linked: str
    one_record: str
    smallest: str
    median: str


@dataclass(frozen=True)
class Section:
    """Either `instead` says why there are no figures, or the rest holds them.

    `units`: the chart, None where nobody's unit is known or nothing may be told. `units_told`: whether it may be told.
    `attacks`: name, outcome.
    """

    instead: str
    rows: Sequence[Row]
    nothing_released: bool
    units: Markup | None
    units_told: bool
    attacks: Sequence[tuple[str, str]]


def reidentification(privacy: Mapping[str, Any]) -> Section:
    """The section of a version, from its public figures."""
    unicity, sizes, who = privacy["unicity"], privacy["candidate_set"], privacy["people_counted_as"]
    if isinstance(unicity, str):
        few = unicity.startswith("<")
        instead = (
            f"Fewer {who} took part ({unicity}) than any figure may be about." if few else "Not measured."
        )
        return Section(instead, [], False, None, False, [])
    rows = [
        Row(
            p,
            told_share(unicity["before"][p], who),
            told_share(_at(unicity["after_linked"], p), who),
            told_share(_at(unicity["after_in_one_record"], p), who),
            number(_at(_at(sizes, p), "smallest")),
            number(_at(_at(sizes, p), "median")),
        )
        for p in sorted(unicity["before"])
    ]
    return Section(
        "",
        rows,
        isinstance(sizes, str),
        _units(privacy["withheld_by_unit"], who),
        not isinstance(privacy["withheld_by_unit"], str),
        _attacks(privacy["attacks"]),
    )


def told_share(share: float | str | None, who: str) -> str:
    """A share as it is read; one that stands for few people by their number.

    >>> told_share(0.25, "people"), told_share("all but < 10", "people"), told_share(None, "people")
    ('25%', 'all but < 10 people', '–')
    """
    if share is None:
        return "–"
    if isinstance(share, str):
        return f"{share} {who}" if "<" in share else share
    return percent(share).replace(".0%", "%")


def _at(figures: Any, name: str) -> Any:
    """A figure; None where a text stands in the place of all of them."""
    return figures[name] if isinstance(figures, Mapping) else None


def _units(units: Sequence[Mapping[str, Any]] | str, who: str) -> Markup | None:
    if isinstance(units, str) or not units:
        return None
    return bars(
        "units",
        "Share of what was withheld, by unit",
        [
            Bar(
                unit["unit"],
                f"{number(unit['people'])} or more {who}",
                told_share(unit["share"], who),
                0.0 if isinstance(unit["share"], str) else unit["share"],
            )
            for unit in units
        ],
    )


def _attacks(attacks: Mapping[str, Any] | str) -> list[tuple[str, str]]:
    if isinstance(attacks, str):
        return []
    found = []
    for name, result in attacks.items():
        if not isinstance(result, Mapping):  # the release is too small for any attack
            return [("All attacks", wording.TOO_LITTLE_TO_ATTACK)]
        outcome = wording.TOO_LITTLE_TO_ATTACK
        if "no_better_than_null" in result:
            outcome = (
                wording.NO_BETTER_THAN_NULL if result["no_better_than_null"] else wording.BETTER_THAN_NULL
            )
            best = result.get("among_ten", result)
            outcome += (
                f" ({best['attacker']:.3f} against {best['null']:.3f}: {wording.SCORES.get(name, 'score')})"
            )
        found.append((wording.ATTACKS.get(name, name.replace("_", " ").capitalize()), outcome))
    return found
