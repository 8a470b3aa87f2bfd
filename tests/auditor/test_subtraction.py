"""The same log delivered again, grown: nothing of both nights together tells what the one objector in it did."""

from __future__ import annotations

import csv
import json

import pytest

from etl.suppress import tell, tell_count
from tests.auditor.audit import Solved, small_counts, solve
from tests.auditor.statements import delivered_again, state
from tests.auditor.system import System
from tests.etl.test_pipeline import go, write_lines
from tests.exact import exact_of

MONDAY_US = 1_794_819_600_000_000
"""2026-11-16, 09:00 UTC."""
DAY_US = 86_400_000_000
PRESENT = ("not_admitted", "seen_before")

OLD = [
    {
        "rows": {"read": "not shown", "kept": 300, "rejected": {}, "dropped": {"other": "< 10"}},
        "withheld": {"actions": {"other": "not shown"}},
    },
    {
        "rows": {"read": 637, "kept": 300, "rejected": {}, "dropped": {"other": 337}},
        "withheld": {"actions": {"other": "not shown"}},
    },
]
"""What was told of such a log until totals about k people were rounded: the leak that the auditor must find for ever."""


def audited(manifests, names):
    system = System()
    state(system, manifests)
    delivered_again(system, 0, 1, PRESENT)
    return solve(system, names)


def told_with(count, few):
    """Two nights: 310 rows are kept in each, and one person's rows dropped; the second reads the first one's again."""
    nights = []
    for read, dropped in (
        (310 + few, {"not_admitted": (few, 1)}),
        (620 + few, {"not_admitted": (few, 1), "seen_before": (310, 30)}),
    ):
        told = tell(dropped, 10) if count is tell_count else {"other": "< 10"}
        if count is not tell_count and len(dropped) > 1:
            told = {"other": count(sum(n for n, _ in dropped.values()))}
        rows = {"read": count(read), "kept": count(310), "rejected": {}, "dropped": told}
        nights.append({"rows": rows, "withheld": {"actions": {"other": "not shown"}}, "rounded": ["rows"]})
    return nights


def test_the_auditor_finds_the_planted_leak():
    assert audited(OLD, ["0 dropped not_admitted"]) == [Solved("0 dropped not_admitted", 37, 37)]


def test_totals_of_many_tell_it_too_where_they_are_exact():
    exactly = [{**night, "rounded": []} for night in told_with(int, 37)]
    assert audited(exactly, ["0 dropped not_admitted"]) == [Solved("0 dropped not_admitted", 37, 37)]


@pytest.mark.parametrize("few", [1, 9, 10, 37, 150])
def test_in_steps_nothing_follows(few):
    assert audited(told_with(tell_count, few), ["0 dropped not_admitted", "1 dropped not_admitted"]) == []


def day(people, day_number, each):
    names = ("open", "edit", "save", "mail", "read")
    return [
        {
            "user_id": person,
            "ts": MONDAY_US + day_number * DAY_US + i * 1_000 + step * 60_000_000,
            "event_type": "click",
            "app": "Desk",
            "target": names[step % len(names)],
        }
        for i, person in enumerate(people)
        for step in range(each)
    ]


def test_a_log_delivered_again_grown_tells_nothing_of_an_objector(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", "6b" * 32)
    people = [f"user{i}" for i in range(60)]
    with open(tmp_path / "people.csv", "w", newline="") as stream:
        csv.writer(stream).writerows(
            [("account", "person", "status"), *((name, name, "participates") for name in people)]
        )
    log = [*day(people, 0, 10), *day(["objector"], 0, 37)]
    registry, exacts = tmp_path / "registry", []
    for night, more in (("2026-11-16", []), ("2026-11-17", day(people, 1, 10))):
        log += more
        write_lines(tmp_path / "logs" / "log.jsonl", log)
        go(tmp_path, window=None, date=night, participation=str(tmp_path / "people.csv"), min_active=None)
        exacts.append(exact_of(registry, night))
    assert [exact["rows"]["dropped"].get("not_admitted") for exact in exacts] == [37, 37]
    manifests = [json.loads(path.read_bytes()) for path in sorted((registry / "manifests").iterdir())]
    assert audited(manifests, small_counts(exacts)) == []
    assert "0 dropped not_admitted" in small_counts(exacts)
    # Whatever is exact cannot be told, for the difference would be: not in a gate's words, a page or a line of the log.
    pages = [*registry.glob("manifests/*"), *registry.glob("reports/*"), registry / "README.md"]
    said = "".join(page.read_text() for page in pages) + "".join(capsys.readouterr())
    for exact in (637, 1_237):
        assert str(exact) not in said
        assert f"{exact:,}" not in said
    assert [manifest["rows"]["kept"] for manifest in manifests] == [500, 500]
