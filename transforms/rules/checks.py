"""Checks: whether what a pattern found is what it looks like (checksums, entropy).

A check gets a text and the span its rule's pattern found, and returns the span to replace, or None. It runs on matched
distinct strings only, and takes time linear in the span.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

from transforms.rules.checksums import Check, Span, luhn_holds
from transforms.rules.national_ids import NATIONAL_IDS


def luhn(text: str, start: int, end: int) -> Span | None:
    """Card numbers of 13 to 19 digits (ISO/IEC 7812-1, annex B); the longest prefix of the span that holds."""
    places = [at for at in range(start, end) if text[at].isdigit()]
    numbers = [int(text[at]) for at in places]
    for count in range(min(19, len(places)), 12, -1):
        if any(numbers[:count]) and luhn_holds(numbers[:count]):
            return start, places[count - 1] + 1
    return None


IBAN_LENGTH: Final = {
    pair[:2]: int(pair[2:])
    for pair in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 "
        "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 "
        "LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 "
        "SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    ).split()
}
"""Length by country (SWIFT IBAN registry)."""


def iban(text: str, start: int, end: int) -> Span | None:
    """Bank account numbers (ISO 13616: mod 97 leaves 1), at the length of their country."""
    places = [at for at in range(start, end) if text[at].isalnum()]
    length = IBAN_LENGTH.get(text[start : start + 2].upper(), 0)
    if not 0 < length <= len(places):
        return None
    compact = "".join(text[at] for at in places[:length])
    number = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return (start, places[length - 1] + 1) if int(number) % 97 == 1 else None


def ipv6(text: str, start: int, end: int) -> Span | None:
    """IPv6 (RFC 4291), standing alone and with a digit in it: `std::begin` and `Face::Bad` are names of code."""
    if text[end - 1] == "." or (text[end - 1] == ":" and text[end - 2] != ":"):
        end -= 1  # the end of a sentence, or of a label
    alone = not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())
    if not alone or not any(character.isdigit() for character in text[start:end]):
        return None
    try:
        ipaddress.IPv6Address(text[start:end])
    except ValueError:
        return None
    return start, end


WORDS: Final = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
PIECE: Final = re.compile(r"[^/]+")


def entropy(text: str, start: int, end: int) -> Span | None:
    """Random-looking strings of 20 characters and more, whole or between slashes.

    Shannon entropy alone does not tell keys from long identifiers (`FilesystemManagerTest` has 3.6 bits a character,
    a 20-character key 3.9): it must be at least 3 bits, and the string must also not read as words.
    """
    found = text[start:end]
    if found.count("/") * 16 <= len(found) and _is_random(
        found
    ):  # base64 has a slash in 64 characters, a path more
        return start, end
    for piece in PIECE.finditer(text, start, end):
        if piece.end() - piece.start() >= 20 and _is_random(piece.group()):
            return piece.span()
    return None


def opaque(text: str, start: int, end: int) -> Span | None:
    """Identifiers of eight characters and more that mix letters and digits as no word does (`dQw4w9WgXcQ`)."""
    found = text[start:end]
    return (start, end) if _changes(found, _DIGIT) >= 3 and _wordless(found) >= 0.5 else None


_RARE: Final = re.compile(
    r"[^aeiouy]{5}|q[^u]|[jvxz][bdfghjkmnqrsvwxz]|[bcdfgkmpqvwx][xz]|[^aeinou]q|[bcfghjkmpqtvwxz]j|[jqvwz]{2}|[aeiou]{4}"
)


def unspeakable(text: str, start: int, end: int) -> Span | None:
    """A slash and lower-case letters, with a pair or a run of letters that hardly any word of a European language has."""
    return (start, end) if _RARE.search(text, start + 1, end) else None


def shannon_bits(text: str) -> float:
    """Shannon entropy in bits a character.

    >>> shannon_bits("aaaa"), shannon_bits("abcd")
    (0.0, 2.0)
    """
    counts = Counter(text).values()
    return math.log2(len(text)) - sum(n * math.log2(n) for n in counts) / len(text)


def _is_random(text: str) -> bool:
    return _reads_random(text) and shannon_bits(text) >= 3


def _reads_random(text: str) -> bool:
    if any(_no_word(run) for run in re.findall(r"[a-z]{16,}|[A-Z]{16,}", text)):
        return True
    numbers = _changes(text, _DIGIT)
    if numbers >= 4 and numbers * 6 >= len(text):
        return True
    wordless = _wordless(text)  # long camel-case names are all words, however often they turn
    kinds = _changes(text, _KIND) if wordless > 0.35 else 0
    return kinds >= 4 and (wordless > 0.5 or kinds > 0.35 * len(text))


_KIND: Final = {
    ord(c): kind for kind, cs in (("a", ascii_lowercase), ("A", ascii_uppercase), ("0", digits)) for c in cs
}
_DIGIT: Final = {code: "0" if kind == "0" else "a" for code, kind in _KIND.items()}
_TURNS: Final = ("aA", "Aa", "a0", "0a", "A0", "0A")
_NO_SEPARATORS: Final = dict.fromkeys(map(ord, "/_-="))


def _changes(text: str, kinds: dict[int, str]) -> int:
    """How often neighbours are of different kinds; a separator is of no kind."""
    mapped = text.translate(kinds)
    return sum(map(mapped.count, _TURNS))


def _wordless(text: str) -> float:
    """The share of characters that are in no run that could be a word; separators count for neither."""
    counted = len(text.translate(_NO_SEPARATORS))
    return 1 - sum(map(len, WORDS.findall(text))) / counted if counted else 0.0


def _no_word(run: str) -> bool:
    vowels = sum(character in "aeiouyAEIOUY" for character in run)
    return vowels < 0.2 * len(run) or re.search(r"(?i)[^aeiouy]{6}", run) is not None


CHECKS: Final[dict[str, Check]] = {
    check.__name__: check
    for check in (
        *NATIONAL_IDS,
        luhn,
        iban,
        ipv6,
        entropy,
        opaque,
        unspeakable,
    )
}

JUDGES_WHOLE: Final = frozenset({"entropy", "opaque", "unspeakable", "ipv6", "luhn"})
"""Checks whose patterns take all there is: after a refusal the search goes on behind the span, not one character on."""
