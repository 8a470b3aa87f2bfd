"""What must be said wherever a version is shown: a low k, accounts instead of people, simulated logs (DESIGN §4)."""

from __future__ import annotations

from typing import Any


def notes_of(manifest: dict[str, Any]) -> list[str]:
    """The notes of a version, most important first.

    >>> notes_of({"k": 5, "simulated": False, "policy": {"participation": "registry", "min_outside_unit": 0}})
    ['k below 10', 'units not known']
    """
    policy = manifest["policy"]
    said = {
        "k below 10": manifest["k"] < 10,
        "counts accounts, not people": policy["participation"] == "none",
        "names of people known by shape only": policy["participation"]
        == policy.get("names", "none")
        == "none",
        "units not known": policy["min_outside_unit"] == 0,
        "part of the input missing": bool(manifest.get("input", {}).get("damage_accepted")),
        "simulated": manifest["simulated"],
    }
    return [note for note, holds in said.items() if holds]
