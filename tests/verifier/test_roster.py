"""The verifier's own reading of the participation file says what the anonymiser's does, over random files."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.participation import ENTRIES, admit, build_registry
from transforms.pseudonym import pseudonyms
from verifier import ROWS, People, Roster
from verifier.links import people_of
from verifier.people import owned
from verifier.schemas import NAMED
from verifier.violations import Tally

PERSON_KEY, UNIT_KEY = b"p" * 32, b"u" * 32
MOMENTS = range(-1, 12)
ACCOUNTS = ("a", "b", "c", "d")
moments = st.one_of(st.none(), st.integers(0, 9))
row = st.fixed_dictionaries(
    {
        "account": st.sampled_from(ACCOUNTS),
        "person": st.sampled_from(["p", "q", "r", None]),
        "unit": st.sampled_from(["x", "y", None]),
        "status": st.sampled_from(["participates", "participates", "participates", "objects", "left"]),
        "valid_from_us": moments,
        "valid_to_us": moments,
        "recorded_at_us": moments,
    }
)


def resolved(rows: list[dict[str, object]]) -> Roster:
    return Roster.of(pa.Table.from_pylist(rows, schema=ROWS), person_key=PERSON_KEY, unit_key=UNIT_KEY)


def events(accounts: list[str], times: list[int]) -> pa.Table:
    digests = pseudonyms(pa.array(accounts, pa.string()), key=PERSON_KEY)
    units = pa.nulls(len(times), NAMED.field("unit").type)
    return pa.table([digests, digests, units, pa.array(times, pa.int64())], schema=NAMED)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(row, min_size=1, max_size=9))
def test_it_admits_and_counts_like_the_anonymiser(rows):
    registry = build_registry(
        pa.Table.from_pylist(rows, schema=ENTRIES), person_key=PERSON_KEY, unit_key=UNIT_KEY
    )
    roster = resolved(rows)
    names = pseudonyms(pa.array(ACCOUNTS, pa.string()), key=PERSON_KEY)
    people = People(roster, pa.array([], pa.binary(16)), -5, 50)
    for code, name in enumerate(ACCOUNTS):
        times = np.array(MOMENTS, np.int64)
        theirs = admit(registry, names, np.full(len(times), code, np.int32), times).mask
        for time_us, admitted in zip(MOMENTS, theirs.tolist(), strict=True):
            owned(events([name], [time_us]), people, tally := Tally())
            assert ("not_admitted" not in tally.counts) == admitted, (name, time_us)
        owned(events([name] * len(times), list(MOMENTS)), people, tally := Tally())
        assert tally.counts.get("not_admitted", 0) == int((~theirs).sum())
    # One person there is one person here, and held the same at every moment.
    same = dict(zip(roster.accounts.to_pylist(), roster.persons.to_pylist(), strict=True))
    person_of = dict(zip(registry.accounts.to_pylist(), registry.person.to_pylist(), strict=True))
    assert {account for account, person in same.items() if person is None} == {
        account for account, person in person_of.items() if person is None
    }
    pairs = {(same[account], person) for account, person in person_of.items() if person is not None}
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})
    theirs_by_own = {person: own for own, person in pairs}
    held, own_held = defaultdict(set), defaultdict(set)
    for into, table, name in (
        (held, registry.held, theirs_by_own.get),
        (own_held, roster.spans, lambda p: p),
    ):
        for span in table.to_pylist():
            for moment in MOMENTS:
                if span["from_us"] <= moment < span["to_us"]:
                    into[name(span["person"]), moment].add(span["unit"])
    assert held == own_held


def test_links_merge_over_many_accounts_and_names():
    rows = [{"account": f"a{i}", "person": f"p{i // 2}"} for i in range(20)]
    rows += [{"account": f"a{i}", "person": f"p{i // 2 + 1}"} for i in range(0, 18, 2)]
    assert set(people_of([*rows, {"account": "z", "person": None}]).items()) == {
        *((f"a{i}", "a0") for i in range(20)),
        ("z", None),
    }


def test_rows_that_could_be_misread_are_refused():
    with pytest.raises(ValueError, match="ROWS"):
        Roster.of(ROWS.empty_table().select(["person"]), person_key=PERSON_KEY, unit_key=UNIT_KEY)
