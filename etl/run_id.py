"""Name a run: by when it began and by chance, the same in its log lines, its record and all else that it leaves."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Final

_DATED: Final = re.compile(r"\d{8}T\d{6}Z-")


def new_run_id() -> str:
    """A name that no other run has: `20261122T010203Z-5a5a5a5a`, in UTC."""
    return dated(secrets.token_hex(4))


def dated(run_id: str, when: datetime | None = None) -> str:
    """The name of what a run leaves: retention reads the time in it (`etl.retention.run_time`).

    Args:
        run_id: the run's name; one that a caller chose without a time gets it.
        when: the time to put there; None: now.

    >>> dated("test", datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)), dated("20261122T010203Z-5a5a5a5a")
    ('20261122T010203Z-test', '20261122T010203Z-5a5a5a5a')
    """
    if _DATED.match(run_id):
        return run_id
    return f"{datetime.now(UTC) if when is None else when:%Y%m%dT%H%M%SZ}-{run_id}"
