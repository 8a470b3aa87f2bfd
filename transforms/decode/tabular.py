"""Tables (Parquet) → RAW: the mapped columns picked, struct fields by dotted path, types narrowed to a handful."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from transforms.decode import Decoded, reasons, reject_table
from transforms.decode.arrays import Bools
from transforms.decode.rows import record_ids
from transforms.mapping import Mapping
from transforms.schemas import DIGEST, POSITION, RECORD_ID


def find_field(schema: pa.Schema, column: str) -> tuple[str, ...] | None:
    """Where a mapped column is in a table: a column of that very name, else struct fields along its dots; None: nowhere.

    >>> find_field(pa.schema([("a", pa.struct([("b", pa.int64())]))]), "a.b")
    ('a', 'b')
    """
    if column in schema.names:
        return (column,)
    path = tuple(column.split("."))
    if path[0] not in schema.names:
        return None
    kind = schema.field(path[0]).type
    for name in path[1:]:
        if not pa.types.is_struct(kind) or kind.get_field_index(name) < 0:
            return None
        kind = kind.field(name).type
    return path


def field_type(schema: pa.Schema, path: Sequence[str]) -> pa.DataType:
    """The type of what `find_field` found, without its dictionary."""
    kind = schema.field(path[0]).type
    for name in path[1:]:
        kind = kind.field(name).type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def is_usable(kind: pa.DataType) -> bool:
    """Whether a mapped column may have this type: anything but a list, a map, a struct or a union."""
    return not pa.types.is_nested(kind)


def decode_batch(
    batch: pa.RecordBatch, mapping: Mapping, *, position: int, record_key: bytes | None
) -> Decoded:
    """One batch of a table's rows.

    Linear in the values; a row is looked at by itself only where its digest is asked for.

    Args:
        batch: holds every mapped column; with `record_key` every column of the file.
        position: the row number of the batch's first row in the file.

    Returns:
        Rows as `Decoded` says. A time in a timestamp column stays timestamp[us], zoned if it was: a finer fraction is cut.
        A date or a time of day is ISO 8601 text, a decimal its digits, binary its text. Rejects: `utf8_invalid`.
    """
    bad = np.zeros(batch.num_rows, np.bool_)
    columns: dict[str, pa.Array] = {}
    for name in mapping.columns:
        path = find_field(batch.schema, name)
        if path is None:
            if name not in mapping.optional:
                raise KeyError("the batch lacks a mapped column")
            columns[name] = pa.nulls(batch.num_rows, pa.string())
            continue
        column = batch.column(path[0])
        for step in path[1:]:
            column = pc.struct_field(column, step)
        columns[name] = _narrow(column, bad, keep_time=name == mapping.time.column)
    columns[POSITION] = pa.array(np.arange(position, position + batch.num_rows), pa.int64())
    if record_key is not None:
        columns[RECORD_ID] = pa.array(record_ids(_row_bytes(batch), record_key), DIGEST)
    rows = pa.table(columns)
    if not bad.any():
        return Decoded(rows, reject_table([], []))
    positions = (np.flatnonzero(bad) + position).tolist()
    return Decoded(
        rows.filter(pa.array(~bad)), reject_table(positions, [reasons.UTF8_INVALID] * len(positions))
    )


def _narrow(column: pa.Array, bad: Bools, *, keep_time: bool) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if _is_text(kind):
        return _text(column, bad)
    if pa.types.is_boolean(kind):
        return column
    if pa.types.is_integer(kind):
        try:
            return pc.cast(column, pa.int64())
        except pa.ArrowInvalid:  # past 63 bits
            return pc.cast(column, pa.string())
    if pa.types.is_floating(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_timestamp(kind):
        cut = pc.cast(column, pa.timestamp("us", kind.tz), safe=False)
        return cut if keep_time else pc.cast(cut, pa.string())
    if pa.types.is_decimal(kind) and kind.scale <= 0:
        column = pc.cast(column, pa.decimal256(76, 0))
    return pc.cast(column, pa.string())


def _is_text(kind: pa.DataType) -> bool:
    views = pa.types.is_string_view(kind) or pa.types.is_binary_view(kind)
    large = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
    plain = pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return bool(views or large or plain)


def _text(column: pa.Array, bad: Bools) -> pa.Array:
    # Arrow does not check what a file calls a string: through binary, the cast does.
    raw = pc.cast(column, pa.binary())
    try:
        return pc.cast(raw, pa.string())
    except pa.ArrowInvalid:
        texts: list[str | None] = []
        for index, value in enumerate(raw.to_pylist()):
            try:
                texts.append(None if value is None else value.decode())
            except UnicodeDecodeError:
                bad[index] = True
                texts.append(None)
        return pa.array(texts, pa.string())


def _row_bytes(batch: pa.RecordBatch) -> list[bytes]:
    """A row has no bytes of its own in a table: its values as JSON, columns in the file's order, stand for them."""
    texts = [pc.cast(column, pa.binary()) if _is_text(column.type) else column for column in batch.columns]
    columns = [column.to_pylist() for column in texts]  # text as bytes: it may be no valid text
    return [orjson.dumps(row, default=repr) for row in zip(*columns, strict=True)]
