"""The risk figures of a run: exact for its private record, and what may be told of them in public (DESIGN §4, §8)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from etl.evidence import Evidence
from etl.suppress import NOT_SHOWN, fewer_than, tell_part, tell_people, tell_share_of_people
from risk.attacks import attack_figures
from risk.linked import actions_by_person
from risk.one_record import OneRecord, in_one_record
from risk.unicity import Singled, unicity
from risk.withheld import by_group, by_unit

NOTHING: Final = "nothing was released"
NOT_MEASURED: Final = "not measured"
"""Stands where the verifier found a fault: figures about such a release would mean nothing."""
UNKNOWN: Final = "unknown"
"""Stands for a unit without a name."""

Figures = dict[str, Any]


def measure_risk(evidence: Evidence, *, k: int) -> Figures:
    """Everything exactly. Where nothing was released the figures about the release are None.

    Args:
        k: what a group of units needs; the groups are only ever published as `tell_risk` shows them.
    """
    published, emitted, known = evidence.published, evidence.emitted, evidence.known
    one = in_one_record(published, emitted)
    linked = actions_by_person(published, emitted, people=known.people) if one else None
    return {
        "unicity": {
            "before": _by_number(unicity(known)),
            "after_linked": _by_number(unicity(linked)) if linked else None,
            "after_in_one_record": _by_number(one.singled) if one else None,
        },
        "candidate_set": _sizes(one) if one else None,
        "withheld_by_unit": {
            name or UNKNOWN: asdict(part) for name, part in by_unit(evidence.activity).items()
        },
        "withheld_by_group": [asdict(part) for part in by_group(evidence.activity, k=k)],
        "transitions_withheld_from": evidence.cut,
        "repeats_of": evidence.repeated,
        "attacks": attack_figures(published, emitted, seed=evidence.seed) if one else None,
    }


def tell_risk(risk: Figures | None, *, people: int, k: int) -> Figures:
    """The public view.

    Args:
        risk: of `measure_risk`; None: not measured. people: in the version.
    """
    if risk is None or people < k:
        instead = NOT_MEASURED if people >= k else fewer_than(k)
        return dict.fromkeys(("unicity", "candidate_set", "withheld_by_unit", "attacks"), instead)
    return {
        "unicity": {
            when: NOTHING if by_number is None else {p: _tell_singled(one, k) for p, one in by_number.items()}
            for when, by_number in risk["unicity"].items()
        },
        "candidate_set": NOTHING
        if risk["candidate_set"] is None
        else {
            what: {name: tell_people(size, k) for name, size in sizes.items()}
            for what, sizes in risk["candidate_set"].items()
        },
        "withheld_by_unit": _tell_groups(risk["withheld_by_group"], k)
        or (NOT_SHOWN if risk["withheld_by_unit"].keys() - {UNKNOWN} else []),
        "attacks": NOTHING if risk["attacks"] is None else risk["attacks"],
    }


def _tell_singled(one: Figures, k: int) -> float | str:
    return tell_share_of_people(
        one["share"], people=one["people"], inside=one["singled"], outside=one["hidden"], k=k
    )


def _tell_groups(parts: list[Figures], k: int) -> list[Figures]:
    """Ordered by what is told, so that the order tells nothing more; the units told together stand last."""
    told = []
    for part in parts:
        share = tell_part(part["share"], inside=part["withheld_from"], outside=part["released_of"], k=k)
        told.append((part["together"], -int(tell_people(part["people"], k)), str(share), share))
    told.sort(key=lambda one: one[:3])
    names = {True: "all units together" if len(told) == 1 else "other units together"}
    return [
        {"unit": names.get(together, f"unit {number}"), "people": -people, "share": share}
        for number, (together, people, _, share) in enumerate(told, 1)
    ]


def _by_number(figures: dict[int, Singled]) -> Figures:
    return {str(p): asdict(one) for p, one in figures.items()}


def _sizes(one: OneRecord) -> Figures:
    return {"whole_record": asdict(one.whole)} | {str(p): asdict(sizes) for p, sizes in one.sizes.items()}
