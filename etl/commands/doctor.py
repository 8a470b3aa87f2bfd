"""`desirepath doctor`: is everything there that a run needs? One line a finding: OK, WARN or FAIL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.terminal import say

if TYPE_CHECKING:
    from etl.doctor import Finding

Config = Annotated[Path | None, typer.Option(help="YAML file of a run; flags go over it.")]
RegistryDir = Annotated[str | None, typer.Option(help="Folder or URL that holds the versions.")]
Input = Annotated[
    list[str] | None, typer.Option(help="File, folder or glob to read; repeatable; may hold {date}.")
]
Source = Annotated[str | None, typer.Option(help="native, auto, or a mapping file (YAML).")]
Night = Annotated[str | None, typer.Option(help="The night whose input to look for. Default: yesterday.")]
Zone = Annotated[str | None, typer.Option(help="Time zone of the nights. Default: UTC.")]
Participation = Annotated[str | None, typer.Option(help="Participation file, or none.")]
KeyFile = Annotated[Path | None, typer.Option(help="Pseudonym key.")]
PoolKeyFile = Annotated[Path | None, typer.Option(help="Key of what waits.")]
MetricsFile = Annotated[Path | None, typer.Option(help="Where metrics are written.")]


def doctor(
    config: Config = None,
    registry: RegistryDir = None,
    input: Input = None,  # noqa: A002  (the flag's name)
    source: Source = None,
    date: Night = None,
    night_timezone: Zone = None,
    participation: Participation = None,
    key_file: KeyFile = None,
    pool_key_file: PoolKeyFile = None,
    metrics_file: MetricsFile = None,
) -> int:
    """Check the environment of a run: interpreter, key, registry, disk, participation file, input, clock.

    Changes nothing and takes no lock. Exit code 0, or 2 where a run would fail.
    """
    from etl.logs import quiet_libraries

    quiet_libraries()
    flags = {
        "registry": registry,
        "input": input,
        "source": source,
        "date": date,
        "night_timezone": night_timezone,
        "participation": participation,
        "key_file": key_file,
        "pool_key_file": pool_key_file,
        "metrics_file": metrics_file,
    }
    findings = list(_findings(config, {name: value for name, value in flags.items() if value is not None}))
    for finding in findings:
        say(f"{finding.level:<5} {finding.sentence}")
    failed = sum(finding.level == "FAIL" for finding in findings)
    warned = sum(finding.level == "WARN" for finding in findings)
    say(f"{len(findings)} checks, {failed} failed, {warned} warnings")
    return 2 if failed else 0


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(doctor)


def _findings(config: Path | None, flags: dict[str, Any]) -> list[Finding]:
    from etl import doctor as checks
    from etl import doctor_registry
    from etl.errors import ConfigError

    settings: dict[str, Any] = {"night_timezone": "UTC", "source": "auto"}
    found: list[Finding] = list(checks.check_python())
    if config is not None:
        try:
            settings |= _of_file(config, flags)
            found.append(checks.Finding("OK", "The configuration can be used."))
        except ConfigError as error:
            found.append(checks.Finding("FAIL", checks.sentence(error)))
    settings |= flags
    root = str(settings["registry"]) if "registry" in settings else None
    found += checks.check_clock(
        settings["night_timezone"], times=doctor_registry.written_times(root) if root else ()
    )
    key = settings.get("key_file")
    known, known_pool = doctor_registry.key_ids_of(root) if root else (None, None)
    found += checks.check_key(Path(key) if key else None, known)
    pool_key = settings.get("pool_key_file")
    found += checks.check_pool_key(Path(pool_key) if pool_key else None, known_pool)
    if "participation" in settings:
        found += checks.check_participation(str(settings["participation"]))
    size = 0
    if "input" in settings:
        night = str(settings.get("date") or _yesterday(settings["night_timezone"]))
        own = settings.get("content_columns")
        told, size = checks.check_input(
            settings["input"], settings["source"], night, Path(own) if own else None
        )
        found += told
    if root is not None:
        found += doctor_registry.check_registry(root)
        if "://" not in root:
            found += checks.check_space(Path(root), size)
    metrics = settings.get("metrics_file")
    return [*found, *checks.check_metrics(Path(metrics) if metrics else None)]


def _of_file(config: Path, flags: dict[str, Any]) -> dict[str, Any]:
    """What a run with this file would use: the flags complete it, and the night may be anyone."""
    from etl.any_night import load_for_any_night
    from etl.yaml_file import read_yaml

    given = {name.replace("-", "_") for name in map(str, read_yaml(config, "the configuration file"))}
    resolved = load_for_any_night(config, flags)[0].model_dump(mode="json")
    return {
        name: value for name, value in resolved.items() if value is not None and name in given | flags.keys()
    }


def _yesterday(zone: str) -> str:
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        today = datetime.now(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        today = datetime.now(UTC).date()
    return str(today - timedelta(days=1))
