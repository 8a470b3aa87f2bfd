"""What an earlier version released parts sessions: honest worlds with a past hold, and a segment across it is found."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tests.verifier.honest import POLICY, Emission, Spent, make_world, release, sessions_of, with_a_past
from verifier import SPENT, Before


@pytest.mark.parametrize("seed", range(6))
def test_a_world_with_a_past_holds(seed, tmp_path):
    world = with_a_past(seed)
    verification = world.verify(tmp_path)
    assert verification.ok
    cut = [len(sessions_of(bucket, POLICY.gap_us, world.spent)) for bucket in world.events]
    assert verification.measured.sessions == sum(cut)
    assert sum(cut) > sum(len(sessions_of(bucket, POLICY.gap_us, [])) for bucket in world.events)
    fresh = {event.person for bucket in world.events for event in bucket if event.fragment is None}
    assert verification.measured.active == len(fresh)


def test_a_segment_across_what_came_out_before_is_found(tmp_path):
    world = make_world(4)
    assert world.verify(tmp_path / "honest").ok
    bucket, emission = next(
        (number, one)
        for number, emissions in enumerate(world.emissions)
        for one in emissions
        if world.events[number][one.start].time_us + 1
        < world.events[number][one.start + one.length - 1].time_us
    )
    first = world.events[bucket][emission.start]
    world.spent.append(Spent(first.person, first.time_us + 1, first.time_us + 1))
    assert "crosses_gap" in world.verify(tmp_path / "spoilt").violations


def test_one_piece_is_not_parted_by_what_came_out_at_its_events(tmp_path):
    world = make_world(4)
    for number, bucket in enumerate(world.events):
        people = sorted({event.person for event in bucket})
        world.events[number] = [
            event._replace(file=-1, position=row, fragment=people.index(event.person))
            for row, event in enumerate(bucket)
        ]
    world.spent = [Spent(event.person, event.time_us, event.time_us) for event in world.events[0]]
    assert world.verify(tmp_path).ok
    assert world.verify(tmp_path).measured.active == 0


def test_a_table_that_could_be_misread_is_refused():
    with pytest.raises(ValueError, match="SPENT"):
        Before(SPENT.empty_table().select(["account"]), 0)
    with pytest.raises(ValueError, match="SPENT"):
        Before(pa.table([pa.nulls(1, field.type) for field in SPENT], names=SPENT.names), 0)


def test_the_oracle_parts_by_itself():
    world = with_a_past(2)
    assert any(isinstance(one, Emission) for emissions in world.emissions for one in emissions)
    assert release(world) is world
