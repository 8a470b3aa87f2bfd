"""The contracts of what is verified, restated here so that a change on the other side cannot pass unseen."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

LEVEL_SEPARATOR: Final = "\x1f"
"""Joins the levels of an action's hierarchy in `path`, finest first."""

LEVEL_MARK: Final = " ↑"
"""A token of level i ≥ 1 is the level's text, this mark and i; a token of level 0 is the text alone."""

EVENTS: Final = pa.schema(
    [
        pa.field("person", pa.binary(16), nullable=False),
        pa.field("unit", pa.dictionary(pa.int32(), pa.string())),  # null: unknown, which counts as one unit
        pa.field("time_us", pa.int64(), nullable=False),
        pa.field("file", pa.int32(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("path", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("record_id", pa.int64()),  # null: not to be deduplicated
        pa.field("account", pa.binary(16), nullable=False),
        pa.field("fragment", pa.int64()),  # waited in the pool, in one piece; null: read from the files
        pa.field("identity", pa.int64()),  # what it is known by when it comes again; not looked at here
    ]
)

EMISSIONS: Final = pa.schema(
    [
        pa.field("record", pa.dictionary(pa.int32(), pa.binary(32)), nullable=False),
        pa.field("person", pa.binary(16), nullable=False),
        pa.field("session", pa.int32(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("length", pa.int32(), nullable=False),
    ]
)

NAMED: Final = pa.schema(
    [
        pa.field("person", pa.binary(16), nullable=False),
        pa.field("account", pa.binary(16), nullable=False),
        pa.field("unit", pa.dictionary(pa.int32(), pa.string())),  # null: unknown, which counts as one unit
        pa.field("time_us", pa.int64(), nullable=False),
    ]
)
"""Which unit an account named, when: in a session that is not over, a repeat, a record that is no event of the version."""

ROWS: Final = pa.schema(
    [
        pa.field("account", pa.string(), nullable=False),
        pa.field("person", pa.string()),  # null: whose it is, is not said
        pa.field("unit", pa.string()),  # null: unknown
        pa.field("status", pa.string(), nullable=False),  # participates | objects | left
        pa.field("valid_from_us", pa.int64()),  # null: since ever
        pa.field("valid_to_us", pa.int64()),  # null: for ever; half-open
        pa.field("recorded_at_us", pa.int64()),  # null: nobody knows when
    ]
)
"""The rows of a participation file."""

SPANS: Final = pa.schema(
    [
        pa.field("person", pa.binary(16), nullable=False),
        pa.field("unit", pa.string()),  # null: unknown, which counts as one unit
        pa.field("from_us", pa.int64(), nullable=False),
        pa.field("to_us", pa.int64(), nullable=False),  # half-open
    ]
)
"""Who held which unit from when to when."""

SPENT: Final = pa.schema(
    [
        pa.field("account", pa.binary(16), nullable=False),
        pa.field("from_us", pa.int64(), nullable=False),
        pa.field("to_us", pa.int64(), nullable=False),  # closed
    ]
)
"""When something of an account's person was released or cut off by a cap, in an earlier version."""

COLUMNS: Final = ("actions", "length", "people", "occurrences")
"""The columns of a released record, in order."""

KINDS_OF_ROWS: Final = ("sequences", "actions")
SPLITS: Final = ("train", "validation", "test")


def has_records(schema: Any) -> bool:
    """Whether a file's Arrow schema has the columns of a record, once each and with their types, whatever else it has."""
    if any(schema.get_field_index(name) < 0 for name in COLUMNS):
        return False
    actions = schema.field("actions").type
    wanted = [("length", pa.int16()), ("people", pa.int32()), ("occurrences", pa.int64())]
    return bool(
        pa.types.is_list(actions)
        and actions.value_type == pa.string()
        and all(schema.field(name).type == kind for name, kind in wanted)
    )


def fits(table: Any, schema: Any) -> bool:
    """Whether a staged table has exactly the schema's columns and types."""
    return bool(table.schema.names == schema.names and table.schema.types == schema.types)
