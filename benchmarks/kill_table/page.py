"""The table as a page."""

from __future__ import annotations

from typing import Any

from benchmarks.kill_table.world import SMALL

_TITLES = {
    "stage": "Killed at the first line of each stage",
    "random": "Killed at random moments over the run",
    "publication": "Killed at random moments around publication",
    "change": "Killed right before each change to the registry",
    "interrupt": "Interrupted",
    "hindered": "Hindered",
}

_HEAD = """\
# Killed, interrupted, hindered

Written by `make kill-table`. Each row is a run of the real command, `python run_pipeline.py --date …`, as a process
group, on a simulated log of {events:,} events by {people} people over {nights} nights (late uploads, people at work
at midnight). The registry holds the first night; the run of the second is disturbed; then the same night is run
again, and after every fourth change the third night (in the rows about random moments and changes within the
harness's own process, as most of a small run is the start of Python). An undisturbed run took {seconds:.1f} s.

After the disturbance is checked: every manifest can be read; the card names only files that are there; every live
version's files have their digests and rows; no file below the registry or the folder for temporary files holds one of
{secrets} accounts and rare texts of the log, as bytes or decoded. "After it" is what the next run has to put right,
with what `desirepath verify` and `desirepath audit` tell of it. After the next run: exit 0; `data/`, `manifests/` and
`reports/` are byte for byte those of undisturbed runs; nothing is left to put right, and both commands find nothing.

**{rows} rows, {kills} of them kills; {bad}.**
"""


def page(rows: list[dict[str, Any]]) -> str:
    """The page, in Markdown, of rows as they are kept: in order of their kinds."""
    bad = [row for row in rows if row["problems"]]
    text = _HEAD.format(
        events=SMALL.events,
        people=SMALL.people,
        nights=SMALL.nights,
        seconds=rows[0]["seconds"],
        secrets=rows[0]["secrets"],
        rows=len(rows),
        kills=sum(row["outcome"].startswith("killed") for row in rows),
        bad="all as they should be" if not bad else f"{len(bad)} with problems",
    )
    parts = [text]
    for kind, title in _TITLES.items():
        those = [row for row in rows if row["kind"] == kind]
        if those:
            parts.append(
                f"\n## {title}\n\n| moment | outcome | after it | the next run |\n| --- | --- | --- | --- |"
            )
            parts += [
                f"| {row['moment']} | {row['outcome']} | {_after(row)} | {row['second']} |" for row in those
            ]
    return "\n".join(parts) + "\n"


def _after(row: dict[str, Any]) -> str:
    return str(row["after"]) + "".join(f"; **{problem}**" for problem in row["problems"])
