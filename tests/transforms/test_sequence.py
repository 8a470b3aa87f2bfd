import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import MINUTE, Act, events_of, shuffled
from transforms.sequence import _order, build_actions, order_events, person_codes, runs_of_people


def paths(batch: pa.RecordBatch) -> list[str]:
    return batch.column("path").cast(pa.string()).to_pylist()


def sequence(acts: list[Act], *, drop_repeats: bool = True):
    return build_actions(
        order_events([events_of(acts)]).events, gap_us=30 * MINUTE, drop_repeats=drop_repeats
    )


def test_a_pause_of_exactly_the_gap_stays_in_the_session():
    assert sequence([Act("p", 0, ("a",)), Act("p", 30, ("b",))]).sessions == 1


def test_a_longer_pause_starts_a_new_session():
    assert sequence([Act("p", 0, ("a",)), Act("p", 30.001, ("b",))]).sessions == 2


def test_two_people_never_share_a_session():
    assert sequence([Act("p", 0, ("a",)), Act("q", 0, ("a",))]).sessions == 2


def test_equal_times_keep_file_then_position():
    one = events_of([Act("p", 0, ("b",), file=0, position=7), Act("p", 0, ("c",), file=0, position=9)])
    two = events_of([Act("p", 0, ("a",), file=1, position=1)])
    assert paths(order_events([two, one]).events) == ["b", "c", "a"]


def test_runs_collapse_and_remember_their_rows():
    made = sequence([Act("p", minute, (name,)) for minute, name in enumerate("aabbba")])
    assert paths(made.actions) == ["a", "b", "a"]
    assert made.actions.column("first_row").to_pylist() == [0, 2, 5]
    assert made.actions.column("rows").to_pylist() == [2, 3, 1]
    assert made.transitions == 2


def test_runs_stay_where_the_mapping_wants_them():
    made = sequence([Act("p", minute, (name,)) for minute, name in enumerate("aab")], drop_repeats=False)
    assert paths(made.actions) == ["a", "a", "b"]
    assert made.transitions == 2


def test_a_run_does_not_cross_a_pause():
    made = sequence([Act("p", 0, ("a",)), Act("p", 99, ("a",))])
    assert made.actions.num_rows == 2
    assert made.transitions == 0


def test_transitions_count_the_finest_level_only():
    made = sequence([Act("p", 0, ("a", "x")), Act("p", 1, ("a", "y")), Act("p", 2, ("b", "y"))])
    assert made.actions.num_rows == 3  # two paths of the same finest name are two actions …
    assert made.transitions == 1  # … and one node of the denominator


def test_duplicates_of_a_record_id_go_and_the_first_stays():
    ordered = order_events(
        [events_of([Act("p", 5, ("late",), record_id="r"), Act("p", 1, ("early",), record_id="r")])]
    )
    assert (paths(ordered.events), ordered.duplicates) == (["early"], 1)


def test_an_id_of_another_person_is_another_id():
    ordered = order_events(
        [events_of([Act("p", 1, ("a",), record_id="r"), Act("q", 2, ("a",), record_id="r")])]
    )
    assert ordered.duplicates == 0


def test_records_without_an_id_are_no_duplicates():
    ordered = order_events(
        [events_of([Act("p", 1, ("a",), record_id="r"), Act("p", 1, ("b",)), Act("p", 1, ("b",))])]
    )
    assert ordered.duplicates == 0


@pytest.mark.parametrize("seed", range(5))
def test_order_of_arrival_does_not_matter_where_times_differ(seed):
    events = events_of([Act(f"p{i % 3}", i, (f"a{i % 4}",)) for i in range(40)])
    straight = order_events([events]).events
    mixed = order_events([shuffled(events, seed).slice(i, 1) for i in range(40)]).events
    assert straight.column("time_us").equals(mixed.column("time_us"))
    assert paths(straight) == paths(mixed)


def test_nothing_in_nothing_out():
    made = build_actions(order_events([]).events, gap_us=MINUTE, drop_repeats=True)
    assert (made.actions.num_rows, made.sessions, made.transitions, len(made.persons)) == (0, 0, 0, 0)


def test_persons_are_in_the_order_of_their_digests():
    made = sequence([Act(name, 0, ("a",)) for name in "zyxwv"])
    digests = made.persons.to_pylist()
    assert digests == sorted(digests)
    assert np.asarray(made.actions.column("person")).tolist() == list(range(5))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqrst"), st.integers(0, 3)), max_size=25), st.integers(0, 25))
def test_the_runs_of_people_are_their_codes(rows, start):
    acts = [Act(person, minute, ("a",)) for person, minute in rows]
    column = order_events([events_of(acts)] if acts else []).events.column("person")[start:]
    codes, persons = runs_of_people(column)
    expected, ascending = person_codes(pa.chunked_array([column]))
    assert codes.tolist() == expected.tolist()
    assert persons.to_pylist() == ascending.to_pylist()


def test_people_who_share_a_half_of_their_digest_are_two():
    one, other, third = bytes(16), bytes(8) + b"x" * 8, b"y" * 8 + b"x" * 8
    codes, persons = runs_of_people(pa.array([one, other, third, third], pa.binary(16)))
    assert codes.tolist() == [0, 1, 2, 2]
    assert persons.to_pylist() == [one, other, third]


@pytest.mark.parametrize(
    "cut", [[[0], [1], [2], [3]], [[0, 2], [1, 3]], [[3, 0], [2, 1]], [[0, 3, 1, 2]], [[2], [0, 1, 3]]]
)
def test_equal_times_stand_by_file_and_position_however_they_were_cut(cut):
    """A worker holds rows of several splits, and of a large one sends the head before the tail."""
    acts = [Act("p", 1, (f"token {at}",), file=at // 2, position=at % 2 + 1) for at in range(4)]
    ordered = order_events([events_of([acts[at] for at in batch]) for batch in cut]).events
    assert ordered.column("path").to_pylist() == [f"token {at}" for at in range(4)]


@pytest.mark.parametrize("people", [3, 1 << 16, (1 << 16) + 1, 1 << 18])
def test_so_many_people_are_told_apart(people):
    rng = np.random.default_rng(people)
    person = rng.integers(0, people, 300).astype(np.int32)
    person[::3], person[1::3] = 0, people - 1  # whose last sixteen bits may be the same
    time_us, file = rng.integers(0, 5, 300), np.zeros(300, np.int32)
    position = np.arange(300)
    order = _order(person, time_us, file, position)
    assert order.tolist() == np.lexsort((position, file, time_us, person)).tolist()
