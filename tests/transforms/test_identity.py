"""What an event is known by does not change with its spelling, its neighbours or its shaping, and with nothing else."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.identity import as_compared, identities
from transforms.mapping import Mapping
from transforms.pseudonym import pseudonyms

KEY = b"k" * 32
PLAIN = {"format": "jsonl", "person": "u", "time": "t", "action": [["what", "app"], ["what"]]}


def known_as(rows, *, key=KEY, action=None) -> list[int]:
    """(account, time, what, app) → what each is known by."""
    accounts, times, what, app = (list(column) for column in zip(*rows, strict=True))
    distinct = sorted(set(accounts))
    mapping = Mapping.model_validate(PLAIN | ({} if action is None else {"action": action}))
    table = pa.table({"what": as_column(what), "app": as_column(app)})
    code = np.array([distinct.index(account) for account in accounts], np.int32)
    digests = pseudonyms(pa.array(distinct), key=b"p" * 32)
    return identities(table, mapping, digests, code, np.array(times, np.int64), key=key).tolist()


def as_column(values: list[object]) -> pa.Array:
    return values[0] if isinstance(values[0], pa.Array) else pa.array(values)


def test_account_time_and_each_value_count():
    rows = [
        ("p", 1, "save", "word"),
        ("q", 1, "save", "word"),
        ("p", 2, "save", "word"),
        ("p", 1, "open", "word"),
        ("p", 1, "save", "mail"),
        ("p", 1, "save", None),
        ("p", 1, None, "save"),
        ("p", 1, None, None),
        ("p", 1, "word", "save"),
        ("p", 1, "Save", "word"),
        ("p", 1, "save word", None),
    ]
    assert len(set(known_as(rows))) == len(rows)
    assert len(set(known_as([rows[0]] * 3))) == 1


def test_without_the_key_nobody_can_test_a_guess():
    row = [("p", 1, "save", "word")]
    assert known_as(row) != known_as(row, key=b"o" * 32)


def test_how_an_action_is_shaped_and_in_which_order_does_not_count():
    row = [("p", 1, "save", "word")]
    shaped = [[{"column": "app", "as": "verbatim"}, {"column": "what", "split": "a", "take": 1}]]
    assert known_as(row) == known_as(row, action=shaped)
    assert known_as(row) != known_as(row, action=[["what"]])


@given(
    st.lists(
        st.tuples(
            st.sampled_from("pq"),
            st.integers(0, 3),
            st.sampled_from(["a", "b", None]),
            st.sampled_from(["c", None]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 30),
)
def test_it_does_not_depend_on_what_is_read_with_it(rows, cut):
    parts = [part for part in (rows[:cut], rows[cut:]) if part]
    assert known_as(rows) == [one for part in parts for one in known_as(part)]


@pytest.mark.parametrize(
    "spellings",
    [
        ["1.5", 1.5, "1.50", "15e-1", "+1.5"],
        ["1000", 1000, "1e3", 1000.0, "1000.0"],
        ["0", 0, "-0.0", "0e7", -0.0],
        ["true", True, "True", "TRUE"],
        ["a b", " a  b ", "a\tb", "a\u00a0b", "a\u2009b\n"],
        ["caf\u00e9", "cafe\u0301"],
        [None, "", "  ", "NULL", "None", "NaN", "\\N", math.nan],
    ],
    ids=str,
)
def test_one_value_in_several_spellings_is_one(spellings):
    known = {known_as([("p", 1, spelling, "x")])[0] for spelling in spellings}
    assert len(known) == 1


def test_what_only_looks_alike_stays_apart():
    texts = [
        "1",
        "1.5",
        "1.5.0",
        "v1",
        "1 5",
        "a b",
        "ab",
        "A B",
        "e3",
        ".",
        "1e",
        "9" * 41,
        "9" * 40 + "8",
        "1e9999",
    ]
    assert len(set(as_compared(pa.array(texts)).to_pylist())) == len(texts)


def test_dictionaries_and_plain_columns_are_one():
    texts = pa.array(["save", "open", None, "save"])
    rows = (
        pa.table({"what": texts, "app": texts}),
        pa.table({"what": texts.dictionary_encode(), "app": texts}),
    )
    mapping, accounts = Mapping.model_validate(PLAIN), pseudonyms(pa.array(["p"]), key=KEY)
    code, times = np.zeros(4, np.int32), np.arange(4, dtype=np.int64)
    one, other = (identities(table, mapping, accounts, code, times, key=KEY).tolist() for table in rows)
    assert one == other


def test_nothing_is_nothing():
    none = pa.array([], pa.string())
    table, accounts = pa.table({"what": none, "app": none}), pa.array([], pa.binary(16))
    made = identities(
        table, Mapping.model_validate(PLAIN), accounts, np.zeros(0, np.int32), np.zeros(0, np.int64), key=KEY
    )
    assert made.tolist() == []
