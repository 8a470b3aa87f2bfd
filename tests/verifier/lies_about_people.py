"""Lies about how many people emitted a record, of which units, and how often."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.verifier.honest import Row, Span, digest_of, part_of, sessions_of
from tests.verifier.lying import all_rows, at_k, change_row, emitters, lie, move_to, person_logs, released


@lie("support", "occurrences_value", "unit_diversity")
def one_emitter_too_few(world):
    row = at_k(world)
    gone = emitters(world, row)[0], digest_of(row.actions)
    world.emissions = [[e for e in es if (e.person, e.record) != gone] for es in world.emissions]


@lie("support", "occurrences_value", "unit_diversity")
def occurrences_of_one_instead_of_people(world):
    row = at_k(world)
    world.policy = replace(world.policy, cap_per_person=0, max_per_person=0)
    digest, first = digest_of(row.actions), emitters(world, row)[0]
    world.emissions = [[e for e in es if e.record != digest or e.person == first] for es in world.emissions]
    total = sum(e.record == digest for es in world.emissions for e in es)
    change_row(world, row, row._replace(occurrences=max(row.people, total)))


@lie("never_emitted", "support", "unit_diversity", "occurrences_value")
def a_record_nobody_emitted(world):
    actions = ["open y", "open x", "click a"]
    rows = world.rows.setdefault(part_of(actions), [])
    rows.append(Row(actions, 3, 3, 3))
    rows.sort(key=lambda row: digest_of(row.actions))


@lie("person_in_two_buckets", "people_value", "unit_diversity")
def a_person_counted_in_two_buckets(world):
    events = world.events[0]
    cut = sessions_of(events, world.policy.gap_us, world.spent)[-1][0]
    assert events[cut - 1].person == events[cut].person
    world.events += [events[cut:]]
    world.emissions += [[e._replace(start=e.start - cut) for e in world.emissions[0] if e.start >= cut]]
    world.events[0] = events[:cut]
    world.emissions[0] = [e for e in world.emissions[0] if e.start < cut]


@lie("person_in_two_buckets")
def a_person_without_emissions_in_a_second_bucket(world):
    world.events += [[e for e in world.events[0] if e.person == world.events[0][0].person]]
    world.emissions += [[]]


@lie("people_value", "occurrences_value")
def people_one_rung_too_high(world):
    row = at_k(world)
    change_row(world, row, row._replace(people=5, occurrences=max(5, row.occurrences)))


@lie("people_value")
def people_one_rung_too_low(world):
    row = next(row for row in all_rows(world) if row.people > world.policy.k)
    change_row(world, row, row._replace(people=world.policy.k))


@lie("people_off_ladder", "people_value")
def exact_people(world):
    row = next(row for row in all_rows(world) if world.support[digest_of(row.actions)] == 6)
    change_row(world, row, row._replace(people=6, occurrences=max(6, row.occurrences)))


@lie("occurrences_value")
def one_occurrence_more(world):
    row = all_rows(world)[0]
    change_row(world, row, row._replace(occurrences=row.occurrences + 1))


@lie("occurrences_value")
def fewer_occurrences_than_people(world):
    row = max(all_rows(world), key=lambda row: row.people)
    change_row(world, row, row._replace(occurrences=row.people - 1))


@lie("cap_per_person")
def one_more_than_c(world):
    most = Counter((e.person, e.record) for e in released(world))
    world.policy = replace(world.policy, cap_per_person=max(most.values()) - 1)


@lie("max_per_person")
def one_more_than_cap_c(world):
    most = Counter(e.person for e in released(world))
    world.policy = replace(world.policy, max_per_person=max(most.values()) - 1)


@lie("unit_diversity")
def a_record_of_one_unit(world):
    people = emitters(world, at_k(world))
    move_to(world, "one", lambda event: event.person in people)


@lie("unit_diversity")
def a_record_of_people_without_a_unit(world):
    people = emitters(world, at_k(world))
    move_to(world, None, lambda event: event.person in people)


@lie("unit_diversity")
def a_record_of_people_who_once_were_of_one_unit(world):
    people = emitters(world, at_k(world))
    last = {events[0].person: events[-1] for events in person_logs(world)}
    move_to(world, "one", lambda event: event.person in people and event == last[event.person])


@lie("unit_diversity")
def a_record_of_people_who_held_one_unit_without_doing_anything_in_it(world):
    start, end = world.window
    people = emitters(world, at_k(world))
    moments = [(start, start + 1), (end - 1, end + 5), (start - 5, end + 5)]
    world.spans = [Span(person, "one", *moments[i % 3]) for i, person in enumerate(people)]


@lie("unit_diversity")
def a_record_of_people_whose_unit_the_registry_does_not_know(world):
    people = emitters(world, at_k(world))
    world.spans = [Span(person, None, *world.window) for person in people]
    world.spans += [Span(bytes(16), "of somebody else", *world.window)]


@lie("unit_diversity")
def a_record_without_regard_to_units_that_only_the_registry_knows(world):
    move_to(world, None, lambda _: True)
    world.spans = [Span(bytes(16), "of somebody who is not there", *world.window)]
