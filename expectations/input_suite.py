"""The input gate's suite: was what came in whole, readable and plausible?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from expectations.metrics import Manifest, shown
from expectations.rule import Rule, Severity, between

ONE: Final = "ExpectColumnValuesToBeBetween"


def input_rules(manifest: Manifest, policy: Mapping[str, Any], metrics: Mapping[str, float]) -> list[Rule]:
    """The expectations on one row of `input_metrics`.

    Args:
        manifest: the figures that are shown as observed. policy: `k`, `max_reject_ratio`, `min_active`.
        metrics: what is judged; of these nothing is shown but on which side of a limit it is.
    """
    k, allowed = policy["k"], policy["max_reject_ratio"]
    rows, counted = manifest["rows"], manifest["privacy"]["people_counted_as"]

    def rule(
        name: str,
        severity: Severity,
        sentence: str,
        limits: tuple[float | None, float | None],
        observed: str,
        moot: str | None = None,
    ) -> Rule:
        return Rule(name, severity, sentence, ONE, observed, between(name, *limits), moot)

    unread = None if metrics["rows_read"] else "no row was read"
    return [
        rule("files", "critical", "At least one input file was found.", (1, None), f"{metrics['files']:,}"),
        rule(
            "damaged_files",
            "warning",
            "Every input file could be read to its end.",
            (0, 0),
            f"{metrics['damaged_files']:,} damaged of {metrics['files']:,}",
        ),
        rule("rows_read", "critical", "The files hold at least one row.", (1, None), shown(rows["read"], k)),
        rule(
            "rows_unaccounted",
            "critical",
            "Every row read is accounted for: rows read = kept + rejected + dropped.",
            (0, 0),
            f"{shown(int(metrics['rows_unaccounted']), k)} unaccounted for",
        ),
        rule("rows_kept", "warning", "At least one row was kept.", (1, None), shown(rows["kept"], k), unread),
        rule(
            "reject_ratio",
            "critical",
            f"At most {allowed:.2%} of the rows could not be used.",
            (0, allowed),
            _ratio(metrics["reject_ratio"], allowed),
            unread,
        ),
        rule(
            "columns_missing",
            "warning",
            f"Every column that the mapping names was filled by at least {k:,} {counted}.",
            (0, 0),
            f"{metrics['columns_missing']:,} missing",
            unread,
        ),
        rule(
            "columns_of_sentences",
            "critical",
            "No column holds sentences of few people each, unless the mapping says who reviewed it (`reviewed: NAME`).",
            (0, 0),
            f"{metrics['columns_of_sentences']:,} columns of sentences",
            unread,
        ),
        rule(
            "wrong_clocks",
            "warning",
            "No record is of a time that the run cannot know, or that is long before the others.",
            (0, 0),
            "some clocks are wrong: their records are rejected" if metrics["wrong_clocks"] else "none is",
            unread,
        ),
        rule(
            "other_nights",
            "critical",
            "The files that are named after the night are of its hours: at most a twentieth of their events is of the night "
            "before or after. (If not: --night-timezone is the zone whose days the files are; where they are of several "
            "zones, --files-before 1 reads the files of the night before as well.)",
            (0, 0),
            "many events are of the next or the last night" if metrics["other_nights"] else "they are",
            unread,
        ),
        rule(
            "people",
            "warning",
            f"At least {policy['min_active']:,} {counted} were active; with fewer, nothing is released.",
            (policy["min_active"], None),
            "enough" if metrics["people"] >= policy["min_active"] else "too few",
        ),
    ]


def _ratio(ratio: float, allowed: float) -> str:
    """On which side of the limit: from the ratio itself, rejects could be counted."""
    if ratio == 0:
        return "none"
    return "not more" if ratio <= allowed else "more"
