"""What goes to a cluster with a job: where its file lies and the key of this run; no other key, and no name of a file."""

from __future__ import annotations

import base64
import bz2
import pickle

import apache_beam as beam
import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from cryptography.exceptions import InvalidTag

import etl.run
from etl.errors import UnseenStagingError
from etl.job import Job, _arrive
from etl.pipeline import build_pipeline, build_reading
from tests.etl.test_pipeline import KEY, go, workplace, write_lines


@pytest.fixture
def job(tmp_path, monkeypatch):
    """The job of a run, as it stands when its pipeline is about to be built; what comes after it is left out."""
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    write_lines(tmp_path / "logs" / "of-alice.jsonl", workplace())
    lines = ["account,person,unit,status,valid_from,valid_to,basis,recorded_at"]
    lines += [f"user{i},p{i},unit{i % 3},participates,,,consent," for i in range(30)]
    (tmp_path / "participation.csv").write_text("\n".join(lines) + "\n")
    found: list[Job] = []

    class Enough(Exception):  # noqa: N818
        pass

    def look(job, flags):
        found.append(job)
        raise Enough

    monkeypatch.setattr(etl.run, "run_pipeline", look)
    monkeypatch.setattr(etl.run.Staging, "remove", lambda self: None)
    with pytest.raises(Enough):
        go(tmp_path, participation=str(tmp_path / "participation.csv"), split_mb=0.01)
    return found[0]


def secrets_of(job: Job) -> list[bytes]:
    events, draw = job.events, job.draw
    keys = [events.person_key, events.record_key, events.unit_key, events.counting_key]
    return [*keys, draw.ledger_key, draw.content_key, b"of-alice", bytes.fromhex(KEY)]


def test_it_arrives_as_it_was(job):
    arrived = pickle.loads(pickle.dumps(job))
    assert arrived is not job
    assert repr(arrived) == repr(job)
    assert (arrived.sealing_key, arrived.spent, arrived.held) == (job.sealing_key, job.spent, job.held)
    assert pickle.loads(pickle.dumps(job)) is arrived  # one for all steps of a worker


def test_what_travels_holds_no_key_but_the_run_s(job):
    travels = pickle.dumps(job)
    assert len(travels) < 1000
    assert job.sealing_key in travels
    assert all(secret not in travels for secret in secrets_of(job))
    (lies,) = (job.staging.root / "job").iterdir()
    assert all(secret not in lies.read_bytes() for secret in [*secrets_of(job), job.sealing_key])


def test_it_opens_with_the_run_s_key_alone(job):
    pickle.dumps(job)
    (lies,) = (job.staging.root / "job").iterdir()
    with pytest.raises(InvalidTag):
        _arrive(job.staging, lies.name, bytes(32))
    lies.rename(lies.with_name("another"))
    with pytest.raises(InvalidTag):
        _arrive(job.staging, "another", job.sealing_key)


def test_a_worker_without_the_folder(job):
    travels = pickle.dumps(job)
    job.staging.root.rename(job.staging.root.with_name("moved"))
    with pytest.raises(UnseenStagingError):
        pickle.loads(travels)


@pytest.mark.parametrize("build", [build_pipeline, build_reading])
def test_a_job_server_is_told_no_key_but_the_run_s_and_no_file(job, build):
    pipeline = beam.Pipeline()
    build(pipeline, job)
    told = pipeline.to_runner_api()
    texts = [told.SerializeToString()]
    for transform in told.components.transforms.values():
        if transform.spec.urn == "beam:transform:pardo:v1":
            step = beam_runner_api_pb2.ParDoPayload.FromString(transform.spec.payload)
            texts.append(bz2.decompress(base64.b64decode(step.do_fn.payload)))
    assert len(texts) > 5
    assert any(job.sealing_key in text for text in texts)
    assert not [secret for secret in secrets_of(job) if any(secret in text for text in texts)]
