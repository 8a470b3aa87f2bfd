"""No test makes keys in the folder of whoever runs it."""

from __future__ import annotations

import os


def pytest_configure() -> None:
    """Before any fixture of any scope: the key of what waits, for all processes that a test starts."""
    os.environ["DESIREPATH_POOL_KEY"] = "7b" * 32
