"""Keep libraries from writing what they handle: their log lines and warnings can quote a record."""

from __future__ import annotations

import logging
import os
import warnings

_json = False


def use_json(wanted: bool) -> None:
    """Whether this process ends with a line of JSON rather than a paragraph, should it fail."""
    global _json
    _json = wanted


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
