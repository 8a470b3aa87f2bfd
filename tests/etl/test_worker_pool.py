"""The job with its steps in a worker process that a pool started, as on a cluster: the same bytes, no failure quoted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.environments import ExternalEnvironment

import etl.execute
from etl.errors import ConfigError, UnseenStagingError
from etl.staging import Staging
from etl.worker import TOLD_BY_PLACES, told_by_places
from tests.etl.test_pipeline import KEY, digests, go, workplace, write_lines

ROOT = Path(__file__).resolve().parents[2]
SECRET = "alice.liddell"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """A pool's address, and the file that it and its workers write to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    said = tmp_path_factory.mktemp("pool") / "said"
    with open(said, "wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "etl.worker_pool", "--address", address],
            stdout=stream,
            stderr=stream,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    until = time.monotonic() + 60
    while not listens(address) and time.monotonic() < until:
        assert process.poll() is None, said.read_text()
        time.sleep(0.1)
    yield address, said
    process.terminate()
    assert process.wait(20) == 0


def listens(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def in_pool(address):
    """A runner whose steps run in workers of a pool."""
    return FnApiRunner(ExternalEnvironment(address))


def test_the_bytes_are_the_same(tmp_path, pool, monkeypatch):
    write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    go(tmp_path)
    build, local = beam.Pipeline, digests(tmp_path / "registry")
    used = []

    def outside(options):
        used.append(options)
        return build(runner=in_pool(pool[0]), options=options)

    monkeypatch.setattr(beam, "Pipeline", outside)
    go(tmp_path, registry=str(tmp_path / "other"), buckets=3)
    assert used
    assert digests(tmp_path / "other") == local


def _fail(value: str) -> None:
    import etl.job  # noqa: F401  (as every step of ours)

    try:
        raise ValueError(f"{value} pressed enter")
    except ValueError:
        raise OSError(28, f"No space left for {value}") from None


def test_a_failure_is_told_by_its_places(pool):
    address, said = pool
    pipeline = beam.Pipeline(runner=in_pool(address), options=PipelineOptions([]))
    _ = pipeline | beam.Create([SECRET]) | beam.Map(_fail)
    with pytest.raises(RuntimeError) as failed:
        pipeline.run()
    told = str(failed.value)
    assert TOLD_BY_PLACES in told
    assert "[Errno 28]" in told
    assert "test_worker_pool.py" in told
    assert SECRET not in told
    assert SECRET not in said.read_text()


def test_what_lies_behind_a_failure_is_told_too():
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        told = told_by_places(error)
    assert told.startswith(f"{TOLD_BY_PLACES} RuntimeError at test_worker_pool.py:")
    assert "after KeyError at" in told
    assert SECRET not in told


def test_a_worker_that_does_not_see_the_staging_folder(tmp_path, pool, monkeypatch):
    write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    build = beam.Pipeline
    monkeypatch.setattr(beam, "Pipeline", lambda options: build(runner=in_pool(pool[0]), options=options))
    run_pipeline = etl.run.run_pipeline
    elsewhere = lambda root: (blind, (root,))  # noqa: E731

    def run_blind(job, flags):
        class Elsewhere(Staging):
            def __reduce__(self):
                return elsewhere(self.root)

        return run_pipeline(replace(job, staging=Elsewhere(job.staging.root)), flags)

    monkeypatch.setattr(etl.run, "run_pipeline", run_blind)
    with pytest.raises(ConfigError, match="does not see the staging folder"):
        go(tmp_path)
    registry = tmp_path / "registry"
    assert list((registry / "manifests").iterdir()) == []
    assert list((registry / ".private" / "staging").iterdir()) == []


def blind(root: Path) -> Staging:
    """A staging folder as it arrives at a worker that has other disks; whoever sends it sees it."""
    if hasattr(sys.modules["__main__"], "SdkHarness"):
        raise UnseenStagingError
    return Staging(root)
