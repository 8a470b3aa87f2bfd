"""A row's own account goes from its own name, whatever stands beside it, and from nobody else's."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.events import EventPolicy, to_events
from transforms.gazetteer import Gazetteer
from transforms.mapping import Mapping
from transforms.own_account import (
    ACCOUNT_JOINT,
    _hold_any,
    _may_spell,
    _replaced,
    _spelled,
    own_forms,
    replace_own_account,
)
from transforms.participation import ENTRIES, build_registry
from transforms.rules.normal_form import normal_form
from transforms.schemas import POSITION


def replace(text: pa.Array, account: pa.Array) -> tuple[pa.DictionaryArray, int]:
    return replace_own_account(text.dictionary_encode(), account.dictionary_encode())


def replaced(text: str | None, account: str) -> str | None:
    values, _ = replace(pa.array([text], pa.string()), pa.array([account]))
    return None if values[0].as_py() is None else str(values[0].as_py())


@pytest.mark.parametrize(
    ("text", "account", "expected"),
    [
        ("src/annsmith/x.py", "ann.smith2", "src/{name}/x.py"),
        ("Ann_Smith.notes", "annsmith", "{name}.notes"),
        ("AnnNotes", "ann", "{name}Notes"),
        ("planning", "ann", "planning"),
        ("notesjsmithx", "jsmith", "notes{name}x"),
        ("web17 page", "web17", "{name} page"),
        ("web page", "web17", "web page"),
        ("admin panel", "admin", "admin panel"),
        ("al x", "al", "al x"),
        ("jürgen JÜRGEN jurgen", "jürgen", "{name} {name} {name}"),
        ("Jürgen", "jurgen", "{name}"),
        ("%61nn x", "ann", "{name} x"),
        ("CORP jdoe", "corp\\jdoe", "CORP {name}"),
        ("jdoe", "jdoe@example.com", "{name}"),
        ("ada and bob", f"ada{ACCOUNT_JOINT}bob", "{name} and {name}"),
        ("x {secret}", "secret", "x {secret}"),
        ("a -- n -- n", "ann", "a -- n -- n"),
        (None, "ann", None),
    ],
)
def test_replaced(text: str | None, account: str, expected: str | None) -> None:
    assert replaced(text, account) == expected


def test_only_the_own_rows_change_and_are_counted() -> None:
    values = pa.array(["open ann", "open ann", None, "open bob", "open ann"])
    account = pa.array(["ann", "bob", "ann", "bob", "ann"])
    shown, changed = replace(values, account)
    assert shown.to_pylist() == ["open {name}", "open ann", None, "open {name}", "open {name}"]
    assert changed == 3


def test_an_address_is_not_taken_apart() -> None:
    values = pa.array(["ann@example.com ann"])
    assert replace(values, pa.array(["ann"]))[0].to_pylist() == ["{email} {name}"]


ROWS = st.lists(
    st.tuples(
        st.none() | st.sampled_from(["x ann", "AnnLee", "é ann", "bob/ann", "%61nn", "", "x"]),
        st.sampled_from(["ann", "bob", "annlee", "é.ann"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(ROWS, st.integers(0, 12))
def test_no_batching_matters(rows: list[tuple[str | None, str]], cut: int) -> None:
    def shown(part: list[tuple[str | None, str]]) -> list[str | None]:
        if not part:
            return []
        texts, accounts = (pa.array(column, pa.string()) for column in zip(*part, strict=True))
        return list(replace(texts, accounts)[0].to_pylist())

    assert shown(rows) == shown(rows[:cut]) + shown(rows[cut:])


MAPPING = Mapping.model_validate({"format": "jsonl", "person": "who", "time": "ts", "action": [["name"]]})
KEY = b"k" * 32


@pytest.mark.parametrize("listed", [True, False], ids=["participation", "none"])
@pytest.mark.parametrize(
    ("text", "account", "expected"),
    [
        ("desk of 1234", "1234", "desk of {name}"),
        ("notesannleefile", "annlee", "notes{name}file"),
        ("notesjsmithx", "jsmith", "notes{name}x"),
    ],
)
def test_a_participation_file_never_makes_it_less(
    text: str, account: str, expected: str, listed: bool
) -> None:
    entries = pa.Table.from_pylist(
        [{"account": account, "person": "p", "status": "participates"}], schema=ENTRIES
    )
    policy = EventPolicy(
        MAPPING,
        0,
        2**62,
        *[KEY] * 4,
        registry=build_registry(entries, person_key=KEY, unit_key=KEY) if listed else None,
        gazetteer=Gazetteer.build([account], key=KEY) if listed else None,
    )
    rows = pa.table(
        {
            POSITION: pa.array([0], pa.int64()),
            "who": [account],
            "ts": ["2026-11-02T08:00:00Z"],
            "name": [text],
        }
    )
    assert to_events(rows, policy, file=0).events.column("path").to_pylist() == [expected]


def test_the_gazetteer_finds_as_short_a_name_inside_words_as_ones_own_account_is() -> None:
    names = Gazetteer.build(["annlee"], key=KEY)
    assert names.replace_names(pa.array(["notesannleefile"])).to_pylist() == ["notes{name}file"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*"aAnN ._-é\u0301ßΣσς한", "ann", "Straße", "İ", "иван"]), max_size=10).map(
        "".join
    ),
    st.sampled_from(["ann", "né.ann", "strasse", "иван", "한ann", "sσς"]),
)
def test_whatever_is_replaced_was_let_through(text: str, account: str) -> None:
    clean, forms, only = normal_form(pa.array([text])), [own_forms(account)], np.zeros(1, np.int64)
    if _replaced(clean[0].as_py(), forms[0]) != clean[0].as_py():
        assert _hold_any(_spelled(clean), forms).all()
        assert _may_spell(_spelled(clean), forms, only, only).all()


def test_a_letter_beyond_ascii_lets_nothing_else_through() -> None:
    texts, forms = pa.array(["café ann", "café bob"]), [own_forms("ann"), own_forms("иван")]
    text_of, owner_of = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert _may_spell(_spelled(texts), forms, text_of, owner_of).tolist() == [True, False, False, False]
    assert _hold_any(_spelled(texts), forms).tolist() == [True, False]


def test_nothing_to_do() -> None:
    empty = pa.array([], pa.string()).dictionary_encode()
    assert replace_own_account(empty, empty) == (empty, 0)
    assert own_forms("") == ()
