"""Honest releases verify clean, whatever the log and the policy, and what is measured is what there is."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.honest import (
    POLICY,
    Bucket,
    Span,
    digest_of,
    emissions_table,
    events_table,
    make_world,
    named_table,
    release,
    spans_table,
)
from verifier import SPANS, Measured, Policy, Roster, Stays, verify


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    buckets=st.integers(1, 5),
    k=st.integers(1, 6),
    j=st.integers(0, 3),
    c=st.sampled_from([0, 1, 3]),
    total=st.sampled_from([0, 1, 8]),
    drop_repeats=st.booleans(),
)
def test_honest_worlds_hold(seed, buckets, k, j, c, total, drop_repeats):
    policy = replace(
        POLICY, k=k, min_outside_unit=j, cap_per_person=c, max_per_person=total, drop_repeats=drop_repeats
    )
    world = make_world(seed, buckets=buckets, people=10, policy=policy)
    with tempfile.TemporaryDirectory() as folder:
        verification = world.verify(Path(folder))
    assert verification.violations == {}
    assert verification.ok
    assert verification.records == sum(map(len, world.rows.values()))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_worlds_hold_where_the_registry_knows_units(seed, data):
    """Spans of people who are there or not, of known and unknown units, that touch the window or do not."""
    world = make_world(seed, buckets=2, people=10, units=data.draw(st.integers(0, 2)))
    world.window = start, end = (10, 10**12)
    people = sorted({event.person for events in world.events for event in events})
    moments = st.sampled_from([at + by for at in (start, end) for by in range(-3, 4)])
    span = st.builds(
        Span, st.sampled_from([*people, bytes(16)]), st.sampled_from(["a", "b", None]), moments, moments
    )
    world.spans = data.draw(st.lists(span, max_size=12))
    world.rows.clear()
    world.support.clear()
    release(world)
    with tempfile.TemporaryDirectory() as folder:
        verification = world.verify(Path(folder))
    assert verification.violations == {}
    units = {event.unit for events in world.events for event in events}
    units |= {s.unit for s in world.spans if max(s.from_us, start) < min(s.to_us, end)}
    assert verification.measured.min_outside_unit == (POLICY.min_outside_unit if units - {None} else 0)


@pytest.mark.parametrize("spoil", ["schema", "null"])
def test_spans_that_could_be_misread_are_refused(spoil):
    table = spans_table([Span(bytes(16), "a", 1, 2)])
    if spoil == "schema":
        table = table.rename_columns(["person", "unit", "to_us", "from_us"])
    else:
        nulls = pa.nulls(1, pa.int64())
        table = table.set_column(3, SPANS.field("to_us").with_nullable(True), nulls)
    with pytest.raises(ValueError, match="SPANS"):
        Roster(pa.array([], pa.binary(16)), pa.array([], pa.binary(16)), Stays.of([]), table)


def test_what_is_measured(tmp_path):
    world = make_world(1)
    lengths = {digest_of(row.actions): row.length for rows in world.rows.values() for row in rows}
    released = [e for emissions in world.emissions for e in emissions if e.record in lengths]
    support = sorted(world.support.values())
    assert world.verify(tmp_path).measured == Measured(
        people=14,
        active=14,
        events=sum(map(len, world.events)),
        sessions=sum(
            row == 0
            or event.person != events[row - 1].person
            or event.time_us - events[row - 1].time_us > POLICY.gap_us
            for events in world.events
            for row, event in enumerate(events)
        ),
        emissions=sum(map(len, world.emissions)),
        occurrences=len(released),
        transitions=sum(lengths[e.record] - 1 for e in released),
        released_events=sum(e.length for e in released),
        smallest_support=support[0],
        median_support=(support[(len(support) - 1) // 2] + support[len(support) // 2]) / 2,
        min_outside_unit=POLICY.min_outside_unit,
    )


def test_nothing_released_holds():
    world = make_world(2)
    verification = verify([], world.loaders(), world.policy, world.people(), world.before())
    assert verification.ok
    assert (verification.records, verification.measured.smallest_support) == (0, 0)
    assert verify([], [], world.policy, world.people(), world.before()).ok


def test_batches_dictionaries_and_slices_change_nothing(tmp_path):
    world = make_world(3)
    paths = world.write(tmp_path)

    def in_pieces(number: int) -> Bucket:
        events, emissions = world.events[number], world.emissions[number]
        pieces = [events_table(events[at : at + 7]) for at in range(0, len(events), 7)]
        # A slice keeps the whole buffers and dictionaries of its parent.
        doubled = emissions_table([*emissions[:3], *emissions])
        return Bucket(
            pa.concat_tables([*pieces, pieces[0].slice(0, 0)]),
            doubled.slice(3),
            events_table([]),
            named_table([]),
        )

    loaders = [partial(in_pieces, number) for number in range(len(world.events))]
    assert verify(paths, loaders, world.policy, world.people(), world.before()) == verify(
        paths, world.loaders(), world.policy, world.people(), world.before()
    )


def test_emissions_in_any_order(tmp_path):
    world = make_world(3)
    world.emissions = [emissions[::-1] for emissions in world.emissions]
    assert world.verify(tmp_path).ok


def test_buckets_are_loaded_one_at_a_time(tmp_path):
    world, alive = make_world(3), []
    total = len(world.loaders())

    class Watched(Bucket):
        def __del__(self) -> None:
            alive.remove(1)

    def load(number: int) -> Bucket:
        assert not alive
        alive.append(1)
        return Watched(
            events_table(world.events[number]),
            emissions_table(world.emissions[number]),
            events_table([]),
            named_table([]),
        )

    assert verify(
        world.write(tmp_path),
        [partial(load, number) for number in range(total)],
        world.policy,
        world.people(),
        world.before(),
    ).ok


@pytest.mark.parametrize(
    "wrong", [{"k": 0}, {"max_length": 0}, {"max_length": 64}, {"gap_us": -1}, {"cap_per_person": -1}]
)
def test_a_policy_that_promises_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match=r"policy needs|positive"):
        Policy(**{**POLICY.__dict__, **wrong})
