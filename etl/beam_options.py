"""The flags that are not ours go to Beam; one that Beam does not know either is an error, not a warning."""

from __future__ import annotations

from typing import Any, Final

from etl.errors import ConfigError

LOCAL_RUNNER: Final = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"

LOCAL_RUNNERS: Final = frozenset(
    {"FnApiRunner", "DirectRunner", "BundleBasedDirectRunner", "SwitchingDirectRunner"}
)


def beam_options(flags: list[str]) -> Any:
    """Pipeline options from Beam flags; the local default is the in-memory FnApiRunner.

    Raises:
        ConfigError: an unknown flag, or a mode that is known to lose data.
    """
    from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, StandardOptions

    if not any(flag.startswith("--runner") for flag in flags):
        flags = [*flags, f"--runner={LOCAL_RUNNER}"]
    if not any(flag.startswith("--direct_running_mode") for flag in flags):
        flags = [*flags, "--direct_running_mode=in_memory"]
    if not any("log_level" in flag for flag in flags):
        flags = [
            *flags,
            "--default_sdk_harness_log_level=CRITICAL",
        ]  # a worker's log lines can quote a record
    unknown = _unknown(flags)
    if unknown:
        raise ConfigError(
            f"unknown flags, known neither to desirepath nor to Beam: {', '.join(unknown)}; see --help"
        )
    try:
        options = PipelineOptions(flags)
        runner = str(options.view_as(StandardOptions).runner).rpartition(".")[2]
    except ValueError as error:
        raise ConfigError(f"Beam does not accept these flags: {error}") from None
    if runner not in LOCAL_RUNNERS:
        raise ConfigError(
            f"--runner={runner}: workers leave what they stage on a local disk, so that for now only runners on this "
            f"machine will do: {', '.join(sorted(LOCAL_RUNNERS))}"
        )
    if options.view_as(DirectOptions).direct_running_mode == "multi_threading":
        raise ConfigError(
            "--direct_running_mode=multi_threading loses records in Beam's local runner; use in_memory or multi_processing"
        )
    return options


def _unknown(flags: list[str]) -> list[str]:
    from apache_beam.options.pipeline_options import PipelineOptions, _BeamArgumentParser

    parser = _BeamArgumentParser(allow_abbrev=False)
    for option_class in {*PipelineOptions.__subclasses__()}:
        option_class._add_argparse_args(parser)
    _, rest = parser.parse_known_args(flags)
    return [word.split("=")[0] for word in rest if word.startswith("-")] or [
        f"{len(rest)} loose words"
    ] * bool(rest)
