"""Progress from inside the pipeline: stages report, whoever started the run listens.

The local runner blocks in one process, so a module-level listener is enough; on a cluster's workers nobody listens and
a report costs nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

Listener = Callable[[str, int], None]

STAGES: Final = {
    "read": "Read, minimise, pseudonymise",
    "sequence": "Sort, sessionize, reduce",
    "solve": "Choose what k people share",
    "cut": "Cut, cap, count",
    "write": "Write Parquet",
    "verify": "Verify independently",
    "measure": "Measure the risk",
    "gates": "Run the gates",
    "publish": "Publish",
}
"""Stages in order, with what a person reads."""

_listener: Listener | None = None
_one_at_a_time = threading.Lock()


def listen(listener: Listener | None) -> None:
    """Send the reports of this process to a listener, or to nobody."""
    global _listener
    _listener = listener


def advance(stage: str, amount: int = 0) -> None:
    """Report, from any thread, that a stage is at work and has done so much more: rows for `read`, buckets, records …"""
    with _one_at_a_time:
        if _listener is not None:
            _listener(stage, amount)
