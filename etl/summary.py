"""The table at the end of a run: what came in, what went out, what was held back and why, and where to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.notes import notes_of
from etl.terminal import cell, print_table, say

_LOG_WIDTH = 120

REASONS = {
    "rare_token": "action that too few people share, at every level",
    "no_shared_sequence": "not part of a sequence that enough people share",
    "cap": "more than one person may contribute",
    "merged_by_lifting": "became a repeat when generalised",
    "below_min_active": "too few people were active",
    "other": "other reasons, told together",
    "where_filter": "filtered by the mapping",
    "outside_window": "outside the window",
    "outside_window_near": "of the night before or after, in a file of this one",
    "time_in_future": "later than the run can know: a clock is ahead",
    "time_out_of_range": "long before the others, or in no plausible year: a clock is wrong",
    "not_admitted": "does not take part at that time",
    "duplicate": "duplicate of a record",
    "seen_before": "was part of an earlier window",
    "too_late": "came later than late events may",
    "withdrawn_night": "of a night whose version was withdrawn",
}
"""Reasons in plain words."""

POOL = {
    "drawn": "events that had waited; what may still be used was tried again",
    "late": "events of earlier nights that came late",
    "waiting": "events that wait for the next windows",
    "expired": "events that waited long enough and are gone",
}
"""Figures of the pool in plain words, all rounded down."""


def print_summary(manifest: dict[str, Any], *, headline: str, where: dict[str, Path | str]) -> None:
    """Print the summary of a version on standard output."""
    from rich.table import Table

    table = Table(title=cell(headline), title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    rows, released, share = manifest["rows"], manifest["released"], manifest["share"]

    def add(name: str, value: object, note: str = "") -> None:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else cell(str(value)), cell(note))

    read_in = f"in {manifest['input']['files']:,} files; all counts but those of records are rounded down"
    if isinstance(rows["read"], str):
        read_in += "; the total would tell what few people did"
    add("rows read", rows["read"], read_in)
    for kind in ("rejected", "dropped"):
        add(f"  {kind}", _sum(rows[kind]))
        for reason, n in sorted(rows[kind].items()):
            add(f"    {reason}", n, _few(n) or REASONS.get(reason, ""))
    add("  kept", rows["kept"])
    counted_as = manifest["privacy"]["people_counted_as"]
    add(
        counted_as,
        manifest["people"],
        f"k = {manifest['k']}; {_number(manifest['active'])} or more active in the window, at least "
        f"{manifest['policy']['min_active']} needed",
    )
    add("sessions", manifest["sessions"])
    add("actions", manifest["actions"], f"with {_number(manifest['transitions'])} transitions between them")
    add("released", "")
    add("  events", released["events"], f"{share['events']:.1%} of the actions")
    add("  transitions", released["transitions"], f"{share['transitions']:.1%}")
    add("  records", released["records"], f"from {manifest['vocabulary']:,} distinct actions")
    if manifest["withheld"]["actions"]:
        add("withheld actions", "")
        for reason, n in manifest["withheld"]["actions"].items():
            add(f"  {reason}", n, _few(n) or REASONS.get(reason, ""))
    add("pool", "")
    for name, note in POOL.items():
        if manifest["pool"][name]:
            add(f"  {name}", manifest["pool"][name], note)
    if notes_of(manifest):
        add("note", "", "; ".join(notes_of(manifest)))
    gates = manifest["gates"]
    failed = [gate["sentence"] for gate in gates if not gate["success"]]
    moot = sum(not gate["applicable"] for gate in gates)
    add(
        "gates",
        len(gates) - len(failed) - moot,
        f"passed, {moot} not applicable" + "".join(f"; FAILED: {sentence}" for sentence in failed),
    )
    print_table(table, width=_LOG_WIDTH)
    for name, path in where.items():
        say(f"{name}: {path}")


def _sum(counts: dict[str, int | str]) -> int | str:
    hidden = [count for count in counts.values() if isinstance(count, str)]
    return hidden[0] if hidden else sum(count for count in counts.values() if isinstance(count, int))


def _few(count: int | str) -> str:
    """What stands beside a count that is not told."""
    return "people are behind it, so that it is not counted here" if isinstance(count, str) else ""


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
