"""Each lie of the catalogue is planted in an honest world and caught by its name, and by no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from etl.ahead import map_ahead
from tests.verifier import lies_about_accounts, lies_about_rows
from tests.verifier import lies_about_emissions as emissions
from tests.verifier import lies_about_people as people
from tests.verifier.honest import (
    POLICY,
    Bucket,
    World,
    emissions_table,
    events_table,
    make_world,
    named_table,
)
from tests.verifier.lying import LIES, released
from verifier import EVENTS, KINDS, counts, verify
from verifier.counts import Counts
from verifier.release import Release
from verifier.violations import Tally

THEMES = (lies_about_accounts, emissions, people, lies_about_rows)
"""Importing them enters their lies."""


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


ON_THREADS = partial(map_ahead, threads=2)


@pytest.mark.parametrize(("kind", "spoil", "follow"), LIES, ids=[spoil.__name__ for _, spoil, _ in LIES])
def test_several_buckets_at_a_time_are_judged_as_one_after_the_other(tmp_path, kind, spoil, follow):
    world = make_world(4, buckets=5)
    assert world.verify(tmp_path / "honest", in_order=ON_THREADS) == world.verify(tmp_path / "one by one")
    spoil(world)
    threaded = world.verify(tmp_path / "spoilt", in_order=ON_THREADS)
    assert threaded == world.verify(tmp_path / "spoilt one by one")
    assert kind in threaded.violations


def test_every_kind_has_a_lie():
    from tests.verifier.test_parquet_lies import FILE_KINDS

    assert {kind for kind, _, _ in LIES} | FILE_KINDS | {"bucket_schema", "bucket_null"} == set(KINDS)


@pytest.mark.parametrize("events_spoilt", [True, False])
def test_a_bucket_of_another_schema(world, tmp_path, events_spoilt):
    bucket = Bucket(
        events_table(world.events[0]), emissions_table(world.emissions[0]), events_table([]), named_table([])
    )
    if events_spoilt:
        bucket = replace(bucket, events=bucket.events.drop_columns("unit"))
    else:
        bucket = replace(bucket, emissions=bucket.emissions.drop_columns("session"))
    violations = verify(
        world.write(tmp_path), [lambda: bucket], POLICY, world.people(), world.before()
    ).violations
    assert violations["bucket_schema"] == 1


def test_a_null_in_a_bucket(world, tmp_path):
    events = events_table(world.events[0])
    nulls = pa.nulls(events.num_rows, events.schema.field("path").type)
    spoilt = events.set_column(5, events.schema.field("path").with_nullable(True), nulls)
    bucket = Bucket(spoilt, emissions_table([]), events_table([]), named_table([]))
    assert (
        verify(world.write(tmp_path), [lambda: bucket], POLICY, world.people(), world.before()).violations[
            "bucket_null"
        ]
        == events.num_rows
    )


def test_caps_at_their_limit_hold(world, tmp_path):
    c = max(Counter((e.person, e.record) for e in released(world)).values())
    total = max(Counter(e.person for e in released(world)).values())
    world.policy = replace(world.policy, cap_per_person=c, max_per_person=total)
    assert world.verify(tmp_path).ok


def test_every_overlapping_emission_counts(world, tmp_path):
    emissions.an_emission_inside_another_after_a_third(world)
    assert world.verify(tmp_path).violations == {"overlap": 2}


@pytest.mark.parametrize(
    "spoil", [emissions.an_emission_in_the_name_of_another, emissions.another_record_of_the_same_length]
)
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
        for events, emitted in zip(world.events, world.emissions, strict=True):
            table = events_table(events)
            table = table.set_column(1, EVENTS.field("unit"), doubled(table.column("unit")))
            loaders.append(
                partial(Bucket, table, emissions_table(emitted), events_table([]), named_table([]))
            )
        return loaders

    assert verify(world.write(tmp_path), buckets(), POLICY, world.people(), world.before()) == world.verify(
        tmp_path
    )
    people.a_record_of_people_without_a_unit(world)
    assert verify(world.write(tmp_path), buckets(), POLICY, world.people(), world.before()) == world.verify(
        tmp_path
    )
    people.a_record_of_one_unit(world)
    assert (
        "unit_diversity"
        in verify(world.write(tmp_path), buckets(), POLICY, world.people(), world.before()).violations
    )


@pytest.mark.parametrize("fewest", [0, 3])
def test_units_are_added_up_over_all_buckets(tmp_path, monkeypatch, fewest):
    world = make_world(4, buckets=5)
    monkeypatch.setattr(counts, "FEWEST", fewest)
    assert world.verify(tmp_path).ok
    people.a_record_of_one_unit(world)
    assert len(world.events) > 2
    assert set(world.verify(tmp_path).violations) == {"unit_diversity"}


def test_places_too_large_to_pack(world, tmp_path):
    """Byte positions past 2^43 are compared in another way, with the same result."""
    far = 1 << 50
    world.events = [[e._replace(position=e.position + far) for e in events] for events in world.events]
    assert world.verify(tmp_path).ok
    lies_about_rows.a_place_twice(world)
    assert set(world.verify(tmp_path).violations) == {"duplicate_event"}


def test_occurrences_are_never_below_people():
    """Only a k of three digits is no number of two: there the rounding alone would go below the people."""
    policy = replace(POLICY, k=137, min_outside_unit=0)
    published = np.array([137])
    release = Release(
        [bytes(32)], np.zeros(1, np.int32), np.array([0, 1]), pa.array(["a"]), published, published
    )
    counts, tally = Counts(1, units_known=False), Tally()
    counts.people, counts.occurrences = np.array([140]), np.array([142])
    counts.check(release, policy, tally)
    assert tally.counts == {"occurrences_value": 1}  # 142 is published as 140
    counts.occurrences = np.array([139])
    counts.check(release, policy, tally := Tally())
    assert tally.counts == {}
