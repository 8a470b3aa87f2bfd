"""Names of time zones in times → offsets, only where they are certain, and the same on every machine.

`CST` is Chicago, Shanghai or Havana; what Python's `%Z` makes of it depends on the machine's own zone. Certain are UTC and
its names, the names that the mapping gives an offset or a zone (`zones`), and those that its `timezone` itself uses at
that very time (Europe/Berlin: CET in winter, CEST in summer), which also tells the two passes of a repeated hour apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_ALWAYS_UTC: Final = frozenset({"utc", "gmt", "ut", "z"})
_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z]+")


def zone_of(said: str) -> ZoneInfo | timedelta:
    """The zone that a mapping gives a name: `+05:30`, or an IANA name.

    Raises:
        ValueError: neither.
    """
    found = _OFFSET.fullmatch(said)
    if found:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if offset > timedelta(hours=14):
            raise ValueError("an offset is at most 14 hours")
        return -offset if found[1] == "-" else offset
    try:
        return ZoneInfo(said)
    except (KeyError, ValueError, OSError):
        raise ValueError("give an offset (+01:00) or an IANA zone name (Asia/Kolkata)") from None


def read_named(
    word: str, pattern: str, *, timezone: str | None, zones: Mapping[str, str]
) -> datetime | str | None:
    """Read a time by a strptime pattern with `%Z`, never asking the machine what a name means.

    Args:
        timezone: the mapping's, whose own names are known; None: no zone's are.
        zones: what the mapping says of other names.

    Returns:
        The moment in UTC; the word that is no name of a known zone; None: the pattern does not fit.
    """
    asked = pattern.replace("%Z", "%z")
    for found in reversed(list(_WORD.finditer(word))):
        replaced = f"{word[: found.start()]}+0000{word[found.end() :]}"
        try:
            local = datetime.strptime(replaced, asked).replace(tzinfo=None)
        except (ValueError, OverflowError):
            continue
        return _moment(local, found[0], timezone, zones) or found[0]
    return None


def _moment(local: datetime, name: str, timezone: str | None, zones: Mapping[str, str]) -> datetime | None:
    given = {known.casefold(): said for known, said in zones.items()}.get(name.casefold())
    if given is not None:
        zone = zone_of(given)
        if isinstance(zone, timedelta):
            return (local - zone).replace(tzinfo=UTC)
        return local.replace(tzinfo=zone).astimezone(UTC)
    if name.casefold() in _ALWAYS_UTC:
        return local.replace(tzinfo=UTC)
    if timezone is None:
        return None
    for fold in (0, 1):
        here = local.replace(tzinfo=_zone(timezone), fold=fold)
        back = here.astimezone(UTC).astimezone(here.tzinfo)  # a time that the zone skips does not come back
        if here.tzname() == name and back.replace(tzinfo=None) == local:
            return here.astimezone(UTC)
    return None


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
