"""Read JSON that somebody else may have written: bounded in size, depth and numbers, each key once."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import orjson

from etl.visible import visible

MOST_BYTES: Final = 16 << 20
"""More than any manifest, tombstone or audit entry has."""
_MOST_DEPTH: Final = 32
_MOST_NUMBER: Final = 2**63


class UnfitError(Exception):
    """The text is not such JSON; the message says why, and quotes nothing."""


def parse_strictly(content: bytes, *, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """Parse a JSON object.

    Raises:
        UnfitError: it is none, is too large, is nested too deeply, has a key twice, or a number that no count can be.

    >>> parse_strictly(b'{"a": [1, "x"]}')
    {'a': [1, 'x']}
    """
    if len(content) > most_bytes:
        raise UnfitError(f"it is larger than {most_bytes:,} bytes")
    try:
        orjson.loads(content)  # strict UTF-8 and JSON, and no recursion without end
        value = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UnfitError("it is no JSON") from None
    if not isinstance(value, dict):
        raise UnfitError("it is no JSON object")
    _check(value, _MOST_DEPTH)
    return value


def told_by(name: str) -> str:
    """The name of a registry's object, for a message: whoever made it may have named it to deceive a terminal."""
    shown = visible(name)
    return shown if len(shown) <= 200 else f"{shown[:200]}…"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnfitError("it has a key twice")
    return found


def _no_constant(_: str) -> None:
    raise UnfitError("it has a number that is none")


def _check(value: object, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth == 0:
            raise UnfitError("it is nested too deeply")
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(inner, depth - 1)
    elif isinstance(value, int | float) and not (math.isfinite(value) and abs(value) < _MOST_NUMBER):
        raise UnfitError("it has a number that no count can be")
