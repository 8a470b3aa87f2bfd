"""What was withheld by unit: exact for each unit, and in groups of which none is small and no two differ by a few people."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.withheld import Activity, by_group, by_unit

people = st.lists(
    st.tuples(st.integers(1, 30), st.floats(0, 1), st.sets(st.integers(0, 5), min_size=1, max_size=2)),
    min_size=1,
    max_size=60,
)


def activity_of(rows: list[tuple[int, float, set[int]]], units: tuple[str | None, ...] = ()) -> Activity:
    held = sorted((person, unit) for person, (_, _, of) in enumerate(rows) for unit in of)
    return Activity(
        np.array([actions for actions, _, _ in rows], np.int64),
        np.array([int(actions * share) for actions, share, _ in rows], np.int64),
        np.array([person for person, _ in held], np.int64),
        np.array([unit for _, unit in held], np.int64),
        units or (None, "a", "b", "c", "d", "e"),
    )


@given(people)
@settings(deadline=None, max_examples=30)
def test_each_unit_counts_everybody_who_held_it(rows: list[tuple[int, float, set[int]]]) -> None:
    activity = activity_of(rows)
    for unit, (_, part) in enumerate(by_unit(activity).items()):
        of = [person for person, row in enumerate(rows) if unit in row[2]]
        assert part.people == len(of)
        assert part.actions == sum(rows[person][0] for person in of)
        assert part.released == sum(int(activity.released[person]) for person in of)
        assert part.withheld_from == sum(activity.released[p] < activity.actions[p] for p in of)
        assert part.released_of == sum(activity.released[person] > 0 for person in of)


@given(people, st.integers(2, 6))
@settings(deadline=None, max_examples=60)
def test_groups_are_a_partition_and_none_is_small(rows: list[tuple[int, float, set[int]]], k: int) -> None:
    activity = activity_of(rows)
    parts = by_group(activity, k=k)
    did = [row[0] for row in rows]
    if not parts:
        assert len(rows) < k or 2 * max(did) > sum(did)
        return
    assert sum(part.people for part in parts) == len(rows)
    assert sum(part.actions for part in parts) == sum(did)
    assert sum(part.together for part in parts) <= 1
    assert min(part.people for part in parts) >= k


def sizes(*units: tuple[int, str], busy: int = 1) -> list[tuple[int, bool]]:
    """(people, together) of the groups of units of so many people with one action each, but for the first of all."""
    rows = [(busy if not i and not u else 1, 0.5, {u}) for u, (n, _) in enumerate(units) for i in range(n)]
    parts = by_group(activity_of(rows, tuple(name for _, name in units)), k=10)
    return [(part.people, part.together) for part in parts]


def test_small_units_are_put_together_and_with_the_smallest_large_one_where_they_are_still_small() -> None:
    assert sizes((30, "a"), (12, "b")) == [(30, False), (12, False)]
    assert sizes((30, "a"), (6, "b"), (4, "c")) == [(30, False), (10, True)]
    assert sizes((30, "a"), (20, "b"), (9, "c")) == [(30, False), (29, True)]
    assert sizes((30, "a"), (9, "b")) == [(39, True)]
    assert sizes((9, "a"), (9, "b")) == [(18, True)]
    assert sizes((30, "a")) == [(30, False)]


def test_a_unit_in_which_one_person_did_most_is_not_told_apart() -> None:
    assert sizes((12, "a"), (30, "b"), busy=11) == [(12, False), (30, False)][::-1]
    assert sizes((12, "a"), (30, "b"), busy=13) == [(42, True)]


def test_where_everybody_together_is_too_small_or_one_person_did_most_no_group_is_told() -> None:
    assert sizes((12, "a"), (30, "b"), busy=41) == [(42, True)]
    assert sizes((12, "a"), (30, "b"), busy=42) == []
    assert sizes((30, "a"), busy=30) == []
    assert sizes((4, "a"), (5, "b")) == []


def test_whoever_held_two_units_is_in_neither_so_that_no_two_groups_differ_by_one_person() -> None:
    rows = [(1, 0.0, {1})] * 12 + [(1, 0.0, {1, 2})] + [(1, 0.0, {2})] * 12
    parts = by_group(activity_of(rows), k=10)
    assert [(part.people, part.together) for part in parts] == [(12, False), (13, True)]


def test_units_that_nobody_knows_are_no_group() -> None:
    assert by_group(activity_of([(1, 0.0, {0})] * 30, (None,)), k=10) == []
