"""The flags that are not ours go to Beam; one that Beam does not know either is an error, not a warning."""

from __future__ import annotations

from typing import Any, Final, Literal

from etl.errors import ConfigError

Workers = Literal["threads", "processes", "cluster"]

LOCAL_RUNNER: Final = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"

LOCAL_RUNNERS: Final = frozenset(
    {"FnApiRunner", "DirectRunner", "BundleBasedDirectRunner", "SwitchingDirectRunner"}
)
CLUSTER_RUNNERS: Final = frozenset({"PortableRunner", "FlinkRunner", "SparkRunner", "PrismRunner"})
"""Runners whose workers may be on other machines: what they stage must be seen by all of them (`--staging`)."""

ENVIRONMENT_CACHE_MILLIS: Final = 2_000
"""How long a worker process is kept while no stage of its job is at work: without it, Python is started anew on the way.

Less than a cluster waits before it begins a job again: a process that has died is kept for so long as well, and every
attempt that still finds it is lost (docs/flink.md).
"""

# A worker's log lines can quote a record. Job servers are written in Java, which knows no level above ERROR.
_LOCAL_DEFAULTS: Final = ("--default_sdk_harness_log_level=CRITICAL",)
_CLUSTER_DEFAULTS: Final = (
    "--default_sdk_harness_log_level=ERROR",
    f"--environment_cache_millis={ENVIRONMENT_CACHE_MILLIS}",
    # The packages are in the workers' environment; nobody reads the list of what is installed here.
    "--experiments=disable_logging_submission_environment",
)


def beam_options(flags: list[str]) -> Any:
    """Pipeline options from Beam flags; the local default is the in-memory FnApiRunner.

    Raises:
        ConfigError: an unknown flag or runner, or a mode that is known to lose data.
    """
    from apache_beam.options.pipeline_options import (
        DirectOptions,
        PipelineOptions,
        SetupOptions,
        StandardOptions,
    )

    if not any(flag.startswith("--runner") for flag in flags):
        flags = [*flags, f"--runner={LOCAL_RUNNER}"]
    if not any(flag.startswith("--direct_running_mode") for flag in flags):
        flags = [*flags, "--direct_running_mode=in_memory"]
    unknown = _unknown(flags)
    if unknown:
        raise ConfigError(
            f"unknown flags, known neither to desirepath nor to Beam: {', '.join(unknown)}; see --help"
        )
    try:
        options = PipelineOptions(flags)
        runner = _runner(options)
        options = PipelineOptions([*flags, *_missing(flags, runner in CLUSTER_RUNNERS)])
    except ValueError as error:
        raise ConfigError(f"Beam does not accept these flags: {error}") from None
    if runner not in LOCAL_RUNNERS | CLUSTER_RUNNERS:
        raise ConfigError(
            f"--runner={runner} is none of {', '.join(sorted(LOCAL_RUNNERS | CLUSTER_RUNNERS))}"
        )
    if options.view_as(DirectOptions).direct_running_mode == "multi_threading":
        raise ConfigError(
            "--direct_running_mode=multi_threading loses records in Beam's local runner; use in_memory or multi_processing"
        )
    if options.view_as(StandardOptions).streaming:
        raise ConfigError("--streaming: people are counted once per bucket, which only a batch job does")
    if options.view_as(SetupOptions).save_main_session:
        raise ConfigError(
            "--save_main_session: workers have the packages installed (docs/scaling.md), and nothing of the main session"
        )
    return options


def workers_of(flags: list[str]) -> Workers:
    """What does the work: threads of this process, processes of this machine, or a cluster, which may be other machines."""
    from apache_beam.options.pipeline_options import DirectOptions

    options = beam_options(flags)
    if _runner(options) in CLUSTER_RUNNERS:
        return "cluster"
    mode = options.view_as(DirectOptions).direct_running_mode
    return "processes" if mode == "multi_processing" else "threads"


def _runner(options: Any) -> str:
    from apache_beam.options.pipeline_options import StandardOptions

    return str(options.view_as(StandardOptions).runner).rpartition(".")[2]


def _missing(flags: list[str], on_cluster: bool) -> list[str]:
    """What a job is given unless its flags say something else."""
    defaults = _CLUSTER_DEFAULTS if on_cluster else _LOCAL_DEFAULTS
    given = {flag.partition("=")[0] for flag in flags}
    return [flag for flag in defaults if flag.partition("=")[0] not in given]


def _unknown(flags: list[str]) -> list[str]:
    from apache_beam.options.pipeline_options import PipelineOptions, _BeamArgumentParser

    parser = _BeamArgumentParser(allow_abbrev=False)
    for option_class in {*PipelineOptions.__subclasses__()}:
        option_class._add_argparse_args(parser)
    _, rest = parser.parse_known_args(flags)
    return [word.split("=")[0] for word in rest if word.startswith("-")] or [
        f"{len(rest)} loose words"
    ] * bool(rest)
