"""One form of a text for all its spellings by Unicode: NFKC_Casefold, in a way that no interpreter's tables can change.

Unicode (UAX #31, UAX #44) defines NFKC_Casefold: full case folding, compatibility forms unified, default ignorables removed.
By the stability policies neither folding nor normalisation of a code point changes once it is assigned. So text is folded
by the tables of the interpreter only where Unicode 14.0, the oldest of Python 3.11 to 3.14, has assigned it; what came later
stays as it is, everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from transforms.unassigned import unassigned_class

UNICODE: Final = "14.0.0"
"""The version of Unicode whose code points are folded."""

_IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Default_Ignorable_Code_Point, DerivedCoreProperties.txt of Unicode 14.0."""

_FORMAT: Final = (
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
)
"""The rest of category Cf."""

_CONTROL: Final = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
"""Category Cc without what is White_Space."""

_BLANK: Final = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
"""White_Space of PropList.txt, and the empty Braille pattern, which looks like one."""

_UNSEEN_RUN: Final = re.compile(f"[{_IGNORABLE}{_FORMAT}{_CONTROL}]+")
_BLANKS: Final = re.compile(f"[{_BLANK}]+")
_LATER: Final = re.compile(f"([{unassigned_class()}]+)")
_ROUNDS: Final = 8
_DOT_ABOVE: Final = "\u0307"
_DOTLESS_I: Final = "\u0131"


def unicode_form(text: str) -> str:
    """The one form of all spellings of a text that differ in case, width, composition, blanks or what cannot be seen.

    NFKC_Casefold; then runs of White_Space are one blank, with none at the ends, and what else has no visible form is gone.
    Dotted and dotless i are one letter, in either case: an i or j loses its dot above, and ı is i.

    >>> unicode_form("İLKER") == unicode_form("ılker") == "ilker"
    True
    >>> unicode_form("STRAẞER\u3000 Ζευς\u2063"), unicode_form("straßer ΖΕΥΣ")
    ('strasser ζευσ', 'strasser ζευσ')
    """
    seen = _UNSEEN_RUN.sub("", text)
    parts = _LATER.split(seen)
    folded = "".join(part if at % 2 else _folded(part) for at, part in enumerate(parts))
    return _BLANKS.sub(" ", folded).strip(" ")


def _folded(text: str) -> str:
    """Settled after one or two rounds: what folding yields may have parts that fold (UAX #44, NFKC_Casefold)."""
    for _ in range(_ROUNDS):
        plain = unicodedata.normalize("NFD", text).casefold()
        plain = _without_dots(unicodedata.normalize("NFKD", plain))
        plain = unicodedata.normalize("NFKC", _UNSEEN_RUN.sub("", plain))
        if plain == text:
            break
        text = plain
    return text


def _without_dots(decomposed: str) -> str:
    """İ is i in Turkish, and i̇ with further accents is Lithuanian for what others write without the dot."""
    plain = decomposed.replace(_DOTLESS_I, "i")
    if _DOT_ABOVE not in plain:
        return plain
    kept: list[str] = []
    dotted = False
    for letter in plain:
        if not unicodedata.combining(letter):
            dotted = letter in "ij"
        if not (dotted and letter == _DOT_ABOVE):
            kept.append(letter)
    return "".join(kept)
