"""Run a Beam pipeline of ours to its end."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyarrow as pa

from etl.errors import ClusterError, ConfigError, StorageError, UnseenStagingError
from etl.interruption import undone_by
from etl.job import Job
from etl.worker import TOLD_BY_PLACES


def run_pipeline(job: Job, beam_flags: list[str], build: Callable[[Any, Job], None] | None = None) -> None:
    """Run the pipeline of a window, or the one that `build` wires.

    Raises:
        StorageError: the disk failed in a step; the runner hides it in an error of its own.
        ClusterError: the job server or the cluster failed.
        ConfigError: a worker does not see the staging folder, or lacks a library.
    """
    import apache_beam as beam
    import grpc
    from apache_beam.options.pipeline_options import GoogleCloudOptions

    from etl.beam_options import beam_options, workers_of
    from etl.pipeline import build_pipeline

    options = beam_options(beam_flags)
    on_cluster = workers_of(beam_flags) == "cluster"
    named = options.view_as(GoogleCloudOptions)  # where Beam keeps the name, for any runner
    named.job_name = named.job_name or f"desirepath-{job.staging.root.name.lower()}"
    try:
        pipeline = beam.Pipeline(options=options)
    except ValueError as error:  # of the flags: nothing has been read yet
        raise ConfigError(f"Beam does not accept these flags: {error}") from None
    try:
        (build or build_pipeline)(pipeline, job)
        _to_its_end(pipeline.run())
    except (grpc.RpcError, grpc.FutureTimeoutError):
        raise ClusterError(
            "the job server does not answer (--job_endpoint), or no longer: see that it is there, and run again; nothing "
            "was published"
        ) from None
    except RuntimeError as error:
        raise _said_plainly(str(error), job, on_cluster=on_cluster) or error from None
    finally:
        _give_back()


def _give_back() -> None:
    """The local runner leaves what it held to the collector of cycles, and Arrow keeps what it freed: not beyond here."""
    gc.collect()
    pa.default_memory_pool().release_unused()


def _to_its_end(result: Any) -> None:
    """Wait for a job; one that nobody waits for any more is taken off its cluster."""
    try:
        with undone_by(result.cancel):
            result.wait_until_finish()
    except BaseException:
        with suppress(Exception):
            result.cancel()
        raise


def _said_plainly(text: str, job: Job, *, on_cluster: bool) -> Exception | None:
    """What a runner's error tells of one of ours, or of the cluster; None: a bug."""
    if UnseenStagingError.__name__ in text:
        return ConfigError(
            f"a worker does not see the staging folder {job.staging.root.parent}: give a folder with --staging that is "
            "mounted under the same path here and on every worker, for the same user (docs/scaling.md)"
        )
    if on_cluster and ModuleNotFoundError.__name__ in text:
        return ConfigError(
            "a library is missing where the workers run: install the wheel there, with the libraries of the "
            "lock file, of the same version as here (docs/scaling.md)"
        )
    found = re.search(r"\[Errno (\d+)\]", text)
    if found is not None:
        return StorageError(
            f"reading or writing failed: {os.strerror(int(found[1]))}; check the disk and run again"
        )
    if on_cluster and TOLD_BY_PLACES not in text:
        return ClusterError(
            "the cluster did not bring the job to its end, and no step of it failed: look at the pages or the log of the "
            "runner, and run again; nothing was published"
        )
    return None
