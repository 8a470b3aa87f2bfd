from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tests.transforms.decoding import mapping_of
from transforms.missing import named, without_null_words

MAPPING = {"unit": "team", "event_id": "id"}


def cleaned(column: pa.Array, name: str = "user", **more: Any) -> list[Any]:
    mapping = mapping_of("user", "ts", "event", **MAPPING, **more)
    table = pa.table(
        {other: column if other == name else pa.nulls(len(column), pa.string()) for other in mapping.columns}
    )
    return without_null_words(table, mapping).column(name).to_pylist()


WORDS = ["undefined", "NULL", "None", " nan ", "N/A", "-", "(null)", "\\N", "[object Object]"]


@pytest.mark.parametrize("name", ["user", "team", "id"])
def test_words_for_nobody_are_no_ids_in_any_column_of_ids(name: str) -> None:
    texts = [*WORDS, "u01", "0", "nullius", None]
    expected = [None] * len(WORDS) + ["u01", "0", "nullius", None]
    assert cleaned(pa.array(texts), name) == expected
    assert cleaned(pa.array(texts).dictionary_encode(), name) == expected
    assert cleaned(pa.array(texts), "event") == texts
    assert cleaned(pa.array(texts), name, null_ids=[]) == texts


@pytest.mark.parametrize("name", ["user", "event", "ts"])
def test_the_mappings_own_words_count_in_every_column_and_type(name: str) -> None:
    words = ["0", "-1", "FALSE", "nobody"]
    assert cleaned(pa.array([0, -1, 7]), name, null=words) == [None, None, 7]
    assert cleaned(pa.array([0.0, -1.0, 7.5, float("nan")]), name, null=words) == [None, None, 7.5, None]
    assert cleaned(pa.array([True, False]), name, null=words) == [True, None]
    assert cleaned(pa.array(["Nobody", "x"]), name, null=words) == [None, "x"]


def test_no_number_is_no_value() -> None:
    assert cleaned(pa.array([float("nan"), 7.0]), null_ids=[]) == [None, 7.0]


def test_the_account_of_a_path() -> None:
    mapping = mapping_of("user", "ts", "event", null=["shared"])
    assert [named(word, mapping) for word in ("u01", "Undefined", "SHARED", None)] == [
        "u01",
        None,
        None,
        None,
    ]
