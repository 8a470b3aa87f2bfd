"""The attacks on the release of a log, and on what it would be without protection: `python -m benchmarks.attack_figures`.

With --input: the real pipeline, then every attack with larger samples than the nightly ones. With --attendance: the
attendance regression on simulated teams. Tables in Markdown, as `docs/attacks.md` shows them.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

import numpy as np

from benchmarks.attendance import Team, attendance_auc, published, simulate
from benchmarks.released import release_log
from benchmarks.unprotected import in_order_of_arrival, windows
from risk.attacks import NO_BETTER, TOO_LITTLE, attack_figures
from risk.interval import Z
from transforms.ladder import round_occurrences, round_people

SCALE = 4
NIGHTS = (50, 250, 1000)
TEAMS = 40
N_MIN_PER_K = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--input", action="append", help="the log's files; repeatable")
    parser.add_argument("--source", default="native", help="native, or a mapping")
    parser.add_argument("--participation", default="none", help="the participation file, or none")
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--no-caps", action="store_true", help="without c and C")
    parser.add_argument("--seed", type=int, default=1, help="of the samples")
    parser.add_argument("--attendance", action="store_true", help="the attendance regression instead")
    given = parser.parse_args()
    if given.attendance:
        print("\n".join(attendance_table(given.k)))
    elif given.input:
        caps = {"cap_per_person": 0, "max_per_person": 0} if given.no_caps else {}
        print("\n".join(attack_table(given, caps)))
    else:
        parser.error("give --input or --attendance")


def attack_table(given: argparse.Namespace, flags: dict[str, int]) -> list[str]:
    release = release_log(given.input, given.source, k=given.k, participation=given.participation, **flags)
    records, occurrences = len(release[0]), len(release[1])
    lines = [
        f"{records:,} records, {occurrences:,} occurrences, seed {given.seed}",
        "",
        "| attack | on | attacker | null model | 99 % interval of the difference | no better |",
        "|---|---|---|---|---|---|",
    ]
    figures = attack_figures(*release, seed=given.seed, scale=SCALE)
    for attack in ("stitching", "stitching_combined", "row_order", "person_classifier"):
        lines += _rows(attack, "the release", figures)
    overlapping = attack_figures(*windows(*release, size=4, step=1), seed=given.seed, scale=SCALE)
    lines += _rows("stitching", "windows of 4 that overlap by three", overlapping)
    lines += _rows("stitching_combined", "windows of 4 that overlap by three", overlapping)
    by_one = attack_figures(*windows(*release, size=4, step=3), seed=given.seed, scale=SCALE)
    lines += _rows("stitching", "windows of 4 that overlap by one action", by_one)
    arriving = attack_figures(*in_order_of_arrival(*release), seed=given.seed, scale=SCALE)
    apart = attack_figures(*windows(*release, size=4, step=4), seed=given.seed, scale=SCALE)
    for attack in ("row_order", "person_classifier"):
        lines += _rows(attack, "the release, rows as people came", arriving)
        lines += _rows(attack, "windows of 4, rows as people came", apart)
    return lines


def _rows(attack: str, on: str, figures: dict[str, Any]) -> list[str]:
    found = figures if figures.get(TOO_LITTLE) else figures[attack]
    if found.get(TOO_LITTLE):
        return [f"| {attack} | {on} | too little to attack | | | |"]
    parts = {f"{attack}, {name}": found[name] for name in ("first", "among_ten") if name in found}
    lines = []
    for name, part in (parts or {attack: found}).items():
        low, high = part["difference"]
        verdict = "yes" if part[NO_BETTER] else "**no**"
        lines.append(
            f"| {name.replace('_', ' ')} | {on} | {part['attacker']:.3f} | {part['null']:.3f} "
            f"| {low:+.3f} … {high:+.3f} | {verdict} |"
        )
    return lines


def attendance_table(k: int) -> list[str]:
    exact: dict[str, Any] = {
        "min_active": 0,
        "round_people": lambda people: people,
        "round_occurrences": lambda occurrences, people: occurrences,
    }
    rounded = {"round_people": partial(round_people, k=k), "round_occurrences": round_occurrences}
    arms = {
        "exact counts": exact,
        "ladder alone": {"min_active": 0, **rounded},
        "G6: ladder and N_min": {"min_active": N_MIN_PER_K * k, **rounded},
    }
    lines = [
        "| nights | counts | published nights | AUC by people | by occurrences | by both |",
        "|---|---|---|---|---|---|",
    ]
    for many in NIGHTS:
        teams = [simulate(Team(nights=many), seed=seed) for seed in range(TEAMS)]
        for name, arm in arms.items():
            seen = [published(team, k=k, **arm) for team in teams]
            reached = np.array(
                [list(attendance_auc(team, one).values()) for team, one in zip(teams, seen, strict=True)]
            )
            spread = Z * reached.std(axis=0, ddof=1) / np.sqrt(TEAMS)
            cells = [f"{m:.2f} ± {s:.2f}" for m, s in zip(reached.mean(axis=0), spread, strict=True)]
            shown = np.mean([len(one.nights) for one in seen])
            lines.append(f"| {many:,} | {name} | {shown:.0f} | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
