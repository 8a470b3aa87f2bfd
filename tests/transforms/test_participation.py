import numpy as np
import pyarrow as pa

from transforms.participation import ENTRIES, admit, build_registry
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


def test_no_name_is_in_what_workers_get():
    import pickle

    shipped = pickle.dumps(registry({"account": "rosalind.account", "person": "rosalind.person"}))
    assert b"rosalind" not in shipped
