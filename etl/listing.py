"""A version in a line, as `desirepath versions` lists it."""

from __future__ import annotations

from typing import Any, Final

from etl.notes import notes_of
from etl.versions import Version

HEADINGS: Final = [
    "version", "state", "nights", "k", "people", "records", "transitions", "gates", "notes",
]  # fmt: skip


def summary(version: Version) -> dict[str, Any]:
    """What is told of a version, for programs."""
    manifest = version.manifest
    window = manifest["window"]
    return {
        "version": version.name,
        "state": "live" if version.is_live else "withdrawn",
        "first_night": window["first"],
        "last_night": window["last"],
        "k": manifest["k"],
        "people": manifest["people"],
        "records": manifest["released"]["records"],
        "share": manifest["share"],
        "warnings": sum(not gate["success"] for gate in manifest["gates"]),
        "notes": notes_of(manifest),
        "withdrawn": version.tombstone,
    }


def row(told: dict[str, Any]) -> list[str]:
    """The same under `HEADINGS`, for people."""
    first, last, warnings = told["first_night"], told["last_night"], told["warnings"]
    withdrawn = told["withdrawn"]
    notes = [f"withdrawn: {withdrawn['reason']}"] if withdrawn else []
    return [
        told["version"],
        told["state"],
        first if first == last else f"{first}..{last}",
        str(told["k"]),
        str(told["people"]),
        f"{told['records']:,}",
        f"{told['share']['transitions']:.1%}",
        f"{warnings} warnings" if warnings else "passed",
        ", ".join(notes + told["notes"]),
    ]
