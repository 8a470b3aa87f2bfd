"""Nights: which span of time a run draws from, and what the version is called."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

DAY_US: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EVER_US: Final = (int(np.iinfo(np.int64).min), int(np.iinfo(np.int64).max))


def bounds_us(nights: tuple[date, date] | None, zone: str) -> tuple[int, int]:
    """[first night 00:00, last night 24:00) in the zone, as µs UTC; None: all time."""
    if nights is None:
        return EVER_US
    first, last = nights
    return begins_us(first, zone), begins_us(last + timedelta(days=1), zone)


def night_of(time_us: int, zone: str) -> date:
    """The night that a time belongs to."""
    return (_EPOCH + timedelta(microseconds=time_us)).astimezone(ZoneInfo(zone)).date()


def begins_us(night: date, zone: str, *, nights_before: int = 0) -> int:
    """When a night, or one so many before it, begins in the zone, as µs UTC."""
    day = night - timedelta(days=nights_before)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return int((midnight - _EPOCH) / timedelta(microseconds=1))
