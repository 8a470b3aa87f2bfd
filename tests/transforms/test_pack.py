"""Packing: a person's units are those of the events and those held in the window, whatever bucket the person is in."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import MINUTE, Act, digest, events_of
from transforms.buckets import partition
from transforms.pack import UNKNOWN_UNIT, Packed, merge, pack
from transforms.participation import UNITS
from transforms.sequence import build_actions, order_events

units = st.sampled_from(["x", "y", "z", None])
names = st.sampled_from("abcde")
acts = st.lists(
    st.builds(lambda who, at, unit: Act(who, at, ("t",), unit), names, st.integers(0, 90), units), max_size=12
)
held = st.lists(st.tuples(st.sampled_from("abcdefg"), units), max_size=10, unique=True)


def packed_units(packed: Packed) -> list[set[str]]:
    words = packed.unit_names.to_pylist()
    bounds = zip(packed.unit_offsets[:-1], packed.unit_offsets[1:], strict=True)
    cells = [packed.units[start:stop].tolist() for start, stop in bounds]
    assert all(cell == sorted(set(cell)) for cell in cells)
    return [{words[unit] for unit in cell} for cell in cells]


@settings(max_examples=100, deadline=None)
@given(acts=acts, held=held, buckets=st.integers(1, 3))
def test_the_units_of_a_person_are_those_of_the_events_and_those_held(acts, held, buckets):
    table = pa.Table.from_pylist([{"person": digest(who), "unit": unit} for who, unit in held], schema=UNITS)
    parts, people = [], []
    for _, batch in partition(pa.Table.from_batches([events_of(acts)]), buckets=buckets):
        ordered = order_events([batch]).events
        sequenced = build_actions(ordered, gap_us=30 * MINUTE, drop_repeats=True)
        parts.append(pack(sequenced, ordered, held=table, named=UNITS.empty_table()))
        people += sequenced.persons.to_pylist()
    wanted = defaultdict(set)
    for who, unit in [*((act.person, act.unit) for act in acts), *held]:
        wanted[digest(who)].add(UNKNOWN_UNIT if unit is None else unit)
    everybody = merge(parts)
    assert packed_units(everybody) == [wanted[person] for person in people]
    seen = {unit for person in people for unit in wanted[person]}
    assert everybody.unit_names.to_pylist() == sorted(seen)
    assert everybody.units_known == bool(seen - {UNKNOWN_UNIT})
