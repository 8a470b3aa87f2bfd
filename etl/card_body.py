"""What a person reads in the dataset card: everything from the public manifests and the tombstones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from etl.card_text import COLUMNS, GUARANTEES, MADE, USE, USES
from etl.markdown import literal
from etl.notes import notes_of
from etl.versions import Version

_BAR: Final = 40
"""Characters of the longest bar of a histogram."""


def render_body(versions: Sequence[Version]) -> str:
    """The card below its YAML head, in Markdown."""
    live = [version for version in versions if version.files]
    example = live[-1].name if live else "2026-11-22"
    parts = [
        MADE,
        _table(versions),
        COLUMNS,
        _statistics(live),
        _guarantees(versions),
        USES,
        USE.replace("{version}", example),
        f"## How to cite\n\n```bibtex\n{citation(live)}\n```",
        _contact(versions),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def citation(live: list[Version]) -> str:
    """BibTeX of what there is: the latest night, and a digest that only this content has."""
    name = live[-1].name if live else "none"
    files = sorted(file["sha256"] for version in live for file in version.files)
    digest = sha256("".join(files).encode()).hexdigest()[:16]
    nights = f"{live[0].name} to {name}" if len(live) > 1 else name
    fields = {
        "title": "{Action sequences (k-anonymous)}",
        "author": "{{Made with Desirepath}}",
        "year": f"{{{name[:4] if live else '0000'}}}",
        "version": f"{{{name}}}",
        "note": f"{{{len(live)} version{'' if len(live) == 1 else 's'}: {nights}; content {digest}}}",
    }
    lines = ",\n".join(f"  {field} = {value}" for field, value in fields.items())
    return f"@misc{{desirepath-{name},\n{lines}\n}}"


def _table(versions: Sequence[Version]) -> str:
    lines = [
        "## Versions",
        "",
        "| version | state | nights | k | people | records | transitions released | purpose | works agreement | notes |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for version in versions:
        manifest = version.manifest
        policy, window = manifest["policy"], manifest["window"]
        first, last = window["first"], window["last"]
        people = f"{manifest.get('people', '')} {manifest.get('privacy', {}).get('people_counted_as', '')}"
        released = f"{manifest['released']['records']} | {manifest['share']['transitions']:.1%}"
        if not manifest["files"]:
            released = "0 (nothing could be released) | 0 %"
        low = " (**below 10, allowed by flag**)" if policy["allow_low_k"] else ""
        cells = (
            version.name,
            "live" if version.is_live else _withdrawn(version),
            first if first == last else f"{first} to {last}",
            f"{manifest['k']}{low}",
            people.strip(),
            released,
            literal(policy["purpose"]),
            literal(policy["works_agreement"]),
            ", ".join(notes_of(manifest)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    if not versions:
        lines.append("| none yet | | | | | | | | | |")
    if any(not version.is_live for version in versions):
        lines += [
            "",
            "What is withdrawn is gone: do not use a copy of it, nor a model trained on it, any longer.",
        ]
    return "\n".join(lines)


def _withdrawn(version: Version) -> str:
    tombstone = version.tombstone or {}
    when = literal(str(tombstone.get("withdrawn_at", ""))[:10])
    return f"**withdrawn** {when}: {literal(str(tombstone.get('reason', 'no reason given')))}"


def _statistics(live: list[Version]) -> str:
    if not live:
        return "## Statistics\n\nThere is no live version with records."
    lengths: Counter[int] = Counter()
    support: Counter[int] = Counter()
    for version in live:
        lengths.update({int(length): n for length, n in version.manifest.get("lengths", {}).items()})
        support.update({int(people): n for people, n in version.manifest.get("support_histogram", [])})
    return "\n".join(
        [
            "## Statistics",
            "",
            "Records of all live versions (the same sequence in two versions is two records).",
            *_histogram("actions", lengths),
            *_histogram("people, at least", support),
        ]
    )


def _histogram(what: str, counts: Counter[int]) -> list[str]:
    counts = +counts  # a manifest of somebody else's may count none of something
    if not counts:
        return []
    most = max(counts.values())
    rows = [f"| {value} | {n:,} | {'█' * max(1, n * _BAR // most)} |" for value, n in sorted(counts.items())]
    return ["", f"| {what} | records | |", "|---:|---:|---|", *rows]


def _guarantees(versions: Sequence[Version]) -> str:
    names = {
        "k": "k",
        "min_outside_unit": "j",
        "cap_per_person": "c",
        "max_per_person": "C",
        "min_active": "N_min",
    }
    held = {
        letter: sorted({v.manifest["policy"][name] for v in versions if name in v.manifest["policy"]})
        for name, letter in names.items()
    }
    here = ", ".join(
        f"*{letter}* = {' or '.join(map(str, values))}" for letter, values in held.items() if values
    )
    lines = ["## What is guaranteed, and what is not", "", GUARANTEES]
    if here:
        lines += ["", f"In these versions: {here}."]
    if any(version.manifest["policy"]["participation"] == "none" for version in versions):
        lines += [
            "",
            "Where the table says *accounts* there was no participation file: one person with two counts twice.",
        ]
    return "\n".join(lines)


def _contact(versions: Sequence[Version]) -> str:
    contacts = sorted(
        {str(v.manifest["policy"]["contact"]) for v in versions if "contact" in v.manifest["policy"]}
    )
    whom = " · ".join(literal(contact) for contact in contacts) or "the data stewards who gave you access"
    return (
        "## Withdrawals and questions\n\n"
        f"Contact: {whom}. Before each use, look whether a version that you hold is still live: this card, and "
        "`withdrawn/<version>.json`, say so. Who was told to take data back should delete copies and say that it is done."
    )
