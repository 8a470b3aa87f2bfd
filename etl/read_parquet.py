"""Parquet files: what planning needs from the footer, and row groups → decoded records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from etl.errors import InputError
from etl.read_stream import open_binary
from transforms.decode import Decoded, reasons, reject_table
from transforms.decode.tabular import decode_batch, field_type, find_field, is_usable
from transforms.mapping import Mapping

if TYPE_CHECKING:
    from etl.inputs import InputFile, Split

_BATCH_ROWS: Final = 1 << 17


def row_group_bytes(file: InputFile, mapping: Mapping) -> list[int]:
    """The compressed size of each row group, after a check that the mapped columns are there.

    Raises:
        InputError: no Parquet file, or a mapped column is missing or of a type that cannot be read.
    """
    with open_binary(file.path) as handle:
        opened = open_parquet(file.path, handle)
        schema = opened.schema_arrow
        for column in mapping.columns:
            path = find_field(schema, column)
            if path is None and column in mapping.optional:
                continue
            if path is None:
                raise InputError(
                    f"{file.path} has no column {column}, which the mapping names: correct the mapping's column name, or "
                    "take the file out of --input."
                )
            if not is_usable(field_type(schema, path)):
                raise InputError(
                    f"{file.path}: column {column}, which the mapping names, holds lists or structs: map a column of "
                    "single values (a dotted path reaches into a struct)."
                )
        metadata = opened.metadata
        groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
        return [
            sum(group.column(at).total_compressed_size for at in range(group.num_columns)) for group in groups
        ]


def read_row_groups(split: Split, mapping: Mapping, *, record_key: bytes | None) -> Iterator[Decoded]:
    """Decode the row groups of a split. A position is a row number in the file; rows that cannot be read because their
    row group is damaged are rejected one by one, since the footer says how many there are."""
    with open_binary(split.file.path) as handle:
        opened = open_parquet(split.file.path, handle)
        metadata = opened.metadata
        tops = {
            path[0] for path in (find_field(opened.schema_arrow, name) for name in mapping.columns) if path
        }
        wanted = None if record_key is not None else sorted(tops)
        last = metadata.num_row_groups if split.end is None else split.end
        position = sum(metadata.row_group(index).num_rows for index in range(split.start))
        for group in range(split.start, last):
            behind = position + metadata.row_group(group).num_rows
            batches = opened.iter_batches(
                batch_size=_BATCH_ROWS, row_groups=[group], columns=wanted, use_threads=False
            )
            while position < behind:
                try:
                    batch = next(batches, None)
                except pa.ArrowMemoryError:
                    raise
                except (pa.ArrowException, OSError) as error:
                    if getattr(error, "errno", None):  # the disk's fault, not the file's
                        raise
                    batch = None
                if batch is None:
                    lost = list(range(position, behind))
                    yield _rejected(opened.schema_arrow, mapping, record_key, lost)
                    position = behind
                    break
                yield decode_batch(batch, mapping, position=position, record_key=record_key)
                position += batch.num_rows


def _rejected(schema: pa.Schema, mapping: Mapping, record_key: bytes | None, lost: list[int]) -> Decoded:
    empty = pa.RecordBatch.from_pylist([], schema=schema)
    rows = decode_batch(empty, mapping, position=0, record_key=record_key).rows
    return Decoded(rows, reject_table(lost, [reasons.STREAM_CORRUPT] * len(lost)))


def open_parquet(path: str, handle: Any) -> Any:
    """A `ParquetFile` over an open file; InputError where it is none."""
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(handle)
    except (pa.ArrowException, OSError) as error:
        if getattr(error, "errno", None):
            raise
        raise InputError(
            f"{path} is not a Parquet file, or its footer is damaged: write it again, or take it out of --input."
        ) from error
