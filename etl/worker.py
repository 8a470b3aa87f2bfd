"""A process that Beam started as a worker: it says nothing, and a failure is told by its places alone.

Its harness prints the text of every failure, logs it, and sends it to the runner, which keeps it where its pages and logs
are; such a text can quote a record.
"""

from __future__ import annotations

import os
import sys
import traceback
from types import ModuleType
from typing import Any, Final

from etl.logs import quiet_libraries

TOLD_BY_PLACES: Final = "desirepath worker:"
"""How a failure that comes from a worker of ours begins."""

_DEEPEST: Final = 4


def quiet_worker() -> None:
    """In a process that is a worker: say nothing at all from here on, and tell failures by their places."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    started_alone = spec is not None and spec.name == "apache_beam.runners.worker.sdk_worker_main"
    started_by_pool = hasattr(main, "SdkHarness")  # `python -c "from … import SdkHarness; …"`
    if not (started_alone or started_by_pool):
        return
    from apache_beam.runners.worker import sdk_worker

    quiet_libraries()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    sdk_worker.traceback = _Places("traceback")  # what it puts into its answer to the runner


def told_by_places(error: BaseException) -> str:
    """An exception and those behind it: their types, their places in the code, and what the system said to a file.

    >>> told_by_places(ValueError("alice pressed x"))
    'desirepath worker: ValueError'
    """
    told: list[str] = []
    behind: BaseException | None = error
    while behind is not None and len(told) < _DEEPEST:
        number = f" [Errno {behind.errno}]" if isinstance(behind, OSError) and behind.errno else ""
        frames = traceback.extract_tb(behind.__traceback__)
        places = [f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames[-_DEEPEST:]]
        at = f" at {' < '.join(reversed(places))}" if places else ""
        told.append(f"{type(behind).__name__}{number}{at}")
        behind = behind.__cause__ or behind.__context__
    return f"{TOLD_BY_PLACES} {'; after '.join(told)}"


class _Places(ModuleType):
    """Stands where the harness looks for `traceback`."""

    @staticmethod
    def format_exc(*_: Any, **__: Any) -> str:
        """Of what is being handled."""
        error = sys.exception()
        return "" if error is None else told_by_places(error)

    @staticmethod
    def format_exception(error: Any, *_: Any, **__: Any) -> list[str]:
        """Of an exception."""
        return [told_by_places(error)] if isinstance(error, BaseException) else []
