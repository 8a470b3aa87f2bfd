"""T10: an application of one unit is withheld however many use it, and one person's many accounts count once.

Each case is an application with people of its own; one run decides all of them. How spans and links are resolved is in
tests/transforms/test_participation.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from tests.privacy.runs import MONDAY, click, go, released_rows, write_log, write_participation

APPS = "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett".split()
MORNING = MONDAY + 9 * 3_600_000_000


class Case(NamedTuple):
    """Accounts that use an application, the rows of the participation file about them, and whether it is released."""

    users: list[str]
    people: list[dict[str, str]]
    released: bool
    units: Mapping[str, str] = MappingProxyType({})
    """By account, as the log says them."""
    elsewhere: tuple[tuple[str, str], ...] = ()
    """(account, unit) of an event outside the application."""


def apps_released(base: Path, cases: dict[str, Case]) -> dict[str, bool]:
    log: list[dict[str, Any]] = []
    rows: list[dict[str, str]] = []
    for number, (app, case) in enumerate(zip(APPS, cases.values(), strict=False)):

        def own(name: str, number: int = number) -> str:
            return f"{name}c{number}" if name else name

        for at, user in enumerate(case.users):
            for step, target in enumerate(("open", "edit", "save")):
                moment = MORNING + 60_000_000 * step + 1_000 * number + at
                log.append(click(own(user), moment, target, app=app, unit=case.units.get(user)))
        for user, unit in case.elsewhere:
            log.append(click(own(user), MORNING - 7_200_000_000, "open", app="Elsewhere", unit=unit))
        rows += [{**row, "account": own(row["account"]), "person": own(row["person"])} for row in case.people]
    write_log(base / "logs" / "day.jsonl", log)
    go(base, participation=write_participation(base / "who.csv", rows) if rows else "none")
    text = " ".join(action for row in released_rows(base / "registry") for action in row["actions"])
    return {name: app in text for app, name in zip(APPS, cases, strict=False)}


def assert_as_expected(base: Path, cases: dict[str, Case]) -> None:
    assert apps_released(base, cases) == {name: case.released for name, case in cases.items()}


# --- units ---------------------------------------------------------------------------------------------------------

USERS = [f"u{i}" for i in range(14)]


def unit_of(outsiders: int, name: str = "payroll") -> dict[str, str]:
    """So many of the fourteen are of other units."""
    return {user: name if at >= outsiders else f"unit {at}" for at, user in enumerate(USERS)}


def listed(units: dict[str, str], *more: dict[str, str]) -> list[dict[str, str]]:
    return [{"account": user, "person": f"p{user}", "unit": units[user]} for user in USERS] + list(more)


def test_an_application_of_one_unit_by_the_log(tmp_path):
    """j = 3: who is outside is counted exactly, and once in a unit is no outsider."""
    cases = {
        "of one unit": Case(USERS, [], False, unit_of(0)),
        "two outsiders": Case(USERS, [], False, unit_of(2)),
        "three outsiders": Case(USERS, [], True, unit_of(3)),
        "unknown is one unit": Case(
            USERS, [], False, {u: v for u, v in unit_of(2).items() if v != "payroll"}
        ),
        "three outsiders, one of them an insider an hour before": Case(
            USERS, [], False, unit_of(3), (("u0", "payroll"),)
        ),
    }
    assert_as_expected(tmp_path, cases)


def test_an_application_of_one_unit_by_the_participation_file(tmp_path):
    before_noon = {"valid_from": "2026-11-16T09:00:00Z", "valid_to": "2026-11-16T12:00:00Z"}
    after = {"account": "u0", "person": "pu0", "unit": "payroll", "valid_from": "2026-11-16T12:00:00Z"}
    of_day = [{**row, **before_noon} if row["account"] == "u0" else row for row in listed(unit_of(3))]
    cases = {
        "of one unit": Case(USERS, listed(unit_of(0)), False),
        "two outsiders": Case(USERS, listed(unit_of(2)), False),
        "three outsiders": Case(USERS, listed(unit_of(3)), True),
        "unknown is one unit": Case(USERS, listed(unit_of(2, name="")), False),
        "one of three is of another unit all day": Case(USERS, [*of_day, {**after, "unit": "unit 0"}], True),
    }
    assert_as_expected(tmp_path, cases)


@pytest.mark.parametrize("account", ["u0", "u0-admin"])
def test_a_unit_held_without_an_event_in_it_counts(tmp_path, account):
    """Of the three outsiders one was of payroll in the afternoon, perhaps under another account, and did nothing."""
    afternoon = {"valid_from": "2026-11-16T12:00:00Z", "valid_to": "2026-11-16T18:00:00Z"}
    held = {"account": account, "person": "pu0", "unit": "payroll", **afternoon}
    cases = {
        "three outsiders": Case(USERS, listed(unit_of(3)), True),
        "of whom one held the unit": Case(USERS, listed(unit_of(3), held), False),
    }
    assert_as_expected(tmp_path, cases)


# --- sybils --------------------------------------------------------------------------------------------------------

NINE = [{"account": f"a{i}", "person": f"p{i}", "unit": f"unit {i % 4}"} for i in range(9)]
TENTH = {"account": "x", "person": "p9", "unit": "unit 1"}
LATE = {"recorded_at": "2026-11-20T00:00:00Z"}
TEN = [f"a{i}" for i in range(9)] + ["x"]


def test_a_tenth_account_of_nine_people_counts_for_nothing(tmp_path):
    third = [TENTH, {**TENTH, "account": "y"}, {"account": "y", "person": "p0", **LATE}]
    cases = {
        "nobody's other account: the control": Case(TEN, [*NINE, TENTH], True),
        "of one of the nine": Case(TEN, [*NINE, {**TENTH, "person": "p0"}], False),
        "linked by a row recorded later": Case(TEN, [*NINE, TENTH, {**TENTH, "person": "p0", **LATE}], False),
        "linked through a third account": Case(TEN, [*NINE, *third], False),
        "linked by a span long over": Case(
            TEN, [*NINE, TENTH, {**TENTH, "person": "p0", "valid_to": "2020-01-01"}], False
        ),
        "linked by another spelling": Case(TEN, [*NINE, {**TENTH, "person": " P0"}], False),
        "shared, of nobody": Case(TEN, [*NINE, {**TENTH, "person": ""}], False),
        "not listed": Case(TEN, NINE, False),
    }
    assert_as_expected(tmp_path, cases)


def test_accounts_spelled_otherwise_are_one_without_a_file_too(tmp_path):
    spelled = [f"a{i}" for i in range(9)]
    cases = {
        "ten accounts: the control": Case([*spelled, "b0"], [], True),
        "one of them in capitals": Case([*spelled, "A0"], [], False),
        "in wide letters": Case([*spelled, "ａ０"], [], False),
        "with a character that nobody sees": Case([*spelled, "a\u200b0"], [], False),
        "after a blank": Case([*spelled, " a0"], [], False),
    }
    assert_as_expected(tmp_path, cases)
