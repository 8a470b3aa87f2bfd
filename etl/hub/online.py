"""The Hub's client, made fit for one push: online, quiet, with a time limit, and back as it was afterwards.

`etl.logs.quiet_libraries` sets the client offline for this process, as no other command has business in the network. The
client reads its settings when it is imported, so it is set online in its module.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from logging import CRITICAL
from typing import Any, Final

from etl.hub.address import DEFAULT_ENDPOINT

TIME_LIMIT_SECONDS: Final = 120.0
"""For the server to take or give the next piece, not for a whole file."""


@contextmanager
def online(endpoint: str) -> Iterator[None]:
    """Let the client talk to `endpoint`, and to nobody else.

    Telemetry stays off (it asks the public Hub for a list of programs to look for). Large files go by Git LFS, except to
    the public Hub, where the client takes Xet if it is installed: that sends only the parts of a file that are new.
    """
    from huggingface_hub import constants, set_client_factory
    from huggingface_hub.utils import logging
    from huggingface_hub.utils._http import default_client_factory
    from huggingface_hub.utils.tqdm import disable_progress_bars

    def with_time_limit() -> Any:
        client = default_client_factory()
        client.timeout = TIME_LIMIT_SECONDS
        return client

    settings: dict[str, Any] = {
        "HF_HUB_OFFLINE": False,
        "HF_HUB_DISABLE_TELEMETRY": True,
        "HF_HUB_DISABLE_XET": constants.HF_HUB_DISABLE_XET or endpoint != DEFAULT_ENDPOINT,
        "HF_DEBUG": False,  # it would write every request to the log
    }
    before = {name: getattr(constants, name) for name in settings}
    level = logging.get_verbosity()
    try:
        for name, value in settings.items():
            setattr(constants, name, value)
        logging.set_verbosity(CRITICAL)
        disable_progress_bars()
        set_client_factory(with_time_limit)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        set_client_factory(default_client_factory)
        logging.set_verbosity(level)
        for name, value in before.items():
            setattr(constants, name, value)
