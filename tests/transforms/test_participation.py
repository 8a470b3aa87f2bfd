import numpy as np
import pyarrow as pa
import pytest

from transforms.participation import ENTRIES, UNITS, admit, build_registry, ever_admitted, units_held
from transforms.pseudonym import pseudonyms, unit_pseudonyms

KEY = b"k" * 32


def registry(*rows: dict):
    return build_registry(
        pa.Table.from_pylist([{"status": "participates", **row} for row in rows], schema=ENTRIES),
        person_key=KEY,
        unit_key=KEY,
    )


def admitted(built, account: str, *times: int) -> list[bool]:
    digests = pseudonyms(pa.array([account]), key=KEY)
    return admit(built, digests, np.zeros(len(times), np.int32), np.array(times, np.int64)).mask.tolist()


def person_of(built, account: str):
    index = built.accounts.to_pylist().index(pseudonyms(pa.array([account]), key=KEY)[0].as_py())
    return built.person[index].as_py()


def test_validity_is_half_open_and_at_the_time_of_the_event():
    built = registry({"account": "a", "person": "p", "valid_from_us": 10, "valid_to_us": 20})
    assert admitted(built, "a", 9, 10, 19, 20) == [False, True, True, False]


def test_who_is_not_listed_is_not_admitted():
    assert admitted(registry({"account": "a", "person": "p"}), "b", 5) == [False]


def test_an_account_without_a_person_never_counts():
    assert admitted(registry({"account": "printer", "person": None}), "printer", 5) == [False]


def test_an_objection_counts_for_all_the_past():
    built = registry(
        {"account": "a", "person": "p", "recorded_at_us": 1},
        {"account": "a", "person": "p", "status": "objects", "recorded_at_us": 2},
    )
    assert admitted(built, "a", 0, 1, 99) == [False] * 3


def test_an_objection_of_one_account_is_one_of_the_person():
    built = registry(
        {"account": "a", "person": "p"},
        {"account": "b", "person": "p"},
        {"account": "b", "person": "p", "status": "objects"},
    )
    assert admitted(built, "a", 5) == [False]


def test_a_participation_recorded_after_the_objection_admits_again():
    built = registry(
        {"account": "a", "person": "p", "status": "objects", "recorded_at_us": 2},
        {"account": "a", "person": "p", "valid_from_us": 30, "recorded_at_us": 3},
    )
    assert admitted(built, "a", 29, 30) == [False, True]


def test_an_objection_without_a_date_of_recording_is_never_overruled():
    built = registry(
        {"account": "a", "person": "p", "status": "objects"},
        {"account": "a", "person": "p", "recorded_at_us": 9},
    )
    assert admitted(built, "a", 50) == [False]


def test_leaving_ends_what_was_recorded_before():
    built = registry(
        {"account": "a", "person": "p", "recorded_at_us": 1},
        {"account": "a", "person": "p", "status": "left", "valid_from_us": 50, "recorded_at_us": 2},
    )
    assert admitted(built, "a", 49, 50) == [True, False]


def test_a_departure_without_a_date_of_recording_ends_everything():
    built = registry(
        {"account": "a", "person": "p", "recorded_at_us": 9},
        {"account": "a", "person": "p", "status": "left", "valid_from_us": 50},
    )
    assert admitted(built, "a", 49, 50) == [True, False]


def test_accounts_linked_by_anybody_are_one_person():
    built = registry(
        {"account": "a", "person": "p"},
        {"account": "b", "person": "p"},
        {"account": "b", "person": "q"},
        {"account": "c", "person": "q"},
    )
    assert person_of(built, "a") == person_of(built, "b") == person_of(built, "c")


def test_links_do_not_depend_on_the_order_of_rows():
    rows = [{"account": "b", "person": "q"}, {"account": "b", "person": "p"}, {"account": "a", "person": "p"}]
    assert person_of(registry(*rows), "a") == person_of(registry(*rows[::-1]), "a")


def test_an_account_named_like_a_person_is_not_that_person():
    built = registry({"account": "kim", "person": "p"}, {"account": "x", "person": "kim"})
    assert person_of(built, "kim") != person_of(built, "x")


def test_the_unit_is_that_of_the_span_recorded_last():
    built = registry(
        {"account": "a", "person": "p", "unit": "old", "recorded_at_us": 1},
        {"account": "a", "person": "p", "unit": "new", "valid_from_us": 10, "recorded_at_us": 2},
    )
    found = admit(built, pseudonyms(pa.array(["a"]), key=KEY), np.zeros(2, np.int32), np.array([5, 15])).span
    old, new = unit_pseudonyms(pa.array(["old", "new"]), key=KEY).to_pylist()
    assert [built.units[built.span_unit[span]] for span in found] == [old, new]


def test_a_row_recorded_later_corrects_one_that_begins_at_the_same_time():
    rows = [
        {"account": "a", "person": "p", "valid_from_us": 10, "valid_to_us": 50, "recorded_at_us": 1},
        {"account": "a", "person": "p", "valid_from_us": 10, "valid_to_us": 20, "recorded_at_us": 2},
        {"account": "a", "person": "p", "valid_from_us": 60, "recorded_at_us": 3},
        {"account": "b", "person": "p", "valid_from_us": 10, "recorded_at_us": 0},
    ]
    for order in (rows, rows[::-1]):
        assert admitted(registry(*order), "a", 9, 10, 19, 20, 49, 60) == [
            False,
            True,
            True,
            False,
            False,
            True,
        ]
        assert admitted(registry(*order), "b", 20) == [True]


@pytest.mark.parametrize("longer_recorded", [5, None])
def test_what_may_be_a_correction_is_one_where_it_admits_less(longer_recorded):
    built = registry(
        {"account": "a", "person": "p", "valid_from_us": 10, "valid_to_us": 20},
        {"account": "a", "person": "p", "valid_from_us": 10, "recorded_at_us": longer_recorded},
    )
    assert admitted(built, "a", 10, 19, 20) == [True, True, False]


def test_a_participation_does_not_undo_a_departure_of_the_same_date_for_what_was_recorded_before():
    built = registry(
        {"account": "a", "person": "p", "recorded_at_us": 1},
        {"account": "a", "person": "p", "status": "left", "valid_from_us": 50, "recorded_at_us": 2},
        {"account": "a", "person": "p", "valid_from_us": 50, "valid_to_us": 60, "recorded_at_us": 3},
    )
    assert admitted(built, "a", 49, 50, 59, 60) == [True, True, True, False]


def test_an_account_that_was_ever_shared_never_counts_though_its_links_do():
    built = registry(
        {"account": "desk", "person": "p", "valid_to_us": 10},
        {"account": "desk", "person": None, "valid_from_us": 10},
        {"account": "desk", "person": "q", "status": "objects"},
        {"account": "a", "person": "p"},
        {"account": "b", "person": "r"},
        {"account": "hall", "person": "r", "valid_to_us": 10},
        {"account": "hall", "person": None, "valid_from_us": 10},
    )
    assert admitted(built, "desk", 5, 15) == admitted(built, "hall", 5, 15) == [False, False]
    assert admitted(built, "b", 5) == [True]
    assert admitted(built, "a", 5) == [False]  # the objection of q is one of p, who are one
    digests = pseudonyms(pa.array(["desk", "a", "b", "unlisted"]), key=KEY)
    assert ever_admitted(built, digests).tolist() == [False, False, True, False]


def held(built, first: int, end: int, account: str = "a") -> set[str | None]:
    words = dict(zip(unit_pseudonyms(pa.array(["x", "y"]), key=KEY).to_pylist(), ["x", "y"], strict=True))
    rows = units_held(built, first, end).to_pylist()
    return {words.get(row["unit"]) for row in rows if row["person"] == person_of(built, account)}


def test_a_unit_is_held_in_every_window_that_its_span_touches():
    built = registry({"account": "a", "person": "p", "unit": "x", "valid_from_us": 10, "valid_to_us": 20})
    assert [held(built, *window) for window in [(0, 10), (0, 11), (12, 13), (19, 30), (20, 30)]] == [
        set(),
        {"x"},
        {"x"},
        {"x"},
        set(),
    ]


def test_a_unit_is_held_whatever_closed_the_row_but_leaving():
    built = registry(
        {"account": "a", "person": "p", "unit": "x", "recorded_at_us": 1},
        {"account": "a", "person": "p", "status": "objects", "recorded_at_us": 2},
        {"account": "b", "person": "p", "unit": "y", "recorded_at_us": 3},
    )
    assert held(built, 5, 6) == {"x", "y"}
    left = [
        {"account": "a", "person": "p", "unit": "x", "recorded_at_us": 1},
        {"account": "a", "person": "p", "status": "left", "valid_from_us": 50, "recorded_at_us": 2},
        {"account": "a", "person": "p", "unit": "y", "valid_from_us": 60, "recorded_at_us": 3},
    ]
    assert [held(registry(*left), *window) for window in [(49, 50), (50, 60), (60, 61)]] == [
        {"x"},
        set(),
        {"y"},
    ]
    left[0]["recorded_at_us"] = None  # it may have been recorded after the departure
    assert held(registry(*left), 60, 61) == {"x", "y"}


def test_a_corrected_unit_counts_and_a_corrected_unknown_does_not():
    rows = [
        {"account": "a", "person": "p", "unit": "x", "recorded_at_us": 1},
        {"account": "a", "person": "p", "unit": None, "recorded_at_us": 2},
        {"account": "a", "person": "p", "unit": "y", "recorded_at_us": 3},
    ]
    assert held(registry(*rows), 0, 1) == {"x", "y"}
    assert held(registry(*rows[:2]), 0, 1) == {"x", None}


def test_a_file_that_names_no_unit_in_the_window_says_nothing_about_units():
    built = registry(
        {"account": "a", "person": "p"}, {"account": "b", "person": "q", "unit": "x", "valid_from_us": 50}
    )
    assert held(built, 0, 50) == set()
    assert held(built, 0, 51) == {None}
    assert units_held(None, 0, 1) == UNITS.empty_table()


def test_no_name_is_in_what_workers_get():
    import pickle

    row = {"account": "rosalind.account", "person": "rosalind.person", "unit": "rosalind's"}
    assert b"rosalind" not in pickle.dumps(registry(row))
