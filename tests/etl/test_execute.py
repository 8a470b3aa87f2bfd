"""How a job ends that did not end well: told plainly, and taken off its cluster when nobody waits for it any more."""

from __future__ import annotations

import socket

import pytest

from etl.beam_options import beam_options
from etl.errors import ClusterError, ConfigError, StorageError, UnseenStagingError
from etl.execute import _said_plainly, _to_its_end
from etl.staging import Staging
from etl.worker import TOLD_BY_PLACES, told_by_places
from tests.etl.test_pipeline import KEY, settings, workplace, write_lines


class Place:
    """As much of a job as a failure is told with."""

    def __init__(self, folder):
        self.staging = Staging(folder / "staging" / "run")


class Job:
    """A job on a cluster, while somebody waits for it."""

    def __init__(self, ends_with):
        self.ends_with, self.cancelled = ends_with, 0

    def wait_until_finish(self):
        if self.ends_with is not None:
            raise self.ends_with

    def cancel(self):
        self.cancelled += 1
        raise RuntimeError("the job server is gone")


JAVA = "java.util.concurrent.TimeoutException: Heartbeat of TaskManager with id 1 timed out."
BUG = f"java.lang.RuntimeException: {told_by_places(KeyError('alice'))}"
FULL = f"java.lang.RuntimeException: {TOLD_BY_PLACES} RuntimeError; after OSError [Errno 28] at parquet.py:72"
BLIND = f"java.lang.RuntimeException: {told_by_places(UnseenStagingError())}"
BARE = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'etl'"


@pytest.mark.parametrize(
    ("text", "on_cluster", "kind", "said"),
    [
        (JAVA, True, ClusterError, "the cluster did not bring the job to its end"),
        (JAVA, False, None, None),
        (BUG, True, None, None),
        (FULL, True, StorageError, "No space left on device"),
        (FULL, False, StorageError, "No space left on device"),
        (BLIND, True, ConfigError, "--staging"),
        (BARE, True, ConfigError, "install the wheel"),
    ],
)
def test_what_a_failure_tells(tmp_path, text, on_cluster, kind, said):
    told = _said_plainly(text, Place(tmp_path), on_cluster=on_cluster)
    assert (told and type(told)) == kind
    assert said is None or said in str(told)
    assert "alice" not in str(told)


@pytest.mark.parametrize("end", [KeyboardInterrupt(), RuntimeError("failed")])
def test_a_job_that_nobody_waits_for_is_taken_off_its_cluster(end):
    job = Job(end)
    with pytest.raises(type(end)):
        _to_its_end(job)
    assert job.cancelled == 1


def test_a_job_that_ends_well_is_left_alone():
    job = Job(None)
    _to_its_end(job)
    assert job.cancelled == 0


def test_no_job_server(tmp_path, monkeypatch):
    from etl.console import Console
    from etl.run import run

    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    with socket.socket() as nobody:  # bound, and never listening
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        flags = ["--runner=PortableRunner", f"--job_endpoint=127.0.0.1:{port}", "--job_server_timeout=1"]
        flags += ["--environment_type=EXTERNAL", "--environment_config=127.0.0.1:1"]
        assert beam_options(flags)
        with pytest.raises(ClusterError, match="job server"):
            run(settings(tmp_path), flags, Console("json", "test"))
    assert list((tmp_path / "registry" / ".private" / "staging").iterdir()) == []
