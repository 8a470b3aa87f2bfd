"""Run a Beam pipeline of ours to its end."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

from etl.errors import StorageError
from etl.job import Job


def run_pipeline(job: Job, beam_flags: list[str], build: Callable[[Any, Job], None] | None = None) -> None:
    """Run the pipeline of a window, or the one that `build` wires.

    Raises:
        StorageError: the disk failed in a step; the runner hides it in an error of its own.
    """
    import apache_beam as beam

    from etl.beam_options import beam_options
    from etl.pipeline import build_pipeline

    try:
        with beam.Pipeline(options=beam_options(beam_flags)) as pipeline:
            (build or build_pipeline)(pipeline, job)
    except RuntimeError as error:
        found = re.search(r"\[Errno (\d+)\]", str(error))
        if found is None:
            raise
        raise StorageError(
            f"reading or writing failed: {os.strerror(int(found[1]))}; check the disk and run again"
        ) from None
