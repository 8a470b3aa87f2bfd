"""Checksums that several numbering schemes share, and how a check is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Span = tuple[int, int]
Check = Callable[[str, int, int], Span | None]
"""A text and the span that a pattern found → the span to replace, or None."""


def digits_in(text: str, start: int, end: int) -> list[int]:
    """The digits of a span, separators left out."""
    return [int(character) for character in text[start:end] if character.isdigit()]


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a number neither begins before the span nor goes on behind it, be it with a separator between."""
    before, after = text[:start].rstrip(" .-"), text[end:].lstrip(" .-")
    near = start - len(before) <= 1 and before[-1:].isdigit()
    return not near and not (len(text) - end - len(after) <= 1 and after[:1].isdigit())


def luhn_holds(numbers: list[int]) -> bool:
    """Luhn's check digit (ISO/IEC 7812-1, annex B)."""
    return sum(sum(divmod(d * (1 + at % 2), 10)) for at, d in enumerate(reversed(numbers))) % 10 == 0


def weighted(numbers: Iterable[int], weights: Iterable[int]) -> int:
    """The sum of digits times weights; the shorter of the two ends it."""
    return sum(number * weight for number, weight in zip(numbers, weights, strict=False))


def verhoeff_holds(numbers: list[int]) -> bool:
    """Verhoeff's check digit (1969): products in the dihedral group of ten elements."""
    check = 0
    for at, number in enumerate(reversed(numbers)):
        for _ in range(at % 8):
            number = _PERMUTED[number]
        check = _product(check, number)
    return check == 0


_PERMUTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _product(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
    return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5
