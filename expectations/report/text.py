"""How numbers, dates and foreign text are written on the page."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from expectations.metrics import bounds

_ILLEGIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()
)


def legible(value: Any) -> Any:
    """Text without characters that hide or turn what stands around them; anything else as it is.

    >>> legible("a\\u202eb"), legible(3)
    ('a\ufffdb', 3)
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return _ILLEGIBLE.sub("\ufffd", value)
    return value


def number(count: int | float | str | None) -> str:
    """A count with its thousands apart; a hidden one as it is; none as a dash.

    >>> number(12345), number("< 10"), number(None)
    ('12,345', '< 10', '–')
    """
    if count is None:
        return "–"
    return count if isinstance(count, str) else f"{count:,}"


def percent(share: float) -> str:
    """A share in percent, with one decimal; a little is not nothing, and nearly all is not all.

    >>> percent(0.7504), percent(0.0001), percent(0.99999), percent(0), percent(1)
    ('75.0%', '< 0.1%', '> 99.9%', '0%', '100%')
    """
    if share in (0, 1):
        return f"{share:.0%}"
    if 0 < share < 0.0005:
        return "< 0.1%"
    if 0.9995 <= share < 1:
        return "> 99.9%"
    return f"{share:.1%}"


def part_of(part: int | str, whole: int | str) -> str:
    """About how much of the whole a part is, where both are told and the whole is not empty; else nothing.

    Both are rounded down, so that the share is no better than its first digit.

    >>> part_of(30, 300), part_of(0, 300), part_of("< 10", 300), part_of(1_000, 1_000)
    ('about 10%', '0%', '', 'about 100%')
    """
    parts, wholes = bounds(part), bounds(whole)
    if parts.low != parts.high or not wholes.low == wholes.high > 0:
        return ""
    share = float(f"{min(parts.low / wholes.low, 1):.1g}")
    return f"about {percent(share)}" if share else "0%"


def day(text: str | None) -> str:
    """A date in words, the same in every locale; anything that is no ISO date as it is.

    >>> day("2026-11-02"), day("soon")
    ('2 November 2026', 'soon')
    """
    try:
        parsed = date.fromisoformat(text or "")
    except ValueError:
        return text or "not stated"
    return f"{parsed.day} {_MONTHS[parsed.month - 1]} {parsed.year}"


def window(bounds_of: dict[str, Any]) -> str:
    """The window of a version in words."""
    first, last, zone = bounds_of.get("first"), bounds_of["last"], bounds_of["timezone"]
    if not first:
        return f"everything up to {day(last)} ({zone})"
    return f"the night of {day(last)} ({zone})" if first == last else f"{day(first)} to {day(last)} ({zone})"
