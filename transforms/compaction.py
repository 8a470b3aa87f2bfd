"""Dictionaries that hold only what is used: a value filtered out of a column must not stay in its bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def compact_dictionaries(table: pa.Table) -> pa.Table:
    """The same rows, each dictionary column in one chunk whose dictionary holds used values only.

    Args:
        table: any types; null stays null. Dictionaries are not nested.
    """
    columns = [
        _used_only_column(column) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, schema=table.schema)


def used_only(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same values over a dictionary without what no row uses.

    >>> array = pa.DictionaryArray.from_arrays(pa.array([1, None], pa.int32()), pa.array(["gone", "here"]))
    >>> used_only(array).dictionary.to_pylist(), used_only(array).to_pylist()
    (['here'], ['here', None])
    """
    valid = np.asarray(column.indices.is_valid()) if column.null_count else None
    codes = np.asarray(column.indices if valid is None else column.indices.fill_null(0))
    there = np.zeros(len(column.dictionary), np.bool_)
    there[codes if valid is None else codes[valid]] = True
    if there.all():
        return column
    used = np.flatnonzero(there)
    number = np.zeros(max(len(column.dictionary), 1), np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    indices = pa.array(number[codes], pa.int32(), mask=None if valid is None else ~valid)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.take(pa.array(used)))


def _used_only_column(column: pa.ChunkedArray) -> pa.DictionaryArray:
    if column.num_chunks == 0:
        return pa.array([], column.type)
    chunks = column.unify_dictionaries().chunks  # all over one dictionary from here on
    return used_only(chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks))
