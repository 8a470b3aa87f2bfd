"""One spelling for one account, person or unit, wherever names are compared: logs, participation, requests, changes of keys.

Merging protects: two spellings of one person must never count as two people. Two people whose names are one by this rule
count as one, which costs utility and nobody's protection.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from transforms.unicode_form import unicode_form

SPELLING: Final = 2
"""The number of this rule. Pseudonyms follow from it: whoever changes the rule counts on, and `desirepath migrate` moves
registries."""

_LONGEST_NUMBER: Final = 40
_EXPONENT: Final = r"^[-+]?[0-9]+(?:\.[0-9]*)?e[-+]?[0-9]{1,3}$"
_DOMAIN_USER: Final = r"^([^\\@]*[^\\@ ]) ?\\+ ?([^\\@ ][^\\@]*)$"


def canonical(values: pa.Array) -> pa.Array:
    r"""The canonical spelling of each name.

    `transforms.unicode_form`; a down-level logon name `DOMAIN\user` is the user principal name `user@domain` ([MS-ADTS]
    5.1.1.1.1), for the very same domain; and a whole number is one in whatever format it came (`8`, `8.0`, `+8`, `008`,
    `8e0`).

    Linear in the values. ASCII is spelled on Arrow, other text once for each distinct one.

    Args:
        values: string; null stays null, and what is empty becomes null.

    >>> canonical(pa.array(["Ann ", "ＡＮＮ", "an\u200bn", "8.0", " "])).to_pylist()
    ['ann', 'ann', 'ann', '8', None]
    >>> canonical(pa.array(["CORP\\Ann", "ann@corp", "Ann \t Lee", "STRASSE", "straße"])).to_pylist()
    ['ann@corp', 'ann@corp', 'ann lee', 'strasse', 'strasse']
    """
    plain = pc.string_is_ascii(values)
    if pc.all(plain, min_count=0).as_py():
        text = _ascii_form(values)
    else:
        other = values.filter(pc.invert(plain)).dictionary_encode()
        forms = pa.array([unicode_form(name) for name in other.dictionary.to_pylist()], pa.string())
        asked = pc.if_else(plain, values, pa.scalar("", pa.string()))
        text = pc.replace_with_mask(_ascii_form(asked), pc.invert(plain), forms.take(other.indices))
    text = pc.replace_substring_regex(text, _DOMAIN_USER, r"\2@\1")
    text = _numbers(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _ascii_form(values: pa.Array) -> pa.Array:
    """What `unicode_form` makes of ASCII."""
    text = pc.replace_substring_regex(values, r"[\x00-\x08\x0e-\x1f\x7f]+", "")
    text = pc.replace_substring_regex(text, r"[\t-\r ]+", " ")
    return pc.ascii_lower(pc.ascii_trim(text, characters=" "))


def _numbers(text: pa.Array) -> pa.Array:
    scientific = pc.fill_null(pc.match_substring_regex(text, _EXPONENT), False)
    if pc.any(scientific, min_count=0).as_py():
        written = [_written_out(number) for number in text.filter(scientific).to_pylist()]
        text = pc.replace_with_mask(text, scientific, pa.array(written, pa.string()))
    text = pc.replace_substring_regex(text, r"^(?:\+|(-))?0*([0-9]+)(?:\.0*)?$", r"\1\2")
    return pc.replace_substring_regex(text, r"^-0$", "0")


def _written_out(number: str) -> str:
    """A number with an exponent without it, where it is whole and not endless: as other formats write it."""
    value = Decimal(number)
    if value == 0:
        return "0"
    if value.adjusted() >= _LONGEST_NUMBER or value != value.to_integral_value():
        return number
    return re.sub(r"\.0*$", "", f"{value:f}")
