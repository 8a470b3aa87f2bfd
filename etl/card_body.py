"""What a person reads in the dataset card: everything from the public manifests and the tombstones."""

from __future__ import annotations

import html
from collections import Counter
from hashlib import sha256
from typing import Any, Final

from etl.notes import notes_of
from etl.versions import Version

_BAR: Final = 40
"""Characters of the longest bar of a histogram."""

_MADE: Final = """
# Action sequences

Each row is a run of actions that at least *k* different people were logged with, inside one session, with how many people
(rounded down to a ladder) and how often (rounded down). No row has a person, a time, a session or a keystroke in it.

## How it was made

Desirepath read raw activity logs, kept the mapped columns only, replaced ids, numbers, names and hosts in them, and counted
people by keyed pseudonyms that never left the run. Sessions end where the pause is longer than the gap. Each session was cut
into runs that at least *k* people share; an action that too few share was generalised by a level (`↑1`) or left out. Every
record was then counted again on the written files by a verifier that shares no code with the anonymiser, and checked by
three gates of expectations; `manifests/<version>.json` has the counts, the policy, the digests and what the gates found.
""".strip()

_COLUMNS: Final = """
## Columns and splits

| column | type | |
|---|---|---|
| `actions` | list of string | the sequence; `↑1` after an action says that it was generalised by one level |
| `length` | int16 | how many actions |
| `people` | int32 | different people who emitted it, rounded down to k, 10, 15, 20, 30, 50 … |
| `occurrences` | int64 | how often, after caps, rounded down to two significant digits |

`<version>` holds sequences of two actions and more, `<version>-actions` single actions, `default` the sequences of all live
versions. Splits (train, validation, test: 90 / 5 / 5) follow from the SHA-256 of the sequence alone, so that a sequence is in
the same split in every version: a model tested on one version has not seen the test sequences in another.
Weigh a row by its `occurrences`; counts of different versions do not add up to people.
""".strip()

_USES: Final = """
## What it may be used for

For: training and evaluating models of what people do next in an application (assistance, completion, testing of user
interfaces), and research on such sequences, within the purpose and the works agreement named above.

Not for: evaluating, ranking or monitoring individuals or teams; singling anybody out, linking records to people, to each
other or to other data; guessing who belongs to the *k*; decisions about employment. Whoever passes the data or a model
of it on passes these terms on.
""".strip()

_GUARANTEES: Final = """
- **k**: every record was emitted by at least *k* different people, counted exactly and after the caps.
- **j**: where units are known, at least *j* of them are outside any one unit (`j` 0: units were not known, nothing is promised).
- **c, C**: one person contributes at most *c* occurrences to a record and *C* to a version (0: no cap).
- A night with fewer than *N_min* active people releases nothing. No event is in two versions.
- No column, order, file or overlap says which rows came from the same person or session.

Not promised: differential privacy; the safety of a model trained on this; attribute disclosure (everyone in a group did it);
collusion of k − 1 people, or planted events; what follows from a generalised action (its finer ones had fewer than k); any
bound over all versions taken together: who compares many nights learns about habits. Names and secrets inside an action's
name are recognised by rules, and not every one is.
""".strip()

_USE: Final = """
## How to load it

```python
from datasets import load_dataset

load_dataset("path/to/registry")  # the sequences of all live versions
load_dataset("path/to/registry", "{version}")  # one version; "{version}-actions" has its single actions
load_dataset("path/to/registry", "{version}", split="train", streaming=True)

import mlcroissant

mlcroissant.Dataset("path/to/registry/croissant.json").records("{version}")  # texts are bytes there
```

`desirepath pull {version} DEST` copies one version, `desirepath pull --as-of {version} DEST` all live ones up to a night, and
both check every digest. Pin a version, and keep the copy, where a result must be repeatable: versions never change, but
they can be withdrawn.

## Tokenizer

`tokenizer.json` (Hugging Face `tokenizers`) has one token per action of the live versions. An action keeps its number as long
as a live version holds it; numbers of withdrawn actions are not given again, so there are gaps: size an
embedding by the largest number, not by the count.

```python
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file("path/to/registry/tokenizer.json")
ids = tokenizer.encode(actions, is_pretokenized=True).ids  # [BOS] … [EOS]; or a text with an action a line
tokenizer.decode(ids).split("\\n") == actions
```
""".strip()


def render_body(versions: list[Version]) -> str:
    """The card below its YAML head, in Markdown."""
    live = [version for version in versions if version.files]
    example = live[-1].name if live else "2026-11-22"
    parts = [
        _MADE,
        _table(versions),
        _COLUMNS,
        _statistics(live),
        _guarantees(versions),
        _USES,
        _USE.replace("{version}", example),
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


def _table(versions: list[Version]) -> str:
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
            _cell(policy["purpose"]),
            _cell(policy["works_agreement"]),
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
    when = str(tombstone.get("withdrawn_at", ""))[:10]
    return f"**withdrawn** {when}: {_cell(str(tombstone.get('reason', 'no reason given')))}"


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
    if not counts:
        return []
    most = max(counts.values())
    rows = [f"| {value} | {n:,} | {'█' * max(1, n * _BAR // most)} |" for value, n in sorted(counts.items())]
    return ["", f"| {what} | records | |", "|---:|---:|---|", *rows]


def _guarantees(versions: list[Version]) -> str:
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
    lines = ["## What is guaranteed, and what is not", "", _GUARANTEES]
    if here:
        lines += ["", f"In these versions: {here}."]
    if any(version.manifest["policy"]["participation"] == "none" for version in versions):
        lines += [
            "",
            "Where the table says *accounts* there was no participation file: one person with two counts twice.",
        ]
    return "\n".join(lines)


def _contact(versions: list[Version]) -> str:
    contacts = sorted({str(v.manifest["policy"]["contact"]) for v in versions if "contact" in v.manifest["policy"]})
    whom = " · ".join(_cell(contact) for contact in contacts) or "the data stewards who gave you access"
    return (
        "## Withdrawals and questions\n\n"
        f"Contact: {whom}. Before each use, look whether a version that you hold is still live: this card, and "
        "`withdrawn/<version>.json`, say so. Who was told to take data back should delete copies and say that it is done."
    )


def _cell(text: str) -> str:
    return html.escape(text).replace("|", "\\|").replace("\n", " ")
