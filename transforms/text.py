"""Scalar columns as text, the same text for the same value whatever batch it came in."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from transforms.compaction import used_only


def as_text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column of RAW as one string array.

    Args:
        column: string (or a dictionary of strings), int64, double, bool or null; null stays null.

    Returns:
        string. A double is written in its shortest round-trip form, with `.0` where it is whole, as JSON writes it.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # more than 2 GiB of text in one batch: batches are far smaller
        raise OverflowError("a batch holds more than 2 GiB of text in one column")
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_dictionary(array.type):
        return array.dictionary.take(array.indices)
    if pa.types.is_floating(array.type):
        encoded = array.dictionary_encode()
        words = pa.array(
            [None if value is None else repr(value) for value in encoded.dictionary.to_pylist()], pa.string()
        )
        return words.take(encoded.indices)
    return pc.cast(array, pa.string())


def as_distinct_text(column: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """`as_text`, as a dictionary that holds each text once, and only those that a row has."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return used_only(array) if isinstance(array, pa.DictionaryArray) else as_text(array).dictionary_encode()


def recoded(encoded: pa.DictionaryArray, values: pa.Array) -> pa.DictionaryArray:
    """A dictionary column with other values in the place of its own: distinct ones again, null where a value is null.

    >>> column = pa.array(["a", "B", "b"]).dictionary_encode()
    >>> recoded(column, pa.array(["a", "b", "b"])).dictionary.to_pylist()
    ['a', 'b']
    """
    distinct = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(distinct.indices.take(encoded.indices), distinct.dictionary)
