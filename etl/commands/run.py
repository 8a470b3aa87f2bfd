"""`desirepath run`: the nightly job. Also `config show`, which prints what a run would use."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.terminal import say

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
_WHAT, _WHO, _PRIVACY, _HOW = (
    "What to read and where to write",
    "Whose data, and what for",
    "Privacy",
    "How to run",
)

_OTHER = frozenset({"skip_empty"})
"""Flags of commands that run, which are no settings of a run."""


def _option(panel: str, help_text: str, *names: str) -> Any:
    return typer.Option(*names, help=help_text, rich_help_panel=panel)


Config = Annotated[Path | None, _option(_WHAT, "YAML file with any of these settings; flags go over it.")]
Input = Annotated[
    list[str] | None, _option(_WHAT, "File, folder or glob to read; repeatable; may hold {date}.")
]
Source = Annotated[str | None, _option(_WHAT, "native, auto, or a mapping file (YAML). Default: auto.")]
RegistryDir = Annotated[
    str | None, _option(_WHAT, "Folder or URL (s3://bucket/prefix) that holds the versions.")
]
Night = Annotated[str | None, _option(_WHAT, "The night to release, YYYY-MM-DD.")]
Window = Annotated[
    str | None,
    _option(
        _WHAT, "A span of nights, FIRST..LAST, or all; `run` makes one version of it, `backfill` one a night."
    ),
]
Zone = Annotated[str | None, _option(_WHAT, "Time zone of the nights. Default: UTC.")]
Earliest = Annotated[
    str | None, _option(_WHAT, "With --window all: its first night. Default: as enough people's clocks say.")
]
Latest = Annotated[
    str | None, _option(_WHAT, "With --window all: its last night. Default: as enough people's clocks say.")
]
Unfinished = Annotated[
    bool | None,
    _option(_WHAT, "Also nights that are not over: what they still bring is late.", "--unfinished"),
]
FilesBefore = Annotated[
    int | None,
    _option(
        _WHAT,
        "Where --input holds {date}: read the files of so many nights before, too. Default: those of nights that a "
        "version of several nights holds.",
    ),
]
Participation = Annotated[str | None, _option(_WHO, "Participation file (CSV or Parquet), or none.")]
Names = Annotated[
    Path | None,
    _option(
        _WHO,
        "Text file, one name a line (customers, former staff, projects), that must not remain in any token.",
    ),
]
Purpose = Annotated[str | None, _option(_WHO, "What the data is for; stamped on the version.")]
Agreement = Annotated[str | None, _option(_WHO, "Id of the works agreement; stamped on the version.")]
KeyFile = Annotated[
    Path | None, _option(_WHO, "Pseudonym key, 64 hex digits. Default: $DESIREPATH_KEY, else the user's own.")
]
PoolKeyFile = Annotated[
    Path | None,
    _option(
        _WHO,
        "Key of what waits in the registry, 64 hex digits. Default: $DESIREPATH_POOL_KEY, else the user's own.",
    ),
]
Simulated = Annotated[
    bool | None, _option(_WHO, "Say on every page that the logs are simulated.", "--simulated")
]
K = Annotated[int | None, _option(_PRIVACY, "Different people that every record needs. Default: 10.", "--k")]
LowK = Annotated[
    bool | None, _option(_PRIVACY, "Allow a k below 10; every page of the version says so.", "--allow-low-k")
]
Outside = Annotated[
    int | None, _option(_PRIVACY, "People it needs outside any one unit, where units are known. Default: 3.")
]
Cap = Annotated[
    int | None,
    _option(_PRIVACY, "Occurrences of a record that one person may contribute; 0: no cap. Default: 20."),
]
MaxPerPerson = Annotated[
    int | None,
    _option(_PRIVACY, "Occurrences in a version that one person may contribute; 0: no cap. Default: 5000."),
]
MinActive = Annotated[int | None, _option(_PRIVACY, "Active people that a night needs. Default: 5 k.")]
Gap = Annotated[float | None, _option(_PRIVACY, "A longer pause starts a new session. Default: 30.")]
MaxSession = Annotated[
    float | None,
    _option(_PRIVACY, "Hours after which a session that never pauses is cut. Default: 24."),
]
MaxLength = Annotated[int | None, _option(_PRIVACY, "Longest sequence. Default: 12.")]
LateDays = Annotated[
    int | None,
    _option(_PRIVACY, "Nights after which an event still joins the next window; 0: none does. Default: 3."),
]
PoolNights = Annotated[
    int | None,
    _option(_PRIVACY, "Nights that what could not be released waits for more people. Default: 21."),
]
RejectRatio = Annotated[
    float | None, _option(_HOW, "Share of records that may be unusable before the run fails. Default: 0.01.")
]
AcceptDamaged = Annotated[
    bool | None,
    _option(
        _HOW,
        "Publish though a file is cut, damaged, or changed while it was read; the version says so. Default: end with 4.",
        "--accept-damaged",
    ),
]
Buckets = Annotated[int | None, _option(_HOW, "Person buckets. Default: by the input's size.")]
SplitMb = Annotated[
    float | None, _option(_HOW, "Large uncompressed files are split into pieces of this size. Default: 64.")
]
BlockMb = Annotated[float | None, _option(_HOW, "Bytes decoded at a time. Default: 16.")]
StagingDir = Annotated[
    Path | None,
    _option(
        _HOW,
        "Folder that all workers see under this path, for what they leave until the run ends. Default: in the registry.",
        "--staging",
    ),
]
MaxMemory = Annotated[
    str | None,
    _option(
        _HOW,
        "Memory that a run may take, 650MB or more: it holds less at a time, or ends with 2. Default: all.",
    ),
]
DryRun = Annotated[bool | None, _option(_HOW, "Do everything but publish.", "--dry-run")]
LogFormat = Annotated[str | None, _option(_HOW, "text, json, or auto: text on a terminal. Default: auto.")]
MetricsFile = Annotated[
    Path | None,
    _option(_HOW, "Write Prometheus metrics of the run there, for a node exporter's text file collector."),
]
LineageTo = Annotated[
    str | None,
    _option(
        _HOW,
        "OpenLineage events: file (private, in the registry), none, or client (as OPENLINEAGE_URL or openlineage.yml "
        "says; public figures only). Default: file.",
        "--lineage",
    ),
]


def run(
    context: typer.Context,
    config: Config = None,
    input: Input = None,  # noqa: A002  (the flag's name)
    source: Source = None,
    registry: RegistryDir = None,
    date: Night = None,
    window: Window = None,
    night_timezone: Zone = None,
    earliest: Earliest = None,
    latest: Latest = None,
    unfinished: Unfinished = None,
    files_before: FilesBefore = None,
    participation: Participation = None,
    names: Names = None,
    purpose: Purpose = None,
    works_agreement: Agreement = None,
    key_file: KeyFile = None,
    pool_key_file: PoolKeyFile = None,
    simulated: Simulated = None,
    k: K = None,
    allow_low_k: LowK = None,
    min_outside_unit: Outside = None,
    cap_per_person: Cap = None,
    max_per_person: MaxPerPerson = None,
    min_active: MinActive = None,
    gap_minutes: Gap = None,
    max_session_hours: MaxSession = None,
    max_length: MaxLength = None,
    late_days: LateDays = None,
    pool_nights: PoolNights = None,
    max_reject_ratio: RejectRatio = None,
    accept_damaged: AcceptDamaged = None,
    buckets: Buckets = None,
    split_mb: SplitMb = None,
    block_mb: BlockMb = None,
    max_memory: MaxMemory = None,
    staging: StagingDir = None,
    dry_run: DryRun = None,
    log_format: LogFormat = None,
    metrics_file: MetricsFile = None,
    lineage: LineageTo = None,
) -> int:
    """Release one window: read, anonymise, verify, validate, publish.

    Flags that are not listed go to Apache Beam (--runner, --flink_master …).
    """
    prepare(context)
    result = run_once(resolve_or_tell(context), context.args)
    from etl.summary import print_summary

    print_summary(result.manifest, headline=_headline(result), where=result.where)
    return 0


def prepare(context: typer.Context) -> None:
    """Keep libraries quiet, and take from the flags how a failure is to be told, also of settings that cannot be used."""
    from etl.logs import quiet_libraries, use_json, use_run
    from etl.run_id import new_run_id

    use_json(context.params["log_format"] == "json")
    use_run(new_run_id())
    quiet_libraries()


def run_once(config: Any, beam_flags: list[str], *, passes_over: tuple[type[BaseException], ...] = ()) -> Any:
    """One run of one window, told to whoever watches; returns the `Result`.

    Args:
        config: a RunConfig.
        passes_over: failures that the caller does not take for one.
    """
    from etl.console import Console
    from etl.logs import use_json, use_run
    from etl.run_id import new_run_id

    console = Console(config.log_format, run_id=new_run_id())
    use_json(config.log_format == "json")
    use_run(console.run_id)
    from etl.observe import observed

    with observed(config, console, passes_over=passes_over) as said:
        if beam_flags:
            from etl.beam_options import beam_options

            beam_options(beam_flags)  # a flag that nobody knows is told at once
        from etl.run import run as run_window

        result = run_window(config, beam_flags, console)
        said.manifest = result.manifest
    if console.json:
        console.log(
            "end",
            state=result.state,
            version=result.manifest["version"],
            released=result.manifest["released"],
        )
    return result


@wraps(run)  # the same flags
def show_config(context: typer.Context, **_: Any) -> None:
    """Print the settings that a run with these flags would use.

    A file that serves every night leaves it to the scheduler which one: what is printed leaves it open, too.
    """
    import yaml

    from etl.any_night import load_for_any_night

    resolved, is_any = load_for_any_night(*_given(context))
    settings = resolved.model_dump(mode="json")
    if is_any:
        settings["date"] = None
        say("# Which night is not said: --date or --window has to.")
    say(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), nl=False)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("run", context_settings=PASS_ON)(run)
    config_app = typer.Typer(help="What a run would use.", no_args_is_help=True)
    config_app.command("show", help="Print the settings that a run with these flags would use.")(show_config)
    app.add_typer(config_app, name="config")


def register_alone(app: typer.Typer) -> None:
    """Make the nightly job all that the command line does."""
    app.command(context_settings=PASS_ON)(run)


def resolve(context: typer.Context, **over: Any) -> Any:
    """The RunConfig that the flags mean, with `over` in the place of some of them."""
    from etl.config import load_config

    file, flags = _given(context)
    return load_config(file, flags | over)


def _given(context: typer.Context) -> tuple[Path | None, dict[str, Any]]:
    """The configuration file, and the settings that flags name; None: not given."""
    flags = {name: value for name, value in context.params.items() if name not in _OTHER}
    file = flags.pop("config", None)
    flags["input"] = tuple(flags["input"]) if flags.get("input") else None
    return file, flags


def resolve_or_tell(context: typer.Context, **over: Any) -> Any:
    """`resolve`; where the settings cannot be used, a metrics file that a flag names tells so."""
    import time

    from etl.errors import ConfigError

    began = time.time()
    try:
        return resolve(context, **over)
    except ConfigError as error:
        if context.params["metrics_file"] is not None:
            from etl.console import Console
            from etl.ending import Ending
            from etl.observe import tell_metrics

            ending = Ending(error.exit_code, began, time.time())
            tell_metrics(context.params["metrics_file"], ending, Console("text", run_id=""))
        raise


def _headline(result: Any) -> str:
    manifest = result.manifest
    if manifest["released"]["records"] == 0:
        people = manifest["people"]
        if manifest.get("open_sessions") and not isinstance(people, int):
            return (
                f"Version {manifest['version']}: nothing is released yet: sessions were still open at the end of the night, "
                f"and wait for the next. That is a valid outcome; {result.state}."
            )
        return (
            f"Version {manifest['version']}: nothing could be released ({people} people, and every record needs "
            f"{manifest['k']} who share it). That is a valid outcome; {result.state}."
        )
    return f"Version {manifest['version']}: {result.state}"
