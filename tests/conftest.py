"""No test makes keys in the folder of whoever runs it, nor depends on the day on which it runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from etl import clock


def pytest_configure() -> None:
    """Before any fixture of any scope: the key of what waits, for all processes that a test starts; and the clock."""
    os.environ["DESIREPATH_POOL_KEY"] = "7b" * 32
    clock.now = lambda: datetime(2100, 1, 1, tzinfo=UTC)  # every night of a test is over
