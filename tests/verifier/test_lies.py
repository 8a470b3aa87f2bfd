"""A catalogue of lies about people, emissions and counts: each is planted in an honest world and caught by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from tests.verifier.honest import (
    POLICY,
    Bucket,
    Emission,
    Event,
    Row,
    World,
    digest_of,
    emissions_table,
    events_table,
    make_world,
    part_of,
    sessions_of,
)
from verifier import EVENTS, KINDS, verify
from verifier.counts import Counts
from verifier.release import Release
from verifier.violations import Tally

Lie = Callable[[World], object]
LIES: list[tuple[str, Lie, frozenset[str]]] = []


def lie(kind: str, *follow: str) -> Callable[[Lie], Lie]:
    """Register a lie, the violation that must be found, and those that may come with it."""

    def register(function: Lie) -> Lie:
        LIES.append((kind, function, frozenset(follow)))
        return function

    return register


def all_rows(world: World) -> list[Row]:
    return [row for rows in world.rows.values() for row in rows]


def change_row(world: World, old: Row, new: Row) -> None:
    for rows in world.rows.values():
        rows[:] = [new if row is old else row for row in rows]


def change_record(world: World, old: Row, actions: list[str]) -> None:
    """Publish other actions for a record, in the row and in all its emissions."""
    for rows in world.rows.values():
        if old in rows:
            rows.remove(old)
    rows = world.rows.setdefault(part_of(actions), [])
    rows.append(old._replace(actions=actions, length=len(actions)))
    rows.sort(key=lambda row: digest_of(row.actions))
    swap = {digest_of(old.actions): digest_of(actions)}
    for emissions in world.emissions:
        emissions[:] = [e._replace(record=swap.get(e.record, e.record)) for e in emissions]


def at_k(world: World) -> Row:
    return next(row for row in all_rows(world) if world.support[digest_of(row.actions)] == world.policy.k)


def emitters(world: World, row: Row) -> list[bytes]:
    return sorted({e.person for es in world.emissions for e in es if e.record == digest_of(row.actions)})


def claim(world: World, bucket: int, start: int, length: int) -> None:
    """Replace whatever touches these rows by one emission of a record that is not released."""
    person, label = world.events[bucket][start].person, None
    for emission in world.emissions[bucket]:
        if emission.start <= start < emission.start + emission.length:
            label = emission.session
    apart = [e for e in world.emissions[bucket] if e.start + e.length <= start or e.start >= start + length]
    world.emissions[bucket] = [
        *apart,
        Emission(bytes(32), person, 10_000 if label is None else label, start, length),
    ]


COUNTED = ("support", "people_value", "occurrences_value", "never_emitted", "unit_diversity")


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
    cut = sessions_of(events, world.policy.gap_us)[-1][0]
    assert events[cut - 1].person == events[cut].person
    world.events += [events[cut:]]
    world.emissions += [[e._replace(start=e.start - cut) for e in world.emissions[0] if e.start >= cut]]
    world.events[0] = events[:cut]
    world.emissions[0] = [e for e in world.emissions[0] if e.start < cut]


@lie("person_in_two_buckets")
def a_person_without_emissions_in_a_second_bucket(world):
    world.events += [[e for e in world.events[0] if e.person == world.events[0][0].person]]
    world.emissions += [[]]


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
    bounds = [start for start, _ in sessions_of(events, world.policy.gap_us)]
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


def released(world: World) -> list[Emission]:
    records = {digest_of(row.actions) for row in all_rows(world)}
    return [e for es in world.emissions for e in es if e.record in records]


def move_to(world: World, unit: str | None, keep: Callable[[Event], bool]) -> None:
    world.events = [[e._replace(unit=unit) if keep(e) else e for e in events] for events in world.events]


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


def person_logs(world: World) -> list[list[Event]]:
    logs: dict[bytes, list[Event]] = {}
    for event in (event for events in world.events for event in events):
        logs.setdefault(event.person, []).append(event)
    return list(logs.values())


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
    events[:2] = [events[0]._replace(record_id=bytes(16)), events[1]._replace(record_id=bytes(16))]


@pytest.fixture
def world() -> World:
    return make_world(4, buckets=2)


@pytest.mark.parametrize(("kind", "spoil", "follow"), LIES, ids=[spoil.__name__ for _, spoil, _ in LIES])
def test_lie_is_caught(world, tmp_path, kind, spoil, follow):
    assert world.verify(tmp_path / "honest").violations == {}
    spoil(world)
    violations = world.verify(tmp_path / "spoilt").violations
    assert kind in violations
    assert set(violations) <= {kind, *follow}


def test_every_kind_has_a_lie():
    from tests.verifier.test_parquet_lies import FILE_KINDS

    assert {kind for kind, _, _ in LIES} | FILE_KINDS | {"bucket_schema", "bucket_null"} == set(KINDS)


@pytest.mark.parametrize("events_spoilt", [True, False])
def test_a_bucket_of_another_schema(world, tmp_path, events_spoilt):
    events, emissions = events_table(world.events[0]), emissions_table(world.emissions[0])
    events, emissions = (
        (events.drop_columns("unit"), emissions)
        if events_spoilt
        else (events, emissions.drop_columns("session"))
    )
    violations = verify(world.write(tmp_path), [lambda: Bucket(events, emissions)], POLICY).violations
    assert violations["bucket_schema"] == 1


def test_a_null_in_a_bucket(world, tmp_path):
    events = events_table(world.events[0])
    nulls = pa.nulls(events.num_rows, events.schema.field("path").type)
    spoilt = events.set_column(5, events.schema.field("path").with_nullable(True), nulls)
    bucket = Bucket(spoilt, emissions_table([]))
    assert (
        verify(world.write(tmp_path), [lambda: bucket], POLICY).violations["bucket_null"] == events.num_rows
    )


def test_caps_at_their_limit_hold(world, tmp_path):
    c = max(Counter((e.person, e.record) for e in released(world)).values())
    total = max(Counter(e.person for e in released(world)).values())
    world.policy = replace(world.policy, cap_per_person=c, max_per_person=total)
    assert world.verify(tmp_path).ok


def test_every_overlapping_emission_counts(world, tmp_path):
    an_emission_inside_another_after_a_third(world)
    assert world.verify(tmp_path).violations == {"overlap": 2}


@pytest.mark.parametrize("spoil", [an_emission_in_the_name_of_another, another_record_of_the_same_length])
def test_a_false_emission_supports_nothing(world, tmp_path, spoil):
    before = world.verify(tmp_path).measured.occurrences
    spoil(world)
    assert world.verify(tmp_path).measured.occurrences < before


def test_values_that_stand_twice_in_a_dictionary_are_one(world, tmp_path):
    """Two spellings of unknown (a null index, a null in the dictionary) and two entries of one text."""

    def doubled(column: pa.ChunkedArray) -> pa.DictionaryArray:
        column = column.combine_chunks()
        values = column.dictionary.to_pylist()
        flips = [
            None if code is None else code + len(values) * (row % 2)
            for row, code in enumerate(column.indices.to_pylist())
        ]
        null = 2 * len(values)
        codes = [null if code is None and row % 2 else code for row, code in enumerate(flips)]
        return pa.DictionaryArray.from_arrays(
            pa.array(codes, pa.int32()), pa.array([*values, *values, None], pa.string())
        )

    def buckets() -> list[Callable[[], Bucket]]:
        loaders = []
        for events, emissions in zip(world.events, world.emissions, strict=True):
            table = events_table(events)
            table = table.set_column(1, EVENTS.field("unit"), doubled(table.column("unit")))
            loaders.append(partial(Bucket, table, emissions_table(emissions)))
        return loaders

    assert verify(world.write(tmp_path), buckets(), POLICY) == world.verify(tmp_path)
    a_record_of_people_without_a_unit(world)
    assert (
        verify(world.write(tmp_path), buckets(), POLICY).violations
        == {"unit_diversity": 1} | world.verify(tmp_path).violations
    )
    a_record_of_one_unit(world)
    assert "unit_diversity" in verify(world.write(tmp_path), buckets(), POLICY).violations


def test_occurrences_are_never_below_people():
    """Only a k of three digits is no number of two: there the rounding alone would go below the people."""
    policy = replace(POLICY, k=137, min_outside_unit=0)
    published = np.array([137])
    release = Release(
        [bytes(32)], np.zeros(1, np.int32), np.array([0, 1]), pa.array(["a"]), published, published
    )
    counts, tally = Counts(1), Tally()
    counts.people, counts.occurrences = np.array([140]), np.array([142])
    counts.check(release, policy, tally)
    assert tally.counts == {"occurrences_value": 1}  # 142 is published as 140
    counts.occurrences = np.array([139])
    counts.check(release, policy, tally := Tally())
    assert tally.counts == {}
