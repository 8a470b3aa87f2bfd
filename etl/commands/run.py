"""`desirepath run`: the nightly job. Also `config show`, which prints what a run would use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
_WHAT, _WHO, _PRIVACY, _HOW = (
    "What to read and where to write",
    "Whose data, and what for",
    "Privacy",
    "How to run",
)

Config = Annotated[
    Path | None,
    typer.Option(help="YAML file with any of these settings; flags go over it.", rich_help_panel=_WHAT),
]
Input = Annotated[
    list[str] | None,
    typer.Option(help="File, folder or glob to read; repeatable; may hold {date}.", rich_help_panel=_WHAT),
]
Source = Annotated[
    str | None,
    typer.Option(help="native, auto, or a mapping file (YAML). Default: auto.", rich_help_panel=_WHAT),
]
RegistryDir = Annotated[
    Path | None, typer.Option(help="Folder that holds the versions.", rich_help_panel=_WHAT)
]
Night = Annotated[str | None, typer.Option(help="The night to release, YYYY-MM-DD.", rich_help_panel=_WHAT)]
Window = Annotated[
    str | None, typer.Option(help="One version from a span: FIRST..LAST, or all.", rich_help_panel=_WHAT)
]
Zone = Annotated[
    str | None, typer.Option(help="Time zone of the nights. Default: UTC.", rich_help_panel=_WHAT)
]
Participation = Annotated[
    str | None, typer.Option(help="Participation file (CSV or Parquet), or none.", rich_help_panel=_WHO)
]
Purpose = Annotated[
    str | None, typer.Option(help="What the data is for; stamped on the version.", rich_help_panel=_WHO)
]
Agreement = Annotated[
    str | None, typer.Option(help="Id of the works agreement; stamped on the version.", rich_help_panel=_WHO)
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        help="Pseudonym key, 64 hex digits. Default: $DESIREPATH_KEY, else the user's own.",
        rich_help_panel=_WHO,
    ),
]
Simulated = Annotated[
    bool | None,
    typer.Option("--simulated", help="Say on every page that the logs are simulated.", rich_help_panel=_WHO),
]
K = Annotated[
    int | None,
    typer.Option(
        "--k", help="Different people that every record needs. Default: 10.", rich_help_panel=_PRIVACY
    ),
]
LowK = Annotated[
    bool | None,
    typer.Option(
        "--allow-low-k",
        help="Allow a k below 10; every page of the version says so.",
        rich_help_panel=_PRIVACY,
    ),
]
Outside = Annotated[
    int | None,
    typer.Option(
        help="People it needs outside any one unit, where units are known. Default: 3.",
        rich_help_panel=_PRIVACY,
    ),
]
Cap = Annotated[
    int | None,
    typer.Option(
        help="Occurrences of a record that one person may contribute; 0: no cap. Default: 20.",
        rich_help_panel=_PRIVACY,
    ),
]
MaxPerPerson = Annotated[
    int | None,
    typer.Option(
        help="Occurrences in a version that one person may contribute; 0: no cap. Default: 5000.",
        rich_help_panel=_PRIVACY,
    ),
]
MinActive = Annotated[
    int | None, typer.Option(help="Active people that a night needs. Default: 5 k.", rich_help_panel=_PRIVACY)
]
Gap = Annotated[
    float | None,
    typer.Option(help="A longer pause starts a new session. Default: 30.", rich_help_panel=_PRIVACY),
]
MaxLength = Annotated[
    int | None, typer.Option(help="Longest sequence. Default: 12.", rich_help_panel=_PRIVACY)
]
RejectRatio = Annotated[
    float | None,
    typer.Option(
        help="Share of records that may be unusable before the run fails. Default: 0.01.",
        rich_help_panel=_HOW,
    ),
]
Buckets = Annotated[
    int | None, typer.Option(help="Person buckets. Default: by the input's size.", rich_help_panel=_HOW)
]
SplitMb = Annotated[
    float | None,
    typer.Option(
        help="Large uncompressed files are split into pieces of this size. Default: 64.", rich_help_panel=_HOW
    ),
]
BlockMb = Annotated[
    float | None, typer.Option(help="Bytes decoded at a time. Default: 16.", rich_help_panel=_HOW)
]
DryRun = Annotated[
    bool | None, typer.Option("--dry-run", help="Do everything but publish.", rich_help_panel=_HOW)
]
LogFormat = Annotated[
    str | None,
    typer.Option(help="text, json, or auto: text on a terminal. Default: auto.", rich_help_panel=_HOW),
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
    participation: Participation = None,
    purpose: Purpose = None,
    works_agreement: Agreement = None,
    key_file: KeyFile = None,
    simulated: Simulated = None,
    k: K = None,
    allow_low_k: LowK = None,
    min_outside_unit: Outside = None,
    cap_per_person: Cap = None,
    max_per_person: MaxPerPerson = None,
    min_active: MinActive = None,
    gap_minutes: Gap = None,
    max_length: MaxLength = None,
    max_reject_ratio: RejectRatio = None,
    buckets: Buckets = None,
    split_mb: SplitMb = None,
    block_mb: BlockMb = None,
    dry_run: DryRun = None,
    log_format: LogFormat = None,
) -> int:
    """Release one window: read, anonymise, verify, validate, publish.

    Flags that are not listed go to Apache Beam (--runner, --flink_master …).
    """
    from etl.logs import quiet_libraries

    quiet_libraries()
    resolved = _resolve(context)
    import secrets

    from etl.console import Console
    from etl.run import run as run_window
    from etl.summary import print_summary

    console = Console(resolved.log_format, run_id=secrets.token_hex(4))
    result = run_window(resolved, context.args, console)
    if console.json:
        console.log(
            "end",
            state=result.state,
            version=result.manifest["version"],
            released=result.manifest["released"],
        )
    print_summary(result.manifest, headline=_headline(result), where=result.where)
    return 0


def show_config(
    context: typer.Context,
    config: Config = None,
    input: Input = None,  # noqa: A002
    source: Source = None,
    registry: RegistryDir = None,
    date: Night = None,
    window: Window = None,
    participation: Participation = None,
    k: K = None,
    allow_low_k: LowK = None,
) -> int:
    """Print the settings that a run with these flags would use."""
    import yaml

    resolved = _resolve(context)
    typer.echo(
        yaml.safe_dump(resolved.model_dump(mode="json"), sort_keys=False, allow_unicode=True), nl=False
    )
    return 0


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("run", context_settings=_PASS_ON)(run)
    config_app = typer.Typer(help="What a run would use.", no_args_is_help=True)
    config_app.command("show")(show_config)
    app.add_typer(config_app, name="config")


def register_alone(app: typer.Typer) -> None:
    """Make the nightly job all that the command line does."""
    app.command(context_settings=_PASS_ON)(run)


def _resolve(context: typer.Context) -> Any:
    from etl.config import load_config

    flags = dict(context.params)
    file = flags.pop("config", None)
    flags["input"] = tuple(flags["input"]) if flags.get("input") else None
    return load_config(file, flags)


def _headline(result: Any) -> str:
    manifest = result.manifest
    if manifest["released"]["records"] == 0:
        people = manifest["people"]
        return (
            f"Version {manifest['version']}: nothing could be released ({people} people, and every record needs "
            f"{manifest['k']} who share it). That is a valid outcome; {result.state}."
        )
    return f"Version {manifest['version']}: {result.state}"
