"""Lies about which rows an emission covers, and what they say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.verifier.honest import Emission, digest_of, sessions_of
from tests.verifier.lying import COUNTED, all_rows, change_record, claim, lie


@lie("overlap")
def an_emission_twice(world):
    world.emissions[0].append(world.emissions[0][3])


@lie("overlap")
def an_emission_that_begins_in_the_last_row_of_another(world):
    at = next(e for e in world.emissions[0] if e.length > 1)
    world.emissions[0].append(Emission(bytes(32), at.person, at.session, at.start + at.length - 1, 1))


@lie("overlap")
def an_emission_inside_another_after_a_third(world):
    at = next(e for e in world.emissions[0] if e.length > 2)
    for row in (at.start + 1, at.start + 2):
        world.emissions[0].append(Emission(bytes(32), at.person, at.session, row, 1))


@lie("crosses_gap", *COUNTED)
def an_interval_over_a_session_gap(world):
    events = world.events[0]
    bounds = [start for start, _ in sessions_of(events, world.policy.gap_us, world.spent)]
    at = next(start for start in bounds[1:] if events[start].person == events[start - 1].person)
    claim(world, 0, at - 1, 2)


@lie("crosses_gap", *COUNTED, "session_label")
def a_pause_longer_than_the_gap_by_one(world):
    world.policy = replace(world.policy, gap_us=world.policy.gap_us - 1)


@lie("two_persons", *COUNTED)
def an_interval_of_two_persons(world):
    events = world.events[0]
    at = next(row for row in range(1, len(events)) if events[row].person != events[row - 1].person)
    claim(world, 0, at - 1, 2)


@lie("wrong_person", *COUNTED)
def an_emission_in_the_name_of_another(world):
    first, *_, last = world.emissions[0]
    world.emissions[0][-1] = last._replace(person=first.person)


@lie("interval_bounds")
def rows_after_the_end(world):
    end = len(world.events[0])
    world.emissions[0] += [
        Emission(bytes(32), world.events[0][-1].person, 0, row, 5) for row in (end - 4, end, end + 9)
    ]


@lie("interval_bounds")
def rows_before_the_start(world):
    world.emissions[0].append(Emission(bytes(32), world.events[0][0].person, 0, -1, 1))


@lie("interval_bounds")
def no_rows(world):
    world.emissions[0] += [Emission(bytes(32), world.events[0][0].person, 0, 3, length) for length in (0, -2)]


@lie("session_label")
def one_label_for_two_sessions(world):
    first = world.emissions[0][0].session
    other = next(e.session for e in world.emissions[0] if e.session != first)
    world.emissions[0] = [e._replace(session=first) if e.session == other else e for e in world.emissions[0]]


@lie("session_label")
def two_labels_for_one_session(world):
    twice = next(s for s, times in Counter(e.session for e in world.emissions[0]).items() if times > 1)
    at = next(i for i, e in enumerate(world.emissions[0]) if e.session == twice)
    world.emissions[0][at] = world.emissions[0][at]._replace(session=9999)


@lie("wrong_token", *COUNTED)
def another_record_of_the_same_length(world):
    first, second, *_ = [row for row in all_rows(world) if row.length == 1]
    swap = {digest_of(first.actions): digest_of(second.actions)}
    at = next(i for i, e in enumerate(world.emissions[0]) if e.record in swap)
    world.emissions[0][at] = world.emissions[0][at]._replace(record=swap[world.emissions[0][at].record])


@lie("wrong_token", *COUNTED)
def an_action_left_over(world):
    rows = all_rows(world)
    long = next(row for row in rows if row.length > 1 and [row.actions[0]] in [r.actions for r in rows])
    change = digest_of(long.actions), digest_of(long.actions[:1])
    for emissions in world.emissions:
        emissions[:] = [e._replace(record=change[1]) if e.record == change[0] else e for e in emissions]


@lie("wrong_token", *COUNTED)
def a_level_with_the_wrong_number(world):
    row = next(row for row in all_rows(world) if "click ↑1" in row.actions)
    change_record(world, row, [action.replace("↑1", "↑2") for action in row.actions])


@lie("wrong_token", *COUNTED)
def a_coarse_level_under_a_fine_name(world):
    row = next(row for row in all_rows(world) if "click ↑1" in row.actions)
    change_record(world, row, [action.replace("click ↑1", "click") for action in row.actions])


@lie("wrong_token", *COUNTED)
def actions_in_another_order(world):
    row = next(
        row
        for row in all_rows(world)
        if row.length == 2 and row.actions[::-1] not in [r.actions for r in all_rows(world)]
    )
    change_record(world, row, row.actions[::-1])


@lie("repeat_in_record", "wrong_token", *COUNTED)
def repeats_kept_where_they_collapse(world):
    row = next(row for row in all_rows(world) if row.length == 2)
    change_record(world, row, [row.actions[0], *row.actions])
