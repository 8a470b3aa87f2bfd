"""The page: tables of what was measured, all of it from the JSON files; what a person wrote around it stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from benchmarks.compare_anonymisers.page import END
from benchmarks.speed.contestants import CONTESTANTS, OURS, WHOLE
from benchmarks.speed.measured import Measured, Spread
from benchmarks.speed.targets import TARGETS, TINY, off_the_line

BEGIN: Final = "<!-- measured: written by `make bench` -->"
FRESH: Final = f"# How fast\n\n{BEGIN}\n{END}\n"


def page(around: tuple[str, str], measured: Sequence[Measured]) -> str:
    """The page with the figures of everything that was measured."""
    ways = list(dict.fromkeys(map(_how, measured)))
    parts = [*(ways if len(ways) == 1 else []), _plots(measured), _targets(measured), _growth(measured)]
    parts += [_log(one, how=len(ways) > 1) for one in measured]
    return f"{around[0]}{BEGIN}\n\n" + "\n\n".join(part for part in parts if part) + f"\n\n{END}{around[1]}"


def title(one: Measured) -> str:
    """What the page calls a log."""
    size = "" if one.events is None else f" of {_events(one.events)} events"
    what = {"jsonl": "native JSONL", "parquet": "native Parquet"}.get(one.kind, one.kind)
    on = "" if one.cores == one.machine["cores"] else f" on {one.cores} of {one.machine['cores']} cores"
    return f"{what}{size}{on}"


def _plots(measured: Sequence[Measured]) -> str:
    kinds = sorted({one.kind for one in measured if one.events is not None})
    return "\n\n".join(
        f"![Time and memory against the number of events, {kind}](benchmarks/{kind}.svg)" for kind in kinds
    )


def _targets(measured: Sequence[Measured]) -> str:
    rows = ["## Targets\n", "| what | bound | measured | |", "|---|---:|---:|---|"]
    for target in TARGETS:
        figure = target.figure(measured)
        bound = f"{'≥' if target.at_least else '≤'} {target.bound:g} {target.unit}"
        told = "not measured" if figure is None else f"{figure:.2f} {target.unit}"
        word = "" if figure is None else "met" if target.is_met(figure) else "**missed**"
        rows.append(f"| {target.what} | {bound} | {told} | {word} |")
    return "\n".join(rows)


def _growth(measured: Sequence[Measured]) -> str:
    """What an event costs, start-up taken off, against what it costs at a million."""
    found = {one.title: off_the_line(measured, one.name) for one in CONTESTANTS}
    sizes = sorted({events for of_one in found.values() for events in of_one})
    if not sizes:
        return ""
    rows = [
        "## Growth\n",
        f"What an event more costs than at 1 M events, the time for {TINY:,} events taken off as start-up; native JSONL, "
        "medians.\n",
        "| | " + " | ".join(f"{_events(events)}" for events in sizes) + " |",
        "|---|" + "---:|" * len(sizes),
    ]
    for name, of_one in found.items():
        if of_one:
            cells = (f"{of_one[events]:+.0%}" if events in of_one else "" for events in sizes)
            rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _log(one: Measured, *, how: bool) -> str:
    rows = [
        f"## {title(one).replace('native', 'Native')}\n",
        f"{one.size_bytes / 1e6:,.0f} MB of files.{' ' + _how(one) if how else ''}\n",
    ]
    for wrong in one.disagreeing:
        rows.append(f"**The result of {wrong} is not that of the others.**\n")
    rows += [
        "| | s, median (least – most) | k events/s | processor s | peak MB | rows | rounds | ours is × as fast "
        "| the whole job is × as long |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    rows += [
        _row(one, contestant.name, contestant.title) for contestant in CONTESTANTS if one.of(contestant.name)
    ]
    return "\n".join(rows)


def _row(one: Measured, name: str, shown: str) -> str:
    seconds, cpu, peak = one.seconds(name), one.cpu_seconds(name), one.peak_bytes(name)
    assert seconds is not None
    assert cpu is not None
    assert peak is not None
    runs = one.of(name)
    bold = "**" if name in (OURS, WHOLE) else ""
    cells = [
        f"{bold}{shown}{bold}",
        _told(seconds),
        "" if one.events is None else f"{one.events / seconds.middle / 1e3:,.0f}",
        f"{cpu.middle:.1f}",
        f"{peak.high / 1e6:,.0f}",
        f"{runs[0].rows:,}",
        str(len(runs)),
        "" if name in (OURS, WHOLE) else _told(one.ratio(name, OURS)),
        "" if name == WHOLE else _told(one.ratio(WHOLE, name)),
    ]
    return "| " + " | ".join(cells) + " |"


def _told(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.middle:.2f} ({spread.low:.2f} – {spread.high:.2f})"


def _how(one: Measured) -> str:
    told = one.machine
    memory = f"{int(told['memory_bytes']) / 2**30:.0f} GiB"
    versions = ", ".join(f"{name} {version}" for name, version in one.versions.items())
    return f"`{one.command}`: {told['processor']}, {told['cores']} cores, {memory}, {told['system']}; {versions}."


def _events(events: int) -> str:
    return f"{events // 1_000_000} M" if events >= 1_000_000 else f"{events:,}"
