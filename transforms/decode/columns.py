"""One type for a column whose pieces came with several, such that a value's text never depends on its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.mapping import Mapping
from transforms.text import as_text

EXACT: Final = 1 << 53
"""Whole numbers below this are doubles without loss."""

_NUMERIC_TIMES: Final = frozenset({"epoch_s", "epoch_ms", "epoch_us", "relative_s", "iso8601_or_epoch_us"})


def numeric_columns(mapping: Mapping) -> frozenset[str]:
    """The columns that stay numbers where whole and other numbers mix: a time that is a number, used for nothing else."""
    time = mapping.time.column
    other = [
        *mapping.person.source_columns,
        *([mapping.where.column] if mapping.where else []),
        *(name for name in (mapping.event_id, mapping.unit) if name),
        *(column.column for level in mapping.action for column in level),
    ]
    return frozenset({time} if mapping.time.format in _NUMERIC_TIMES and time not in other else ())


def unify(parts: Sequence[pa.Array], *, numeric: bool) -> pa.Array:
    """The pieces of one column end to end, in one type.

    Args:
        parts: string (or a dictionary of strings), int64, double or bool; an all-null piece takes any type.
        numeric: int64 and double together may become double (where that loses nothing) instead of text.

    Returns:
        The common type; string where there are several.
    """
    parts = [as_text(part) if pa.types.is_dictionary(part.type) else part for part in parts]
    types = {part.type for part in parts if part.null_count < len(part)} or {pa.string()}
    if len(types) == 1:
        common = types.pop()
    elif numeric and types == {pa.int64(), pa.float64()} and all(_exact(part) for part in parts):
        common = pa.float64()
    else:
        common = pa.string()
    return pa.concat_arrays([_as(part, common) for part in parts])


def from_values(values: Sequence[object], *, numeric: bool) -> pa.Array:
    """A column from JSON scalars: str, int (of any size), float, bool or None."""
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds or kinds == {str}:
        return pa.array(values, pa.string())
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    whole = [value for value in values if type(value) is int]
    if kinds == {int} and all(-(1 << 63) <= value < 1 << 63 for value in whole):
        return pa.array(values, pa.int64())
    if kinds == {float} or (numeric and kinds == {int, float} and all(abs(value) < EXACT for value in whole)):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())  # type: ignore[arg-type]
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _as(part: pa.Array, common: pa.DataType) -> pa.Array:
    if part.type == common:
        return part
    if part.null_count == len(part):
        return pa.nulls(len(part), common)
    return as_text(part) if common == pa.string() else pc.cast(part, common)


def _exact(part: pa.Array) -> bool:
    if part.type != pa.int64():
        return True
    numbers = np.asarray(part.fill_null(0))
    return bool((np.abs(numbers) < EXACT).all())


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
