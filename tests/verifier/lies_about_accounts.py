"""Lies about whose accounts are whose, who takes part, and which units were named beside the closed sessions."""

from __future__ import annotations

from itertools import pairwise

from tests.verifier.honest import Named, Spent, digest_of
from tests.verifier.lying import all_rows, at_k, emitters, lie


def _some(world) -> list[bytes]:
    return sorted({event.person for event in world.events[0]})


@lie(
    "split_person",
    "support",
    "people_value",
    "unit_diversity",
    "duplicate_event",
    "cap_per_person",
    "max_per_person",
)
def a_person_of_two_accounts_who_counts_as_two(world):
    one, other = _some(world)[:2]
    world.owners = {one: one, other: one}


@lie("split_person", "person_in_two_buckets", "support", "people_value", "unit_diversity", "cap_per_person")
def a_person_of_two_accounts_in_two_buckets(world):
    one, other = (min(event.person for event in events) for events in world.events[:2])
    world.owners = {one: one, other: one}


@lie("merged_people", "crosses_gap", "people_value", "unit_diversity", "cap_per_person", "max_per_person")
def two_people_who_count_as_one(world):
    """Another account's event in the middle of a person's log, under the person's digest."""
    events = world.events[0]
    row = next(at + 1 for at, (a, b) in enumerate(pairwise(events)) if a.person == b.person)
    world.events[0] = [*events[:row], events[row]._replace(account=bytes(16)), *events[row + 1 :]]


@lie("not_admitted")
def an_event_after_its_account_has_left(world):
    last = {event.account: event.time_us for event in world.events[0]}
    account = _some(world)[0]
    world.stays = {account: (0, last[account])}


@lie("not_admitted")
def an_event_before_its_account_takes_part(world):
    account = _some(world)[0]
    first = min(event.time_us for event in world.events[0] if event.account == account)
    world.stays = {account: (first + 1, 10**15)}


@lie("not_admitted")
def an_account_that_was_erased(world):
    world.erased = [_some(world)[0]]


@lie(
    "not_admitted",
    "split_person",
    "support",
    "people_value",
    "unit_diversity",
    "occurrences_value",
    "cap_per_person",
)
def an_account_of_somebody_who_was_erased_under_another(world):
    world.owners = {_some(world)[0]: b"e" * 16}
    world.stays = {b"e" * 16: (0, 10**15)}
    world.erased = [b"e" * 16]


@lie("not_admitted")
def an_open_session_of_somebody_who_does_not_take_part(world):
    event = world.events[0][0]._replace(account=b"x" * 16, person=b"x" * 16, position=1 << 40)
    world.waiting = {0: [event]}
    world.stays = {b"x" * 16: (event.time_us + 1, 10**15)}


@lie("not_admitted", "unit_diversity")
def a_unit_named_by_somebody_who_does_not_take_part(world):
    account = _some(world)[0]
    first = min(event.time_us for event in world.events[0] if event.account == account)
    world.named = {0: [Named(account, account, "unit 1", first - 1)]}
    world.stays = {account: (first, 10**15)}


@lie("outside_nights")
def an_event_after_the_window(world):
    world.window = (0, max(event.time_us for events in world.events for event in events))


@lie("outside_nights", "unit_diversity")
def an_event_before_the_nights_that_units_are_counted_over(world):
    world.window = (min(event.time_us for events in world.events for event in events) + 1, 10**15)


@lie("unit_diversity")
def a_record_of_people_who_name_one_unit_in_a_session_that_is_open(world):
    people = emitters(world, at_k(world))
    for number, events in enumerate(world.events):
        last = {event.person: event for event in events if event.person in people}
        world.waiting[number] = [
            event._replace(unit="one", position=event.position + (1 << 40), time_us=event.time_us + 1)
            for event in last.values()
        ]


@lie("unit_diversity")
def a_record_of_people_who_name_one_unit_in_records_that_are_no_events(world):
    people = emitters(world, at_k(world))
    for number, events in enumerate(world.events):
        world.named[number] = [
            Named(who, who, "one", 1) for who in sorted({e.person for e in events}) if who in people
        ]


@lie("unit_diversity")
def a_record_without_regard_to_units_that_only_an_absent_person_names(world):
    world.events = [[event._replace(unit=None) for event in events] for events in world.events]
    world.named[0] = [Named(b"a" * 16, b"a" * 16, "of somebody else", 1)]


@lie("person_in_two_buckets", "unit_diversity")
def a_unit_that_is_named_in_another_bucket(world):
    person = _some(world)[0]
    world.named[1] = [Named(person, person, "unit 1", 1)]


@lie("crosses_gap", "session_label", "unit_diversity", "occurrences_value", "people_value", "support")
def what_another_account_released_lies_in_between(world):
    """The interval is of an account that has no events here, of the same person."""
    row = max(all_rows(world), key=lambda row: row.length)
    bucket, one = next(
        (number, emission)
        for number, emissions in enumerate(world.emissions)
        for emission in emissions
        if emission.record == digest_of(row.actions)
        and world.events[number][emission.start].time_us + 1
        < world.events[number][emission.start + emission.length - 1].time_us
    )
    first = world.events[bucket][one.start]
    world.owners = {b"z" * 16: first.person}
    world.stays = {b"z" * 16: (0, 1)}
    world.spent = [Spent(b"z" * 16, first.time_us + 1, first.time_us + 1)]
