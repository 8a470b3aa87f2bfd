"""Checks: whether what a pattern found is what it looks like (checksums, entropy).

A check gets a text and the span its rule's pattern found, and returns the span to replace, or None. It runs on matched
distinct strings only, and takes time linear in the span.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

Span = tuple[int, int]
Check = Callable[[str, int, int], Span | None]


def luhn(text: str, start: int, end: int) -> Span | None:
    """Card numbers of 13 to 19 digits (ISO/IEC 7812-1, annex B); the longest prefix of the span that holds."""
    places = [at for at in range(start, end) if text[at].isdigit()]
    numbers = [int(text[at]) for at in places]
    for count in range(min(19, len(places)), 12, -1):
        if any(numbers[:count]) and _luhn_holds(numbers[:count]):
            return start, places[count - 1] + 1
    return None


def _luhn_holds(numbers: list[int]) -> bool:
    return sum(sum(divmod(d * (1 + at % 2), 10)) for at, d in enumerate(reversed(numbers))) % 10 == 0


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


def us_ssn(text: str, start: int, end: int) -> Span | None:
    """US social security numbers: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, 2011)."""
    found = _digits(text, start, end)
    bad = found[:3] in ("000", "666") or found[0] == "9" or found[3:5] == "00" or found[5:] == "0000"
    return None if bad else (start, end)


def uk_nino(text: str, start: int, end: int) -> Span | None:
    """UK national insurance numbers: the prefixes that HMRC (NIM39110) never gives are refused."""
    return (
        None
        if text[start : start + 2].upper() in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
        else (start, end)
    )


def fr_nir(text: str, start: int, end: int) -> Span | None:
    """French NIR: key = 97 − number mod 97 (INSEE); Corsica's 2A and 2B count as 19 and 18."""
    compact = re.sub(r"[ .-]", "", text[start:end]).upper().replace("2A", "19", 1).replace("2B", "18", 1)
    return (start, end) if 97 - int(compact[:13]) % 97 == int(compact[13:]) else None


def de_tax_id(text: str, start: int, end: int) -> Span | None:
    """German tax id: ISO 7064 mod 11,10 over eleven digits."""
    found = _digits(text, start, end)
    product = 10
    for digit in found[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (start, end) if (11 - product) % 10 == int(found[10]) else None


def de_id_card(text: str, start: int, end: int) -> Span | None:
    """German identity card or passport number: the last digit is the weighted sum 7, 3, 1 mod 10 (ICAO 9303)."""
    found = text[start:end].upper()
    total = sum(int(character, 36) * (7, 3, 1)[at % 3] for at, character in enumerate(found[:-1]))
    return (start, end) if total % 10 == int(found[-1]) and any(c.isdigit() for c in found[:-1]) else None


def es_dni(text: str, start: int, end: int) -> Span | None:
    """Spanish DNI and NIE: the letter is the number mod 23 (Real Decreto 338/1990)."""
    found = text[start:end].upper().replace("-", "")
    number = int(found[:-1].replace("X", "0", 1).replace("Y", "1", 1).replace("Z", "2", 1))
    return (start, end) if "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == found[-1] else None


def ch_ahv(text: str, start: int, end: int) -> Span | None:
    """Swiss AHV number: EAN-13 check digit."""
    numbers = [int(digit) for digit in _digits(text, start, end)]
    return (start, end) if sum(d * (1 + 2 * (at % 2)) for at, d in enumerate(numbers)) % 10 == 0 else None


def se_personnummer(text: str, start: int, end: int) -> Span | None:
    """Swedish personal number: Luhn over its last ten digits."""
    return (start, end) if _luhn_holds([int(digit) for digit in _digits(text, start, end)[-10:]]) else None


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


def _changes(text: str, kinds: dict[int, str]) -> int:
    """How often neighbours are of different kinds; a separator is of no kind."""
    mapped = text.translate(kinds)
    return sum(a != b and a.isalnum() and b.isalnum() for a, b in pairwise(mapped))


def _wordless(text: str) -> float:
    """The share of characters that are in no run that could be a word; separators count for neither."""
    counted = sum(character.isalnum() or character == "+" for character in text)
    return 1 - sum(len(run) for run in WORDS.findall(text)) / counted if counted else 0.0


def _no_word(run: str) -> bool:
    vowels = sum(character in "aeiouyAEIOUY" for character in run)
    return vowels < 0.2 * len(run) or re.search(r"(?i)[^aeiouy]{6}", run) is not None


def _digits(text: str, start: int, end: int) -> str:
    return "".join(character for character in text[start:end] if character.isdigit())


CHECKS: Final[dict[str, Check]] = {
    check.__name__: check
    for check in (
        luhn,
        iban,
        us_ssn,
        uk_nino,
        fr_nir,
        de_tax_id,
        de_id_card,
        es_dni,
        ch_ahv,
        se_personnummer,
        ipv6,
        entropy,
        opaque,
        unspeakable,
    )
}

JUDGES_WHOLE: Final = frozenset({"entropy", "opaque", "unspeakable", "ipv6", "luhn"})
"""Checks whose patterns take all there is: after a refusal the search goes on behind the span, not one character on."""
