"""The oracle of G1, G2 and G4: a release is recounted by brute force, record by record, on small random worlds."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import Act, Direct, events_of, policy, run_directly
from transforms.count import add, count

ACTS = st.lists(
    st.builds(
        Act,
        person=st.sampled_from([f"p{i}" for i in range(6)]),
        minute=st.integers(0, 400),
        levels=st.sampled_from([("a x", "a"), ("a y", "a"), ("b x", "b"), ("b y", "b"), ("c z", "c")]),
        unit=st.sampled_from(["u", "v", None]),
        file=st.just(0),
        position=st.just(0),
        record_id=st.none(),
        account=st.none(),
        fragment=st.none(),
    ),
    max_size=60,
)


def recount(direct: Direct) -> dict[bytes, tuple[set[object], int]]:
    """Digest → people and occurrences, from the emissions alone."""
    seen: dict[bytes, list[object]] = defaultdict(list)
    for bucket, emitted in enumerate(direct.emitted):
        for record, person in zip(emitted.record.tolist(), emitted.person.tolist(), strict=True):
            seen[direct.plan.digests[record]].append((bucket, person))
    return {digest: (set(people), len(people)) for digest, people in seen.items()}


@settings(max_examples=150, deadline=None)
@given(
    acts=ACTS,
    k=st.integers(2, 4),
    j=st.integers(0, 2),
    buckets=st.integers(1, 4),
    c=st.integers(0, 2),
    most=st.sampled_from([0, 3]),
)
def test_the_release_is_exactly_what_k_people_emitted(acts, k, j, buckets, c, most):
    direct = run_directly(
        events_of(acts),
        policy(k=k, min_outside_unit=j, levels=2, cap_per_person=c, max_per_person=most),
        buckets=buckets,
    )
    counted = recount(direct)
    for digest, people, occurrences in zip(
        direct.released.digests, direct.released.people, direct.released.occurrences, strict=True
    ):
        assert len(counted[digest][0]) == people >= k
        assert counted[digest][1] == occurrences
    if j == 0:
        enough = {digest for digest, (people, _) in counted.items() if len(people) >= k}
        assert set(direct.released.digests) == enough


@settings(max_examples=60, deadline=None)
@given(acts=ACTS, buckets=st.integers(2, 5))
def test_buckets_change_nothing(acts, buckets):
    numbers = policy(k=2, min_outside_unit=1, levels=2, cap_per_person=1, max_per_person=3)
    one, many = (run_directly(events_of(acts), numbers, buckets=n) for n in (1, buckets))
    assert one.released.table.equals(many.released.table)
    assert one.released.events == many.released.events


@settings(max_examples=60, deadline=None)
@given(acts=ACTS, c=st.integers(1, 2), most=st.integers(1, 4))
def test_nobody_contributes_more_than_the_caps(acts, c, most):
    direct = run_directly(events_of(acts), policy(levels=2, cap_per_person=c, max_per_person=most))
    per_person: dict[int, list[int]] = defaultdict(list)
    for emitted in direct.emitted:
        for record, person in zip(emitted.record.tolist(), emitted.person.tolist(), strict=True):
            per_person[person].append(record)
    for records in per_person.values():
        assert len(records) <= most
        assert max(records.count(record) for record in records) <= c


def test_k_minus_one_people_are_not_enough_and_k_are():
    two = [Act(f"p{i}", minute, (name,)) for i in range(2) for minute, name in enumerate("ab")]
    assert run_directly(events_of(two), policy(k=3)).records == {}
    three = [Act(f"p{i}", minute, (name,)) for i in range(3) for minute, name in enumerate("ab")]
    assert run_directly(events_of(three), policy(k=3)).records == {("a", "b"): (3, 3)}


def test_who_does_it_again_counts_once_more_as_an_occurrence_only():
    acts = [
        Act(who, 60 * session + minute, (name,))
        for who, sessions in (("p", 3), ("q", 1))
        for session in range(sessions)
        for minute, name in enumerate("ab")
    ]
    assert run_directly(events_of(acts), policy(k=2)).records == {("a", "b"): (2, 4)}


def test_rows_of_one_person_do_not_add_up_to_people():
    acts = [
        Act("p", 60 * session + minute, (name,)) for session in range(20) for minute, name in enumerate("ab")
    ]
    assert run_directly(events_of(acts), policy(k=2)).records == {}


def test_people_of_one_unit_are_not_enough_where_units_are_known():
    acts = [Act(f"p{i}", minute, (name,), unit="u") for i in range(5) for minute, name in enumerate("ab")]
    assert run_directly(events_of(acts), policy(k=3, min_outside_unit=1)).records == {}
    acts += [Act("q", minute, (name,), unit="v") for minute, name in enumerate("ab")]
    assert run_directly(events_of(acts), policy(k=3, min_outside_unit=1)).records == {("a", "b"): (6, 6)}


def test_a_person_counts_in_every_unit_held():
    acts = [Act(f"p{i}", minute, (name,), unit="u") for i in range(3) for minute, name in enumerate("ab")]
    mover = [Act("q", 0, ("a",), unit="v"), Act("q", 1, ("b",), unit="u")]
    assert run_directly(events_of(acts + mover), policy(k=3, min_outside_unit=1)).records == {}


def test_a_rare_action_is_lifted_and_says_so():
    acts = [
        Act(f"p{i}", minute, (f"open {i}", "open") if minute == 0 else ("save", "save"))
        for i in range(3)
        for minute in range(2)
    ]
    assert run_directly(events_of(acts), policy(k=3, levels=2)).records == {("open ↑1", "save"): (3, 3)}


def test_a_lifted_action_counts_only_those_whose_finer_action_failed():
    common = [Act(f"p{i}", 0, ("open file", "open")) for i in range(3)]
    rare = [Act("p0", 60, ("open mail", "open")), Act("p1", 60, ("open chat", "open"))]
    assert run_directly(events_of(common + rare), policy(k=3, levels=2)).records == {("open file",): (3, 3)}


def test_lifting_collapses_the_repeats_it_makes():
    acts = [Act(f"p{i}", minute, (f"open {i}{minute}", "open")) for i in range(3) for minute in range(4)]
    assert run_directly(events_of(acts), policy(k=3, levels=2)).records == {("open ↑1",): (3, 3)}


def test_a_withheld_action_cuts_the_sequence():
    acts = []
    for i in range(3):
        acts += [Act(f"p{i}", 0, ("a",)), Act(f"p{i}", 1, (f"secret {i}",)), Act(f"p{i}", 2, ("b",))]
    records = run_directly(events_of(acts), policy(k=3)).records
    assert records == {("a",): (3, 3), ("b",): (3, 3)}


@pytest.mark.parametrize("buckets", [1, 3])
def test_merged_counts_equal_counting_at_once(buckets):
    acts = [Act(f"p{i % 7}", i, ("ab"[i % 2],), unit=f"u{i % 3}") for i in range(60)]
    direct = run_directly(events_of(acts), policy(k=2, min_outside_unit=1), buckets=buckets)
    whole = run_directly(events_of(acts), policy(k=2, min_outside_unit=1), buckets=1)
    records = len(direct.plan.digests)
    merged = add([count(one, records) for one in direct.emitted], records)
    at_once = count(whole.emitted[0], records)
    assert merged.people.tolist() == at_once.people.tolist()
    assert merged.cell_people.tolist() == at_once.cell_people.tolist()
    assert merged.withheld == at_once.withheld
