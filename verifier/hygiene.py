"""Parquet hygiene: a file says nothing beside its rows, in metadata, dictionary pages, statistics or gaps (T6)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from verifier.layout import BYTE_ARRAY, Chunk, Layout
from verifier.schemas import COLUMNS
from verifier.violations import Tally

ARROW_SCHEMA: Final = b"ARROW:schema"
FEATURES: Final = b"huggingface"
WRITER: Final = re.compile(rb"parquet-cpp-arrow version [0-9][0-9A-Za-z.+-]{0,31}")
FIELD_METADATA: Final = frozenset({b"PARQUET:field_id"})
WORDS: Final = frozenset(
    "info features feature dtype _type id length List Sequence Value string int16 int32 int64".split()
) | frozenset(COLUMNS)
"""All that the `datasets` features of a record need to say."""


def check_metadata(layout: Layout, tally: Tally) -> None:
    """Only the Arrow schema and the `datasets` features may accompany the rows, and only about the columns."""
    tally.add("extra_metadata", WRITER.fullmatch(layout.writer) is None)
    for key, value in layout.metadata:
        if key == ARROW_SCHEMA:
            source = pa.BufferReader(base64.b64decode(value, validate=True))
            schema = pa.ipc.read_schema(source)
            tally.add("extra_metadata", len(source.read().strip(b"\0")))
            tally.add("extra_metadata", sum(not _allowed(*pair) for pair in (schema.metadata or {}).items()))
            tally.add("extra_metadata", sum(_foreign(field) for field in schema))
        else:
            tally.add("extra_metadata", not _allowed(key, value))


def check_chunk(chunk: Chunk, column: Any, tally: Tally) -> None:
    """Every value of a dictionary page and every minimum and maximum must be a value of the row group's rows.

    Args:
        column: pa.ChunkedArray, the row group's rows of the chunk's column.
    """
    values = column.combine_chunks()
    while pa.types.is_list(values.type):
        values = values.flatten()
    # pyarrow's distinct strings as bytes: what the pages hold.
    kind = pa.binary() if chunk.physical == BYTE_ARRAY else values.type
    held = set(pc.unique(values).cast(kind).to_pylist())
    tally.add("stray_dictionary_value", sum(value not in held for value in chunk.dictionary))
    tally.add("stray_statistic", sum(value not in held for value in chunk.extremes))


def _allowed(key: bytes, value: bytes) -> bool:
    if key != FEATURES:
        return False
    try:
        return WORDS.issuperset(_strings(json.loads(value)))
    except ValueError:
        return False


def _strings(tree: Any) -> Iterator[object]:
    """Every key and leaf of a JSON tree but null."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from _strings(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _strings(value)
    elif tree is not None:
        yield tree


def _foreign(field: Any) -> int:
    own = sum(key not in FIELD_METADATA for key in field.metadata or {})
    children = range(field.type.num_fields) if pa.types.is_nested(field.type) else ()
    return own + sum(_foreign(field.type.field(child)) for child in children)
