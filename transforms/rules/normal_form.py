"""Normal form: what a person sees in a text, so that no rule is misled by how it is written.

Escapes are decoded, compatibility forms unified (Unicode NFKC, UAX #15), invisible characters removed, digits of all
scripts made ASCII, look-alike letters inside Latin words made Latin (after UTS #39), blanks collapsed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.rules.apply import found_at, put

LONGEST_READ: Final = 2048
"""Characters. What is longer is no name: without its query, if it is a URL, and else nothing of it is kept."""

UNREADABLE: Final = "{text}"

_PLAIN_EXCEPTIONS: Final = r"[^ -~]|  |^ | $|%[0-9A-Fa-f]{2}|&[#a-zA-Z]|\\u00"
_INVISIBLE: Final = (
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\p{Cf}\p{Co}\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}"
    r"\x{2800}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}\x{E0100}-\x{E01EF}]"
)
_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY: Final = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|commat|period|amp|lt|gt|quot|apos|nbsp|shy|zwn?j);"
)
_UNICODE_ESCAPE: Final = re.compile(r"\\u(00[2-7][0-9A-Fa-f])")
_PUNCTUATION: Final = str.maketrans(
    {
        "↑": "^",
        **dict.fromkeys("‐‑‒–—―−﹣", "-"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‘’‚‛′", "'"),
        "。": ".",
    }
)
LOOK_ALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһӏԛԝкАВЕКМНОРСТХІЈЅУοανρικυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlqwkABEKMHOPCTXIJSYoavpikuABEZHIKMNOPTYX",
)
"""Cyrillic and Greek letters that look like Latin ones."""
_MIXED_WORD: Final = re.compile(
    r"[^\W\d_]*(?:[A-Za-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][A-Za-z])[^\W\d_]*"
)


def normal_form(values: pa.Array) -> pa.Array:
    """The normal form of each value; the normal form of a normal form is itself.

    Args:
        values: string without nulls.

    Returns:
        string: no control, format or private-use character, no blank but single inner spaces, no `↑`, no escape.
    """
    values = _without_excess(values)
    rows = found_at(values, _PLAIN_EXCEPTIONS)
    for _ in range(8):
        if len(rows) == 0:
            return values
        old = values.take(pa.array(rows))
        new = _once(old)
        changed = np.asarray(pc.not_equal(old, new))
        values = put(values, rows, new)
        rows = rows[changed]
    # Escapes of escapes of escapes: nobody names a thing so.
    return put(values, rows, pa.array([UNREADABLE] * len(rows), pa.string()))


def _without_excess(values: pa.Array) -> pa.Array:
    rows = np.flatnonzero(np.asarray(pc.utf8_length(values)) > LONGEST_READ)
    if len(rows) == 0:
        return values
    cut = pc.replace_substring_regex(
        values.take(pa.array(rows)), r"(?s)^([A-Za-z][A-Za-z0-9+.-]*://[^?#]*)[?#].*", r"\1"
    )
    kept = pc.if_else(pc.greater(pc.utf8_length(cut), LONGEST_READ), UNREADABLE, cut)
    return put(values, rows, kept)


def _once(values: pa.Array) -> pa.Array:
    escaped = found_at(values, r"%[0-9A-Fa-f]{2}|&[#a-zA-Z]|\\u00")
    if len(escaped):
        decoded = [_decode(text) for text in values.take(pa.array(escaped)).to_pylist()]
        values = put(values, escaped, pa.array(decoded, pa.string()))
    wide = np.flatnonzero(~np.asarray(pc.string_is_ascii(values)))
    if len(wide):
        # Not Arrow's kernel: its NFKC (25.0) leaves letters and their accents apart.
        composed = [unicodedata.normalize("NFKC", text) for text in values.take(pa.array(wide)).to_pylist()]
        texts = pa.array(composed, pa.string())
        texts = pc.replace_substring_regex(texts, r"[\s\p{Z}\x{85}\x0b]", " ")
        texts = pc.replace_substring_regex(texts, _INVISIBLE, "")
        values = put(
            values, wide, pa.array([_ascii_where_alike(text) for text in texts.to_pylist()], pa.string())
        )
    values = pc.replace_substring_regex(values, r"[\s\x0b]+", " ")
    values = pc.replace_substring_regex(values, r"[\x00-\x1f\x7f]+", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(values, " {2,}", " "))


def _decode(text: str) -> str:
    text = _PERCENT.sub(lambda found: re.sub(r"\s", "_", unquote(found.group())), text)
    text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    return _UNICODE_ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)


def _ascii_where_alike(text: str) -> str:
    text = re.sub(r"\d", lambda found: str(unicodedata.decimal(found.group())), text.translate(_PUNCTUATION))
    return _MIXED_WORD.sub(lambda found: found.group().translate(LOOK_ALIKES), text)
