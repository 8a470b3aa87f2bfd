"""The release gate's suite: does what would be published keep every promise that the files themselves can show?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from expectations.metrics import shown
from expectations.rule import NOTHING_RELEASED, Rule, between
from transforms.ladder import ladder

SMALLEST_USUAL_K: Final = 10


def table_rules(metrics: Mapping[str, float], policy: Mapping[str, Any], *, records: int) -> list[Rule]:
    """The expectations on one row of `table_metrics` and of what the verifier said.

    Args:
        metrics: without the table metrics where nothing was released.
    """
    k, moot = policy["k"], None if records else NOTHING_RELEASED
    checked, violations = int(metrics["records_checked"]), int(metrics["violations"])

    def none_of(name: str, sentence: str, what: str) -> Rule:
        unmeasured = moot or (None if name in metrics else "the files do not say what they hold")
        observed = unmeasured or f"{shown(int(metrics[name]), k)} {what}"
        return _one_row(name, sentence, (0, 0), observed, unmeasured)

    return [
        _one_row(
            "k_allowed",
            f"k is at least {SMALLEST_USUAL_K}, or a smaller k was explicitly allowed.",
            (1, 1),
            f"k = {k:,}",
        ),
        none_of(
            "schema_faults", "The columns are exactly the four of a release, with their types.", "differences"
        ),
        none_of("nulls", "No value is missing.", "missing"),
        none_of("records_unplaced", "The files hold exactly the records of the release.", "records differ"),
        none_of("records_in_two_splits", "No sequence is in two splits, or twice in one.", "sequences"),
        none_of(
            "records_of_wrong_kind",
            "Single actions and sequences of two or more actions are kept in files of their own.",
            "records",
        ),
        _one_row(
            "violations",
            "The independent recount of the written files found no violation.",
            (0, 0),
            f"{shown(violations, k)} violations",
        ),
        _one_row(
            "records_checked",
            "The independent recount looked at every record.",
            (records, records),
            f"{checked:,} of {records:,}",
        ),
    ]


def record_rules(policy: Mapping[str, Any], *, records: int, most_people: int) -> list[Rule]:
    """The expectations on `record_frame`, a row a record.

    Args:
        most_people: the largest published count, where the ladder may end.
    """
    k, longest, moot = policy["k"], policy["max_length"], None if records else NOTHING_RELEASED
    who = "accounts" if policy["participation"] == "none" else "people"
    # What is below k is the business of another check: here only the steps count.
    steps = [*range(k), *ladder(k, up_to=max(most_people, k)).tolist()]

    def rule(name: str, sentence: str, expectation: str, arguments: Mapping[str, Any]) -> Rule:
        observed: str | Callable[[int], str] = moot or partial(_failing, records=records, k=k)
        return Rule(name, "critical", sentence, expectation, observed, arguments, moot)

    pair = {"ignore_row_if": "either_value_is_missing"}  # nulls are the business of another check
    return [
        Rule(
            "records",
            "critical",
            "Every record was looked at.",
            "ExpectTableRowCountToEqual",
            moot or f"{records:,} records",
            {"value": records},
            moot,
        ),
        rule(
            "people_at_least_k",
            f"Every record was emitted by at least {k:,} different {who}.",
            "ExpectColumnValuesToBeBetween",
            between("people", k, None),
        ),
        rule(
            "people_on_ladder",
            f"Counts of {who} are rounded down to the ladder, never exact.",
            "ExpectColumnValuesToBeInSet",
            {"column": "people", "value_set": steps},
        ),
        rule(
            "occurrences_at_least_people",
            f"Every record occurs at least as often as it has {who}.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "occurrences", "column_B": "people", "or_equal": True, **pair},
        ),
        rule(
            "occurrences_rounded",
            "Occurrences are rounded down to two significant digits.",
            "ExpectColumnPairValuesToBeEqual",
            {"column_A": "occurrences", "column_B": "occurrences_rounded", **pair},
        ),
        rule(
            "length_is_number_of_actions",
            "The stated length of a record is the number of its actions.",
            "ExpectColumnPairValuesToBeEqual",
            {"column_A": "length", "column_B": "actions", **pair},
        ),
        rule(
            "length_within_limits",
            f"Every record has 1 to {longest:,} actions.",
            "ExpectColumnValuesToBeBetween",
            between("actions", 1, longest),
        ),
        rule(
            "records_unique",
            "No record is there twice.",
            "ExpectColumnValuesToBeUnique",
            {"column": "record"},
        ),
        rule(
            "actions_not_blank",
            "Every action has a name.",
            "ExpectColumnValuesToBeBetween",
            between("blank_actions", 0, 0),
        ),
        rule(
            "actions_without_control_characters",
            "No action's name holds a character that is invisible or turns the reading order.",
            "ExpectColumnValuesToBeBetween",
            between("unsafe_actions", 0, 0),
        ),
    ]


def _one_row(
    name: str, sentence: str, limits: tuple[float, float], observed: str, moot: str | None = None
) -> Rule:
    expectation = "ExpectColumnValuesToBeBetween"
    return Rule(name, "critical", sentence, expectation, observed, between(name, *limits), moot)


def _failing(failing: int, *, records: int, k: int) -> str:
    return f"{shown(failing, k)} of {records:,} records fail"
