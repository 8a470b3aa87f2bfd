"""Keep libraries from writing what they handle: their log lines and warnings can quote a record."""

from __future__ import annotations

import logging
import os
import threading
import warnings

_json = False
_run_id: str | None = None

interrupted = threading.Event()
"""Set by the first SIGINT or SIGTERM of a command."""


def use_json(wanted: bool) -> None:
    """Whether this process ends with a line of JSON rather than a paragraph, should it fail."""
    global _json
    _json = wanted


def use_run(run_id: str | None) -> None:
    """Which run is at work: the line that tells how it failed names it like all its other lines."""
    global _run_id
    _run_id = run_id


def run_id() -> str | None:
    """What `use_run` was told last; None: no run has begun."""
    return _run_id


def is_json() -> bool:
    """What `use_json` was told last."""
    return _json


def quiet_libraries() -> None:
    """Silence the loggers of Beam, Great Expectations and the rest; our own reports go through `Console`."""
    logging.basicConfig(
        level=logging.CRITICAL, force=True
    )  # force: importing Beam installs a handler of its own
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    for variable in ("HF_HUB_OFFLINE", "HF_DATASETS_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ.setdefault(variable, "1")
