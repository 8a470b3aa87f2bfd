"""Checks of national identification numbers, by the rules their issuers publish.

Own code rather than a library of validators: a pattern must find the number inside a name first, and a few lines a
scheme are all that is left then (docs/decisions/0011).
"""

from __future__ import annotations

import re
from typing import Final

from transforms.rules.checksums import (
    Check,
    Span,
    digits_in,
    luhn_holds,
    stands_alone,
    verhoeff_holds,
    weighted,
)


def us_ssn(text: str, start: int, end: int) -> Span | None:
    """US social security numbers: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, 2011)."""
    found = "".join(map(str, digits_in(text, start, end)))
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
    found = digits_in(text, start, end)
    product = 10
    for digit in found[:10]:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (start, end) if (11 - product) % 10 == found[10] else None


def de_id_card(text: str, start: int, end: int) -> Span | None:
    """German identity card or passport number: the last digit is the weighted sum 7, 3, 1 mod 10 (ICAO 9303)."""
    found = text[start:end].upper()
    total = sum(int(character, 36) * (7, 3, 1)[at % 3] for at, character in enumerate(found[:-1]))
    return (start, end) if total % 10 == int(found[-1]) and any(c.isdigit() for c in found[:-1]) else None


def es_dni(text: str, start: int, end: int) -> Span | None:
    """Spanish DNI and NIE: the letter is the number mod 23 (Real Decreto 338/1990)."""
    found = re.sub("[^0-9A-Z]", "", text[start:end].upper())
    number = int(found[:-1].replace("X", "0", 1).replace("Y", "1", 1).replace("Z", "2", 1))
    return (start, end) if "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == found[-1] else None


def ch_ahv(text: str, start: int, end: int) -> Span | None:
    """Swiss AHV number: EAN-13 check digit."""
    numbers = digits_in(text, start, end)
    return (start, end) if sum(d * (1 + 2 * (at % 2)) for at, d in enumerate(numbers)) % 10 == 0 else None


def de_insurance(text: str, start: int, end: int) -> Span | None:
    """German pension insurance number (VKVV § 4): digit sums of products with 2 1 2 5 7 1 2 1 2 1 2 1, mod 10."""
    found = text[start:end].upper().replace(" ", "")
    spelled = f"{found[:8]}{ord(found[8]) - 64:02d}{found[9:]}"
    products = [int(d) * w for d, w in zip(spelled, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=False)]
    return (start, end) if sum(sum(divmod(p, 10)) for p in products) % 10 == int(spelled[12]) else None


_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def it_codice_fiscale(text: str, start: int, end: int) -> Span | None:
    """Italian tax code (DM 23 December 1976): values of odd and even places, mod 26."""
    found = text[start:end].upper().replace(" ", "")
    values = [int(c) if c.isdigit() else ord(c) - 65 for c in found]
    total = sum(value if at % 2 else _ODD[value] for at, value in enumerate(values[:15]))
    return (start, end) if total % 26 == values[15] else None


def fi_hetu(text: str, start: int, end: int) -> Span | None:
    """Finnish personal code: birthday and serial number mod 31 choose the character."""
    number = int(text[start : start + 6] + text[start + 7 : start + 10])
    right = "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == text[end - 1].upper()
    return (start, end) if right else None


def cn_resident(text: str, start: int, end: int) -> Span | None:
    """Chinese resident number (GB 11643): ISO 7064 mod 11-2."""
    total = sum(int(d) * pow(2, 17 - at, 11) for at, d in enumerate(text[start : end - 1]))
    return (start, end) if "10X98765432"[total % 11] == text[end - 1].upper() else None


def be_register(text: str, start: int, end: int) -> Span | None:
    """Belgian register number: 97 − the first nine digits mod 97; with a 2 before them for births since 2000."""
    found = "".join(map(str, digits_in(text, start, end)))
    right = {97 - int(century + found[:9]) % 97 for century in ("", "2")}
    return (start, end) if int(found[9:]) in right else None


def birthday_number(text: str, start: int, end: int) -> Span | None:
    """A day and a serial number.

    Swedish (yymmdd-nnnn, Luhn), Norwegian (ddmmyy nnnnn, two digits mod 11) or Danish (ddmmyy-nnnn; no check digit
    since 2007).
    """
    numbers = digits_in(text, start, end)
    if not stands_alone(text, start, end):
        return None
    if len(numbers) == 11:
        first, second = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
        right = weighted(numbers, first) % 11 == 0 == weighted(numbers, second) % 11
        return (start, end) if right else None
    if len(numbers) not in (10, 12):
        return None
    year, month, day = (10 * numbers[at - 1] + numbers[at] for at in (-9, -7, -5))
    swedish = 1 <= month <= 12 and 1 <= day % 60 <= 31 and luhn_holds(numbers[-10:])
    danish = len(numbers) == 10 and 1 <= year % 60 <= 31 and 1 <= month <= 12
    return (start, end) if swedish or danish else None


def at_svnr(text: str, start: int, end: int) -> Span | None:
    """Austrian insurance number: weights 3 7 9 _ 5 8 4 2 1 6 mod 11 give the fourth digit."""
    numbers = digits_in(text, start, end)
    right = weighted(numbers, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == numbers[3]
    return (start, end) if right and stands_alone(text, start, end) else None


def pl_pesel(text: str, start: int, end: int) -> Span | None:
    """Polish PESEL: weights 1 3 7 9 …, mod 10; the century is in the month."""
    numbers = digits_in(text, start, end)
    month, day = (10 * numbers[at] + numbers[at + 1] for at in (2, 4))
    right = weighted(numbers, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
    dated = 1 <= month % 20 <= 12 and 1 <= day <= 31
    return (start, end) if right and dated and stands_alone(text, start, end) else None


def br_cpf(text: str, start: int, end: int) -> Span | None:
    """Brazilian CPF: two check digits mod 11."""
    numbers = digits_in(text, start, end)
    for place in (9, 10):
        if weighted(numbers[:place], range(place + 1, 1, -1)) * 10 % 11 % 10 != numbers[place]:
            return None
    return start, end


def twelve_digits(text: str, start: int, end: int) -> Span | None:
    """Indian Aadhaar (Verhoeff) or Japanese My Number (weights 6 5 4 3 2 7 6 5 4 3 2, mod 11)."""
    numbers = digits_in(text, start, end)
    rest = weighted(numbers, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    right = verhoeff_holds(numbers) or numbers[11] == (0 if rest <= 1 else 11 - rest)
    return (start, end) if right and stands_alone(text, start, end) else None


def nine_digits(text: str, start: int, end: int) -> Span | None:
    """Canadian SIN (Luhn), Australian TFN, Dutch BSN or Portuguese NIF (weights, mod 11)."""
    numbers = digits_in(text, start, end)
    right = (
        luhn_holds(numbers)
        or weighted(numbers, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0
        or weighted(numbers, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0
        or (11 - weighted(numbers[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11) % 11 % 10 == numbers[8]
    )
    return (start, end) if right and stands_alone(text, start, end) else None


NATIONAL_IDS: Final[tuple[Check, ...]] = (
    us_ssn,
    uk_nino,
    fr_nir,
    de_tax_id,
    de_insurance,
    de_id_card,
    es_dni,
    it_codice_fiscale,
    ch_ahv,
    fi_hetu,
    cn_resident,
    be_register,
    birthday_number,
    at_svnr,
    pl_pesel,
    br_cpf,
    twelve_digits,
    nine_digits,
)
