"""JSON records one by one, through a full parser: slow and sure, for what the scan leaves over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson
import pyarrow as pa

from transforms.decode import reasons
from transforms.decode.columns import from_values

_DEPTH_WORDS: Final = ("depth limit", "recursion limit")
_WRONG: Final = object()


class Parsed(NamedTuple):
    """`kept`: the indices of the usable records; `columns`: one array for each path, as long as `kept`. `rejected`: the
    indices of the others, each with its reason."""

    kept: list[int]
    columns: list[pa.Array]
    rejected: list[int]
    why: list[str]


def parse_records(records: Sequence[bytes], columns: Sequence[str], numeric: frozenset[str]) -> Parsed:
    """Parse records that are valid UTF-8.

    Args:
        columns: keys, or dotted paths of keys; a key that is spelled with the dots wins unless it is null.
        numeric: the columns that stay numbers (`columns.numeric_columns`).
    """
    kept: list[int] = []
    rows: list[list[Any]] = []
    rejected: list[int] = []
    why: list[str] = []
    for index, record in enumerate(records):
        row = _row(record, columns)
        if isinstance(row, str):
            rejected.append(index)
            why.append(row)
        else:
            kept.append(index)
            rows.append(row)
    arrays = [
        from_values([row[at] for row in rows], numeric=name in numeric) for at, name in enumerate(columns)
    ]
    return Parsed(kept, arrays, rejected, why)


def _row(record: bytes, columns: Sequence[str]) -> list[Any] | str:
    try:
        parsed = orjson.loads(record)
    except orjson.JSONDecodeError as error:
        deep = any(words in str(error).lower() for words in _DEPTH_WORDS)
        return reasons.NESTING_TOO_DEEP if deep else reasons.JSON_MALFORMED
    if not isinstance(parsed, dict):
        return reasons.NOT_AN_OBJECT
    row = [_look_up(parsed, column) for column in columns]
    if any(isinstance(value, float) and abs(value) >= 1 << 63 for value in row):
        # orjson rounds whole numbers past 64 bits; two long ids must not become one.
        parsed = json.loads(record)
        row = [_look_up(parsed, column) for column in columns]
    if any(value is _WRONG or isinstance(value, dict | list) for value in row):
        return reasons.WRONG_TYPE
    return row


def _look_up(record: dict[str, Any], column: str) -> Any:
    value = record.get(column)
    if value is not None or "." not in column:
        return value
    value = record
    for key in column.split("."):
        if value is None:
            return None
        if not isinstance(value, dict):
            return _WRONG
        value = value.get(key)
    return value
