"""JSON with one spelling, so that equal values are equal bytes; and the way back."""

from __future__ import annotations

from typing import Any

import orjson

from etl.errors import StorageError


def dump(value: object) -> bytes:
    """Canonical JSON: sorted keys, indented, one line end at the end."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def parse_object(name: str, content: bytes) -> dict[str, Any]:
    """A JSON object of the registry. `name`: its own, for the message.

    Raises:
        StorageError: it is none.
    """
    try:
        value = orjson.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise StorageError(f"{name} cannot be read: restore it from a backup")
    return value
