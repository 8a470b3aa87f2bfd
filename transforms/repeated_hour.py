"""The hour that comes twice when clocks go back: which pass a local time is of, told by the order of the records.

Without an offset both passes read alike, and every such time is read as of the first (`transforms.times`). Where a person's
times fall once inside that hour, and all of them stand in order if what comes behind the fall is of the second pass, it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)
_AROUND_US: Final = 12 * 3_600_000_000
"""How far around the hour a person's records must stand in order."""


class Repeated(NamedTuple):
    """The first pass is [from_us, to_us), µs UTC; the second begins at `to_us` and is as long."""

    from_us: int
    to_us: int


def repeated_hours(timezone: str | None, first_us: int, last_us: int) -> list[Repeated]:
    """The hours that a zone's clocks repeat in the years of some times."""
    if timezone in (None, "UTC"):
        return []
    years = range((_EPOCH + first_us * _US).year, (_EPOCH + last_us * _US).year + 1)
    return [hour for year in years for hour in _of_year(timezone, year)]


@lru_cache(maxsize=512)
def _of_year(timezone: str | None, year: int) -> tuple[Repeated, ...]:
    zone = ZoneInfo(str(timezone))
    found = []
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        before, after = _offset(zone, day), _offset(zone, day + timedelta(days=1))
        if after < before:
            low, high = day, day + timedelta(days=1)
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
            at = (high.replace(microsecond=0) - _EPOCH) // _US
            found.append(Repeated(at - (before - after) // _US, at))
        day += timedelta(days=1)
    return tuple(found)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def second_pass(
    person: Int32s, time_us: Int64s, file: Int32s, position: Int64s, hours: list[Repeated]
) -> Int64s:
    """The times, those of a second pass moved to it.

    Linear but for the records around such an hour, which are sorted.

    Args:
        person, time_us, file, position: of EVENTS; those of the pool (file −1) stay.
        hours: of `repeated_hours`.
    """
    moved = time_us
    for hour in hours:
        near = (time_us >= hour.from_us - _AROUND_US) & (time_us < hour.to_us + _AROUND_US) & (file >= 0)
        inside = near & (time_us >= hour.from_us) & (time_us < hour.to_us)
        if not inside.any():
            continue
        rows = np.flatnonzero(near)
        rows = rows[np.lexsort((position[rows], file[rows], person[rows]))]
        for part in np.split(rows, np.flatnonzero(np.diff(person[rows])) + 1):
            later = _behind_the_fall(time_us[part], inside[part])
            if later is not None:
                moved = moved.copy() if moved is time_us else moved
                moved[part[later]] += hour.to_us - hour.from_us
    return moved


def _behind_the_fall(times: Int64s, inside: Bools) -> Bools | None:
    """Which of a person's times in file order are of the second pass; None: none, or nobody can tell."""
    falls = np.flatnonzero(np.diff(times) < 0) + 1
    if len(falls) != 1 or not inside[falls[0]] or not inside[falls[0] - 1]:
        return None
    later: Bools = inside & (np.arange(len(times)) >= falls[0])
    return later
