"""Columns of staged tables as arrays that can be compared."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Int64s = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


class Halves(NamedTuple):
    """128-bit digests as two words each, so that they compare as their bytes do."""

    high: Words
    low: Words


def halves(column: Any) -> Halves:
    """Binary(16) without nulls → two words a value, in the bytes' order."""
    raw = np.frombuffer(column.buffers()[1] or b"", ">u8", count=2 * (column.offset + len(column)))
    pairs = raw.reshape(-1, 2)[column.offset :]
    return Halves(pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64))


def whole(table: Any, name: str) -> Any:
    """A column as one array. Dictionaries must be unified."""
    chunks = table.column(name).chunks
    return (
        chunks[0]
        if len(chunks) == 1
        else pa.concat_arrays(chunks)
        if chunks
        else pa.array([], table.field(name).type)
    )


def coded(column: Any) -> tuple[Int64s, Any]:
    """A dictionary column as indexes into *distinct* values; null is a value of its own."""
    distinct = column.dictionary.dictionary_encode(null_encoding="encode")
    codes = np.asarray(distinct.indices, np.int64)
    values = distinct.dictionary
    if column.null_count:
        if not values.null_count:
            values = pa.concat_arrays([values, pa.nulls(1, values.type)])
        null = values.to_pylist().index(None)
        codes = np.append(codes, null)
    return codes[np.asarray(column.indices.fill_null(-1), np.int64)], values
