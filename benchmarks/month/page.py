"""The month as a page, from its figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from benchmarks.month.calendar import Month

Figures = dict[str, Any]

_HEAD: Final = """\
# A month, night by night

Written by `make month`. A simulated workplace: {people} people, {nights} nights from {start} on, {events:,} usable
events; {late:.0%} of the uploads (a person's events of a night) come one to {late_nights} nights late, {shift:.0%} of
the people are at work at midnight. k = {k}; everything else as by default: events wait for 21 nights, late ones are taken
for 3. Each night is run with what was delivered in it.
{besides}

What is counted here is counted from what each run staged (decrypted before its verifier looks), from what waits in the
pool after it, and from the log itself, each event by (account, time); and then held against what the runs tell.
"""


def failed(figures: Figures) -> list[str]:
    """Whatever is not as it must be."""
    found = list(figures["problems"])
    if figures["fates"]["twice"]:
        found.append(f"{figures['fates']['twice']} events were released or capped more than once")
    found += [f"{name}: {file}" for name, files in figures["differing"].items() for file in files]
    found += [problem for _, problems in figures["pulled"].values() for problem in problems]
    return found


def page(month: Month, figures: Figures) -> str:
    """The page, in Markdown."""
    simulation = month.simulation
    head = _HEAD.format(
        people=simulation.people,
        nights=simulation.nights,
        start=simulation.start,
        events=figures["events"],
        late=simulation.late_share,
        late_nights=simulation.late_nights,
        shift=simulation.night_shift_share,
        k=month.k,
        besides=" ".join(_besides(month)),
    )
    parts = [head, *_every_event(figures), *_same(figures), *_windows(figures), *_nights(month, figures)]
    return "\n".join(parts) + "\n"


def _besides(month: Month) -> Iterator[str]:
    if month.left_out is not None:
        late, after = month.left_out
        yield f"The night of {month.date(late)} is left out and run after that of {month.date(after)}."
    for night in sorted(month.erased):
        yield f"After {month.date(night)} somebody is erased, with all accounts."
    if month.withdrawn is not None:
        after, version = month.withdrawn
        yield f"After {month.date(after)} the version of {month.date(version)} is withdrawn."


def _every_event(figures: Figures) -> Iterator[str]:
    fates, problems = figures["fates"], failed(figures)
    yield "## Every event has one fate\n"
    yield "| fate | events |\n| --- | ---: |"
    for name, said in _FATES.items():
        yield f"| {said} | {fates[name]:,} |"
    yield f"| **admitted by any run** | **{fates['admitted']:,}** |"
    yield f"| released or cut away by a cap more than once | **{fates['twice']}** |"
    waited = " and ".join(str(number) for number in figures["erasures"].values())
    yield f"""
{fates["never"]:,} usable events of the log were never admitted: of people who do not take part, of the erased after their
erasure, of a withdrawn night, or too late. When somebody was erased, {waited} of their events waited; from then on no
staged table, no pool and no table of a version's state holds a row of theirs, and nothing that was published changed by a
byte, except for the data of the withdrawn version, which is gone.

{"**All checks hold.**" if not problems else "**" + "; ".join(problems) + "**"}
"""


_FATES: Final = {
    "released": "released in one version",
    "capped": "cut away by a cap, in one version",
    "waiting": "waiting at the end",
    "expired": "waited too long",
    "erased": "erased while they waited",
    "purged": "not admitted any more while they waited",
}


def _same(figures: Figures) -> Iterator[str]:
    yield "## The same, whatever the files; and what is pulled\n"
    for name, files in figures["differing"].items():
        same = "the same bytes below `data/`" if not files else f"**{len(files)} other files**"
        yield f"- The first {figures['same_nights']} nights delivered as {name}: {same}."
    for night, (rows, problems) in figures["pulled"].items():
        yield f"- `pull --as-of` night {int(night) + 1}: {rows:,} rows, the sum of the versions live then{_bad(problems)}."
    yield "".join(f"- `desirepath` says: {line}.\n" for line in figures["itself"])


def _bad(problems: list[str]) -> str:
    return ", every digest as in its manifest" if not problems else ": **" + "; ".join(problems) + "**"


def _windows(figures: Figures) -> Iterator[str]:
    compared = int(figures["compared_nights"])
    yield "## What waiting brings\n"
    yield "Transitions released, of those that the admitted sessions have at the finest level:\n"
    yield f"| the first {compared} nights | released | share |\n| --- | ---: | ---: |"
    whole = max(transitions for _, transitions in figures["windows"].values())
    for size, (released, _) in figures["windows"].items():
        yield f"| in windows of {size} nights, without a pool | {released:,} | {released / whole:.1%} |"
    with_pool = sum(figures["nights"][str(night)]["released"] for night in range(compared))
    without = sum(figures["no_pool"][str(night)]["released"] for night in range(compared))
    yield f"| night by night, without a pool | {without:,} | {without / whole:.1%} |"
    yield f"| night by night, with the pool | {with_pool:,} | {with_pool / whole:.1%} |"
    rows = {name: figures[name] for name in ("nights", "no_pool")}
    sums = {name: sum(night["released"] for night in nights.values()) for name, nights in rows.items()}
    total = sum(night["transitions"] for night in figures["no_pool"].values())
    shares = " and ".join(f"{sums[name] / total:.1%}" for name in rows)
    spent = figures["fates"]["released"] / figures["fates"]["admitted"]
    yield f"""
Over the whole month: {sums["nights"]:,} with the pool, {sums["no_pool"]:,} without, of {total:,} ({shares}).
Of the admitted events {spent:.1%} are released in the end, in sequences, one level coarser, or alone. What follows from
that is in [decision 14](decisions/0014-windows-and-the-pool.md).
"""


def _nights(month: Month, figures: Figures) -> Iterator[str]:
    yield "## Night by night\n"
    yield (
        "| night | active | admitted | of them late | transitions | released with the pool | without | "
        "share with | without | drawn from the pool | waiting after |"
    )
    yield "| --- |" + " ---: |" * 10
    for night in figures["order"]:
        one, plain = figures["nights"][str(night)], figures["no_pool"][str(night)]
        whole = max(plain["transitions"], 1)
        yield (
            f"| {month.date(night)} | {one['active']} | {one['kept']:,} | {one['late']:,} | {plain['transitions']:,} | "
            f"{one['released']:,} | {plain['released']:,} | {one['released'] / whole:.1%} | "
            f"{plain['released'] / whole:.1%} | {one['drawn']:,} | {one['waiting']:,} |"
        )
    yield "\nShares are of the transitions that the run without a pool had before it; with the pool older ones come on top."
