"""What is attacked is what a run would publish: an unusable log or a faulty release is refused."""

from __future__ import annotations

import orjson
import pytest

from benchmarks import released
from etl.errors import UnusableRecordsError
from tests.etl.test_pipeline import workplace, write_lines


def test_a_release_comes_with_who_emitted_it(tmp_path):
    log = write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    published, emitted = released.release_log([str(log)], "native", min_active=10)
    assert set(emitted.record.tolist()) == set(range(len(published))) != set()


def test_a_log_that_a_run_would_refuse_is_refused(tmp_path):
    log = write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    log.write_bytes(log.read_bytes() + b"no record\n" * len(log.read_bytes().splitlines()))
    with pytest.raises(UnusableRecordsError, match="could not be used"):
        released.release_log([str(log)], "native", min_active=10)


def test_a_release_in_which_the_verifier_finds_a_fault_is_refused(tmp_path, monkeypatch):
    pipeline = released.run_pipeline

    def miscounting(job, flags):
        pipeline(job, flags)
        outcome = orjson.loads(job.staging.outcome.read_bytes())
        job.staging.outcome.write_bytes(orjson.dumps(outcome | {"people": outcome["people"] + 1}))

    monkeypatch.setattr(released, "run_pipeline", miscounting)
    log = write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    with pytest.raises(RuntimeError, match="total_of_people"):
        released.release_log([str(log)], "native", min_active=10)
