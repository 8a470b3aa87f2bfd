"""`desirepath versions`, `show`, `diff`, `pull`, `verify`: what researchers ask of a registry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from etl.commands.arguments import RegistryDir, Version
from etl.terminal import cell, print_table, say, say_json

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_WHAT_AND_WHERE = "give what to copy and where to: `pull VERSION DEST`, or `pull --as-of YYYY-MM-DD DEST`"


def versions(registry: RegistryDir, as_json: AsJson = False) -> None:
    """List the versions, withdrawn ones too."""
    from etl.listing import HEADINGS, row, summary
    from etl.registry import open_registry

    found = [summary(version) for version in open_registry(registry).versions()]
    if as_json:
        say_json(json.dumps(found, indent=2, ensure_ascii=False))
    elif not found:
        say("no versions yet")
    else:
        _print_table(HEADINGS, map(row, found))


def show(version: Version, registry: RegistryDir) -> None:
    """Print a version's public manifest as JSON; that it is withdrawn, and why, is said on standard error."""
    from etl.canonical import dump
    from etl.registry import open_registry

    found = open_registry(registry).version(version)
    if found.tombstone is not None:
        say(f"version {version} is withdrawn: {found.tombstone['reason']}", err=True)
    say_json(dump(found.manifest).decode(), nl=False)


def diff(one: Version, other: Version, registry: RegistryDir, as_json: AsJson = False) -> None:
    """Compare two live versions: rows, actions, lengths, share, drift and policy. Only what is published is read.

    Drift is the Jensen-Shannon divergence of the frequencies of actions and transitions, in bits: 0 the same, 1 nothing in
    common.
    """
    from etl.compare import compare
    from etl.difference_table import lines
    from etl.pull import by_name
    from etl.registry import open_registry

    opened = open_registry(registry)
    known = opened.versions()
    found = compare(by_name(known, one), by_name(known, other), opened.store.read)
    if as_json:
        say_json(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print_table(["", one, other], lines(found))


def pull(
    version_or_destination: Annotated[str, typer.Argument(metavar="[VERSION]", help="The version.")],
    registry: RegistryDir,
    destination: Annotated[
        Path | None, typer.Argument(metavar="DEST", help="A folder that is not there yet.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="YYYY-MM-DD",
            help="Instead of VERSION: all versions up to this night, it included, that are live now; withdrawn ones are "
            "left out.",
        ),
    ] = None,
) -> None:
    """Copy versions and check every digest: `pull VERSION DEST`, or all live ones: `pull --as-of DATE DEST`."""
    from datetime import date

    from etl import pull as pulling
    from etl.errors import ConfigError
    from etl.registry import open_registry

    opened = open_registry(registry)
    known = opened.versions()
    if as_of is not None:
        if destination is not None:
            raise ConfigError(_WHAT_AND_WHERE)
        try:
            night = date.fromisoformat(as_of)
        except ValueError:
            raise ConfigError("--as-of must be a date, YYYY-MM-DD") from None
        chosen, target = pulling.as_of(known, night), Path(version_or_destination)
    elif destination is not None:
        chosen, target = [pulling.by_name(known, version_or_destination)], destination
    else:
        raise ConfigError(_WHAT_AND_WHERE)
    done = pulling.pull(chosen, opened.store.read, target)
    what = f"{done.files} files ({done.size_bytes:,} bytes) of {', '.join(done.versions)}"
    say(f"{target} holds them already: {what}" if done.already_there else f"{what} are in {target}, verified")


def verify(registry: RegistryDir) -> None:
    """Check every file against its digest, that there are no others, and that the derived files are what they should be."""
    from etl.errors import StorageError
    from etl.layout import DATA, VOCABULARY
    from etl.registry import open_registry
    from etl.verify import verify_registry

    opened = open_registry(registry)
    known = opened.versions()
    found = verify_registry(
        known, [*opened.store.names(DATA), *opened.store.names(VOCABULARY)], opened.store.read
    )
    if found.faults:
        raise StorageError(
            f"{len(found.faults)} of {found.checked} files are not what they should be: {'; '.join(found.faults)}"
        )
    live = [version for version in known if version.is_live]
    gone = f"; of {len(known) - len(live)} withdrawn ones no data is left" if len(live) < len(known) else ""
    files = sum(len(version.files) for version in live)
    say(f"{files} files of {len(live)} versions are what their manifests say{gone}")


def _print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for at, heading in enumerate(headings):
        table.add_column(cell(heading), no_wrap=at == 0, overflow="ignore" if at == 0 else "fold")
    for row in rows:
        table.add_row(*map(cell, row))
    print_table(table)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (versions, show, diff, pull, verify):
        app.command()(command)
