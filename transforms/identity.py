"""What an event is known by when it comes again: a keyed digest of account, time and what was done (decision 22).

What was done is the mapped action columns' values as the record has them, before anything is shaped or scrubbed: a names
list or a template that changes leaves them alone. How a value is spelled does not count where two exports of one record
spell it differently. The digest is of account and time as well, so that two people who do the same have nothing in common.
"""

from __future__ import annotations

import sys
from decimal import Context, Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.distinct import number_below
from transforms.mapping import Mapping
from transforms.record_ids import bytes_of, cmacs, cmacs_of_pairs, record_ids
from transforms.text import as_distinct_text

Int64s = npt.NDArray[np.int64]

_NOTHING: Final = pa.array(["", "null", "none", "nan", "undefined", "\\n", "∅"])
"""What exports write where there is no value, in lower case."""

_TRUTH: Final = pa.array(["true", "false"])
_PLAIN: Final = r"^(0|-?[1-9][0-9]{0,17})$"
_NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
_MOST_DIGITS: Final = 40
"""A longer text is compared as text, whatever it reads like."""


def identities(
    rows: pa.Table,
    mapping: Mapping,
    accounts: pa.Array,
    code: npt.NDArray[np.int32],
    time_us: Int64s,
    *,
    key: bytes,
) -> Int64s:
    """Give each record 64 bits of a keyed digest of its account, time and action.

    Linear in the rows: half an AES block each, and a few for each distinct pair of an account and an action.

    Args:
        rows: RAW. accounts: binary(16), distinct pseudonyms.
        code: for each row its account, an index into `accounts`.
        time_us: for each row its time, µs UTC.
        key: 32 bytes from `derive_key`. Without it nobody can test a guess.
    """
    parts = [bytes_of(accounts)]
    codes = [code.astype(np.int64)]
    for name in action_columns(mapping):
        encoded = as_distinct_text(rows.column(name))
        digests = record_ids(as_compared(encoded.dictionary), key=key)
        known = bytes_of(digests).copy()
        known[np.asarray(digests.is_null())] = 0
        parts.append(np.vstack([known, np.zeros((1, 16), np.uint8)]))
        codes.append(np.asarray(encoded.indices.fill_null(len(known)), np.int64))
    which, first = np.zeros(rows.num_rows, np.int64), np.zeros(0, np.int64)
    for part, one in zip(parts, codes, strict=True):
        # Renumbered after every column, so that the product of the sizes never overflows.
        which, first = number_below(which * len(part) + one, (int(which.max(initial=0)) + 1) * len(part))
    heads = np.hstack([part[one[first]] for part, one in zip(parts, codes, strict=True)])
    bounds = np.arange(len(heads) + 1, dtype=np.int32) * heads.shape[1]
    octets = np.ascontiguousarray(heads).ravel()
    digests = cmacs(octets, bounds, key=key) if len(heads) else np.zeros((0, 16), np.uint8)
    words = cmacs_of_pairs(digests, which, np.require(time_us, np.int64, ("C", "A", "W")), key=key).view(
        np.int64
    )
    words = words.byteswap() if sys.byteorder == "little" else words
    return np.ascontiguousarray(words[:, 0])


def action_columns(mapping: Mapping) -> list[str]:
    """The columns whose values say what was done, whatever level they are in and however they pass."""
    return sorted({column.column for level in mapping.action for column in level})


def as_compared(texts: pa.Array) -> pa.Array:
    """The one spelling of each text by which values are compared; null: no value.

    Linear in the texts; those that read like numbers and are no plain integers cost a Python call each.

    Unicode NFC (UAX #15), blanks at the ends gone and inner ones one; `true` and `false` in small letters; a number by its
    value; what exports write for no value is none.

    Args:
        texts: string.

    >>> as_compared(pa.array([" a  b ", "1.50", "1.5e3", "True", "None", "007"])).to_pylist()
    ['a b', '1.5', '1500', 'true', None, '7']
    """
    if not pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        texts = pc.utf8_normalize(texts, "NFC")
    texts = pc.replace_substring_regex(texts, r"[\s\v\p{Z}\x{85}]+", " ")
    texts = pc.utf8_trim_whitespace(texts)
    lower = pc.ascii_lower(texts)
    texts = pc.if_else(pc.is_in(lower, value_set=_TRUTH), lower, texts)
    texts = pc.if_else(pc.is_in(lower, value_set=_NOTHING), pa.scalar(None, pa.string()), texts)
    odd = pc.and_(
        pc.match_substring_regex(texts, _NUMBER), pc.invert(pc.match_substring_regex(texts, _PLAIN))
    )
    odd = pc.fill_null(pc.and_(odd, pc.less_equal(pc.utf8_length(texts), _MOST_DIGITS)), False)
    if not pc.any(odd, min_count=0).as_py():
        return texts
    numbers = pa.array([_by_value(text) for text in texts.filter(odd).to_pylist()], pa.string())
    return pc.replace_with_mask(texts, odd, numbers)


_EXACT: Final = Context(prec=2 * _MOST_DIGITS)


def _by_value(text: str) -> str:
    number = Decimal(text).normalize(_EXACT)
    if not number:
        return "0"
    return f"{number:f}" if abs(number.adjusted()) <= _MOST_DIGITS else str(number)
