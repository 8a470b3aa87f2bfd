"""Show foreign text on a terminal: what would steer it, hide or turn what stands around is spelled out (`\\x1b`, `\\u202e`).

What counts as such are the characters of the Unicode categories Cc (controls; C0 and C1), Cf (formats; bidirectional
overrides, zero-width characters, tags), Cs (lone surrogates), Zl and Zp (line and paragraph separators).
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_ILLEGIBLE: Final = re.compile(
    "[\\U00000000-\\U0000001f\\U0000007f-\\U0000009f\\U000000ad-\\U000000ad\\U00000600-\\U00000605"
    "\\U0000061c-\\U0000061c\\U000006dd-\\U000006dd\\U0000070f-\\U0000070f\\U00000890-\\U00000891"
    "\\U000008e2-\\U000008e2\\U0000180e-\\U0000180e\\U0000200b-\\U0000200f\\U00002028-\\U0000202e"
    "\\U00002060-\\U0000206f\\U0000d800-\\U0000dfff\\U0000feff-\\U0000feff\\U0000fff9-\\U0000fffb"
    "\\U000110bd-\\U000110bd\\U000110cd-\\U000110cd\\U00013430-\\U0001343f\\U0001bca0-\\U0001bca3"
    "\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff]"
)
"""Those categories; a test holds it against the running Python's Unicode data, which only ever adds to it."""


def visible(text: str, *, lines: bool = False) -> str:
    """Text in which everything can be seen. `lines`: line ends stay as they are.

    >>> print(visible("a\\x1b[31mb\\u202ec"), visible("two\\nlines"))
    a\\x1b[31mb\\u202ec two\\nlines
    """
    return _ILLEGIBLE.sub(lambda found: found[0] if lines and found[0] == "\n" else _spelled(found[0]), text)


def visible_json(text: str) -> str:
    """JSON that means the same, with what cannot be seen in its strings written as escapes.

    >>> visible_json('{"a": "\\u202e"}') == '{"a": "' + chr(92) + 'u202e"}'
    True
    """
    return _ILLEGIBLE.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def json_line(fields: dict[str, Any]) -> str:
    """A line of a JSON log: ASCII alone, and no lone surrogate, which strict readers refuse.

    >>> json_line({"note": "caf\\xe9\\udcff"}) == '{"note": "caf' + chr(92) + 'u00e9' + chr(92) * 2 + 'udcff"}'
    True
    """
    return json.dumps(_paired(fields))


def _spelled(character: str) -> str:
    return (
        character.encode("ascii", "backslashreplace").decode() if ord(character) > 127 else _ASCII[character]
    )


_ASCII: Final = {chr(code): repr(chr(code))[1:-1] for code in (*range(32), 127)}


def _paired(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_paired(key): _paired(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_paired(inner) for inner in value]
    return value
