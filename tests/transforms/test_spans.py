"""Random participation files against the rules read one instant at a time: who is admitted, who held which unit."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.participation import ENTRIES, admit, build_registry, ever_admitted, units_held
from transforms.pseudonym import pseudonyms, unit_pseudonyms

KEY = b"k" * 32
ACCOUNTS, PEOPLE, UNITS = ("a", "b", "c"), ("p", "q", None), ("x", "y", None)
INSTANTS = range(7)
SINCE_EVER, FOR_EVER = -1, 99

Row = dict[str, Any]

moments = st.sampled_from([None, None, 1, 3, 4, 5])
rows = st.fixed_dictionaries(
    {
        "account": st.sampled_from([*ACCOUNTS, "a", "a"]),  # mostly rows that have to do with each other
        "person": st.sampled_from([*PEOPLE, "p", "p", "p"]),
        "unit": st.sampled_from(UNITS),
        "status": st.sampled_from(["participates", "participates", "participates", "objects", "left"]),
        "valid_from_us": moments,
        "valid_to_us": moments,
        "recorded_at_us": st.sampled_from([1, 2, 3, None]),
    }
)
corrections = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(UNITS),
        "valid_to_us": moments,
        "recorded_at_us": st.sampled_from([3, 2, 1, None]),
        "status": st.sampled_from(["participates", "participates", "participates", "objects", "left"]),
    }
)


@st.composite
def files(draw: st.DrawFn) -> list[Row]:
    """Rows, and further rows that say something else of the same account and begin."""
    first = draw(st.lists(rows, min_size=1, max_size=2))
    return first + [
        {**draw(st.sampled_from(first)), **draw(corrections)} for _ in range(draw(st.integers(0, 3)))
    ]


# --- the oracle: every way the unknown times of recording can have been, each row at a single instant ----------------


def groups_of(file: list[Row]) -> dict[str, set[str]]:
    """Account → all accounts and people it is linked with, grown until nothing changes."""
    groups = {row["account"]: {"account " + row["account"]} for row in file}
    for _ in range(2 * len(file) + 2):
        for row in file:
            if row["person"] is not None:
                groups[row["account"]].add("person " + row["person"])
        for one, other in itertools.product(groups.values(), repeat=2):
            if one & other:
                one |= other
    return groups


def ours(file: list[Row], account: str) -> list[Row]:
    groups = groups_of(file)
    mine = groups.get(account, set())
    if not any(name.startswith("person") for name in mine):
        return []
    return [row for row in file if groups[row["account"]] & mine]


def covers(row: Row, instant: int) -> bool:
    begin = SINCE_EVER if row["valid_from_us"] is None else row["valid_from_us"]
    end = FOR_EVER if row["valid_to_us"] is None else row["valid_to_us"]
    return begin <= instant < end


def readings(file: list[Row]) -> list[list[Row]]:
    """The file with each unknown time of recording before or after everything that is known, in any combination."""
    unknown = [row for row in file if row["recorded_at_us"] is None]
    made = []
    for chosen in itertools.product([0, 9], repeat=len(unknown)):
        times = iter(chosen)
        made.append(
            [
                row if row["recorded_at_us"] is not None else {**row, "recorded_at_us": next(times)}
                for row in file
            ]
        )
    return made


def admits(file: list[Row], account: str, instant: int) -> bool:
    """Whether a file without unknown times of recording admits."""
    known = ours(file, account)
    if any(r["account"] == account and r["status"] == "participates" and r["person"] is None for r in file):
        return False
    found = False
    for row in known:
        if row["status"] != "participates" or row["account"] != account or not covers(row, instant):
            continue
        same = [
            r
            for r in known
            if r["status"] == "participates"
            and r["account"] == account
            and r["valid_from_us"] == row["valid_from_us"]
            and r["recorded_at_us"] >= row["recorded_at_us"]
        ]
        if any(r["recorded_at_us"] > row["recorded_at_us"] or not covers(r, instant) for r in same):
            continue
        later = [r for r in known if r["recorded_at_us"] >= row["recorded_at_us"]]
        if any(r["status"] == "objects" for r in later):
            continue
        gone = [r for r in later if r["status"] == "left"]
        if any(r["valid_from_us"] is None or r["valid_from_us"] <= instant for r in gone):
            continue
        found = True
    return found


def holds(file: list[Row], account: str, unit: str | None, instant: int) -> bool:
    """Whether, in a file without unknown times of recording, the person of an account holds a unit."""
    known = ours(file, account)
    for row in known:
        until = row["valid_from_us"]
        if row["status"] == "left" and row["unit"] == unit is not None and (until is None or instant < until):
            return True
        if row["unit"] != unit or row["status"] == "left" or not covers(row, instant):
            continue
        if unit is None and row["status"] == "objects":
            continue
        corrected = any(
            r["status"] == "participates"
            and r["account"] == row["account"]
            and r["valid_from_us"] == row["valid_from_us"]
            and r["recorded_at_us"] > row["recorded_at_us"]
            for r in known
        )
        if unit is None and corrected:
            continue
        gone = [r for r in known if r["status"] == "left" and r["recorded_at_us"] >= row["recorded_at_us"]]
        if not any(r["valid_from_us"] is None or r["valid_from_us"] <= instant for r in gone):
            return True
    return False


# --- the rules against it --------------------------------------------------------------------------------------------


def registry_of(file: list[Row]):
    return build_registry(pa.Table.from_pylist(file, schema=ENTRIES), person_key=KEY, unit_key=KEY)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(file=files())
def test_admitted_is_what_every_reading_admits(file):
    registry = registry_of(file)
    accounts = [*sorted({row["account"] for row in file}), "unlisted"]
    digests = pseudonyms(pa.array(accounts), key=KEY)
    times = np.array(INSTANTS, np.int64)
    found = [
        admit(registry, digests, np.full(len(times), code, np.int32), times).mask.tolist()
        for code in range(len(accounts))
    ]
    possible = readings(file)
    wanted = [[all(admits(one, name, at) for one in possible) for at in INSTANTS] for name in accounts]
    assert found == wanted
    assert ever_admitted(registry, digests).tolist() == [any(row) for row in wanted]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(file=files(), first=st.integers(0, 6), nights=st.integers(1, 3))
def test_held_is_what_any_reading_holds_at_any_instant_of_the_window(file, first, nights):
    registry = registry_of(file)
    table = units_held(registry, first, first + nights)
    found = {(row["person"], row["unit"]) for row in table.to_pylist()}
    assert len(found) == table.num_rows
    words = dict(zip(UNITS, unit_pseudonyms(pa.array(UNITS, pa.string()), key=KEY).to_pylist(), strict=True))
    person = dict(zip(registry.accounts.to_pylist(), registry.person.to_pylist(), strict=True))
    wanted = set()
    for account in {row["account"] for row in file}:
        who = person[pseudonyms(pa.array([account]), key=KEY)[0].as_py()]
        for unit, at in itertools.product(UNITS, range(first, first + nights)):
            if any(holds(one, account, unit, at) for one in readings(file)):
                wanted.add((who, words[unit]))
    if {unit for _, unit in wanted} == {None}:
        wanted = set()  # where no unit is named, nothing is said about units
    assert found == wanted


@settings(max_examples=30, deadline=None, derandomize=True)
@given(file=files(), data=st.data())
def test_the_order_of_the_rows_means_nothing(file, data):
    other = data.draw(st.permutations(file))
    assert registry_of(file).same_as(registry_of(other))
