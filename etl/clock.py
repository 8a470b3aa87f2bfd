"""The machine's clock, in one place: what a night's being over goes by, and nothing else of a release."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from etl.config import RunConfig
from etl.errors import ConfigError


def now() -> datetime:
    """The time of the machine, UTC."""
    return datetime.now(UTC)


def last_night_over(zone: str) -> date:
    """The last night that is over in a time zone.

    Args:
        zone: an IANA name.
    """
    return now().astimezone(ZoneInfo(zone)).date() - timedelta(days=1)


def refuse_unfinished(config: RunConfig) -> None:
    """Refuse nights that are not over: whatever they still bring would be late.

    Raises:
        ConfigError: the last night of the window is not over in its time zone.
    """
    if config.nights is None or config.unfinished or config.simulated:
        return
    last, over = config.nights[1], last_night_over(config.night_timezone)
    if last > over:
        raise ConfigError(
            f"the night {last} is not over in {config.night_timezone}: run it when it is, or give --unfinished to publish "
            f"what there is of it (a published night is not made again; the last one that is over is {over})"
        )
