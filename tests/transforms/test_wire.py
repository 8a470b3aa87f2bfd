"""EVENTS on their way: the same rows come out, in fewer bytes."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import Act, events_of
from transforms.schemas import EVENTS
from transforms.wire import from_wire, to_wire

ACTS = st.lists(
    st.builds(
        Act,
        person=st.sampled_from("pqr"),
        minute=st.integers(-(10**9), 10**9),
        levels=st.sampled_from([("a",), ("b",)]),
        unit=st.sampled_from([None, "u"]),
        file=st.integers(0, 99),
        position=st.integers(0, 1 << 62),
        record_id=st.sampled_from([None, "r", "s"]),
        account=st.none(),
        fragment=st.sampled_from([None, 7]),
    ),
    max_size=20,
)


@settings(deadline=None)
@given(ACTS, st.sampled_from(["own", "shared", "mixed"]))
def test_what_comes_out_is_what_went_in(acts: list[Act], accounts: str) -> None:
    events = events_of(acts)
    person = events.column("person").to_pylist()
    account = {"own": person, "shared": [b"s" * 16] * len(person)}.get(
        accounts, [one if at % 2 else b"s" * 16 for at, one in enumerate(person)]
    )
    place = EVENTS.get_field_index("account")
    events = events.set_column(place, EVENTS.field(place), pa.array(account, pa.binary(16)))
    assert from_wire(to_wire(events)).equals(events)


@pytest.mark.parametrize("name", ["person", "account"])
def test_a_digest_is_said_once(name: str) -> None:
    wire = to_wire(events_of([Act("p", second, ("a",)) for second in range(100)]))
    assert len(wire.column(name).dictionary) <= 1
