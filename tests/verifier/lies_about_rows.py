"""Lies in the rows: of the release, and of staging."""

from __future__ import annotations

from dataclasses import replace

from tests.verifier.honest import Event, digest_of
from tests.verifier.lying import COUNTED, all_rows, change_row, lie


@lie("length_range")
def longer_than_the_longest(world):
    world.policy = replace(world.policy, max_length=2)


@lie("length")
def a_wrong_length(world):
    row = next(row for row in all_rows(world) if row.length == 2)
    change_row(world, row, row._replace(length=3))


@lie("length_range")
def an_action_among_the_sequences(world):
    single = world.rows["actions", "train"].pop()
    world.rows["sequences", "train"].append(single)
    world.rows["sequences", "train"].sort(key=lambda row: digest_of(row.actions))


@lie("split")
def a_record_in_another_split(world):
    world.rows["sequences", "validation"] = [world.rows["sequences", "train"].pop()]


@lie("duplicate_record")
def a_record_twice(world):
    rows = world.rows["sequences", "train"]
    rows.insert(0, rows[0])


@lie("row_order")
def rows_in_another_order(world):
    rows = world.rows["sequences", "train"]
    rows[0], rows[1] = rows[1], rows[0]


@lie("unsorted_events", "wrong_token", "crosses_gap", *COUNTED)
def events_out_of_order(world):
    events = world.events[0]
    at = next(
        i
        for i in range(1, len(events))
        if events[i].time_us > events[i - 1].time_us and events[i].person == events[i - 1].person
    )
    events[at - 1], events[at] = events[at], events[at - 1]


@lie("unsorted_events")
def equal_times_against_their_positions(world):
    events = world.events[0]
    at = next(i for i in range(1, len(events)) if same_moment(events[i - 1], events[i]))
    one, two = events[at - 1].position, events[at].position
    events[at - 1], events[at] = events[at - 1]._replace(position=two), events[at]._replace(position=one)


def same_moment(one: Event, two: Event) -> bool:
    return one.person == two.person and one.time_us == two.time_us


@lie("unsorted_events", "people_value")
def a_person_who_comes_back(world):
    world.events[0] += [e._replace(position=e.position + 10**9, record_id=None) for e in world.events[0][:1]]


@lie("duplicate_event")
def a_place_twice(world):
    events = world.events[0]
    events[5] = events[5]._replace(file=events[0].file, position=events[0].position)
    events.sort(key=lambda event: (event.person, event.time_us))


@lie("duplicate_event")
def a_record_id_twice(world):
    events = world.events[0]
    assert events[0].person == events[1].person
    events[:2] = [events[0]._replace(record_id=7), events[1]._replace(record_id=7)]
