"""Which Beam flags a run takes, and what it adds to them on a cluster."""

from __future__ import annotations

import pytest
from apache_beam.options.pipeline_options import DebugOptions, PortableOptions, WorkerOptions

from etl.beam_options import ENVIRONMENT_CACHE_MILLIS, beam_options, workers_of
from etl.errors import ConfigError

PORTABLE = ["--runner=PortableRunner", "--job_endpoint=localhost:8099"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--kk=20"], "--kk"),
        (["loose", "words"], "2 loose words"),
        (["--direct_running_mode=multi_threading"], "multi_threading"),
        (["--runner=NoSuchRunner"], "NoSuchRunner is none of"),
        ([*PORTABLE, "--streaming"], "--streaming"),
        ([*PORTABLE, "--save_main_session"], "--save_main_session"),
    ],
)
def test_flags_that_cannot_be_used(flags, said):
    with pytest.raises(ConfigError, match=said):
        beam_options(flags)


@pytest.mark.parametrize(
    ("flags", "beyond"),
    [
        ([], False),
        (["--runner=DirectRunner"], False),
        (PORTABLE, True),
        (["--runner=FlinkRunner", "--flink_master=localhost:8081", "--parallelism=4"], True),
        (["--runner=apache_beam.runners.portability.portable_runner.PortableRunner"], True),
        (["--runner=SparkRunner"], True),
    ],
)
def test_runners_here_and_on_a_cluster(flags, beyond):
    assert (workers_of(flags) == "cluster") == beyond


def test_what_a_cluster_is_told_unless_flags_say_otherwise():
    options = beam_options(PORTABLE)
    assert int(options.view_as(PortableOptions).environment_cache_millis) == ENVIRONMENT_CACHE_MILLIS
    assert options.view_as(WorkerOptions).default_sdk_harness_log_level == "ERROR"  # Java knows no CRITICAL
    assert options.view_as(DebugOptions).experiments == ["disable_logging_submission_environment"]
    given = beam_options([*PORTABLE, "--environment_cache_millis=5", "--default_sdk_harness_log_level=INFO"])
    assert int(given.view_as(PortableOptions).environment_cache_millis) == 5
    assert given.view_as(WorkerOptions).default_sdk_harness_log_level == "INFO"


def test_what_a_local_runner_is_told():
    options = beam_options([])
    assert options.view_as(WorkerOptions).default_sdk_harness_log_level == "CRITICAL"
    assert options.view_as(DebugOptions).experiments is None
