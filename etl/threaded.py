"""A DoFn that works on several elements at once, each on a thread of its own: a worker with several cores uses them.

Beam's local runner works on one element after the other, and its own mode with threads loses records.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows

from etl.ahead import Ahead
from etl.job import Job


class ThreadedDoFn(beam.DoFn):  # type: ignore[misc]
    """Gives calls to `_ahead` in `process`, and yields in `finish` what is still to come."""

    _ahead: Ahead[Any]

    def __init__(self, job: Job) -> None:
        self._job = job

    def start_bundle(self) -> None:
        """Begin anew: of a bundle that failed nothing is left."""
        self._ahead = Ahead(self._job.threads if self._job.threads > 1 else 0)

    @abstractmethod
    def finish(self) -> Iterator[Any]:
        """The outputs of all that was given."""

    def finish_bundle(self) -> Iterator[Any]:
        """Beam wants to be told the window of what comes at a bundle's end."""
        try:
            for value in self.finish():
                if isinstance(value, beam.pvalue.TaggedOutput):
                    yield beam.pvalue.TaggedOutput(value.tag, GlobalWindows.windowed_value(value.value))
                else:
                    yield GlobalWindows.windowed_value(value)
        finally:
            self._ahead.close()


class OneForOne(ThreadedDoFn):
    """Makes one output of an element and what comes with it, by `work`."""

    @abstractmethod
    def work(self, element: Any, *given: Any) -> Any:
        """The output of one element."""

    def process(self, element: Any, given: Any = None) -> Iterator[Any]:
        """Let an element be worked on; yield what is done.

        Args:
            given: a side input.
        """
        yield from self._ahead.give(self.work, element, *(() if given is None else (given,)))

    def finish(self) -> Iterator[Any]:
        """What is still to come."""
        yield from self._ahead.rest()
