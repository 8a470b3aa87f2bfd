"""`desirepath report`, `withdraw`, `approve`, `audit`: what stewards do to a registry, and what was done to it."""

from __future__ import annotations

from typing import Annotated

import typer

from etl.commands.arguments import By, RegistryDir, Version, who
from etl.terminal import cell, print_table, say


def report(version: Version, registry: RegistryDir) -> None:
    """Print where a version's report is; that it is withdrawn, and why, is said on standard error."""
    from etl.layout import report_of
    from etl.registry import open_registry

    opened = open_registry(registry)
    found = opened.version(version)
    if found.tombstone is not None:
        say(f"version {version} is withdrawn: {found.tombstone['reason']}", err=True)
    say(opened.where(report_of(found.name)))


def withdraw(
    version: Version,
    registry: RegistryDir,
    reason: Annotated[str, typer.Option("--reason", help="Why; everybody can read it.")],
    by: By = None,
) -> None:
    """Take a version back: its data goes, its manifest and report stay, and its nights are never released again."""
    from etl.errors import ConfigError
    from etl.registry import open_registry

    if not reason.strip():
        raise ConfigError("--reason must say why the version is withdrawn")
    opened = open_registry(registry)
    with opened.locked():
        opened.repair()
        was_live = opened.withdraw(version, reason.strip(), who(by))
    if was_live:
        say(f"version {version} is withdrawn: its data is gone, and nobody should use a copy of it")
    else:
        say(f"version {version} was withdrawn already")


def approve(
    version: Version,
    registry: RegistryDir,
    by: Annotated[str, typer.Option("--by", help="Who approves.")],
    note: Annotated[str | None, typer.Option("--note", help="What was looked at, or left open.")] = None,
) -> None:
    """Note in the audit log that somebody approves of a version as it is."""
    from etl.errors import ConfigError
    from etl.registry import open_registry

    opened = open_registry(registry)
    with opened.locked():
        opened.repair()
        if not opened.version(version).is_live:
            raise ConfigError(f"version {version} is withdrawn: there is nothing to approve")
        opened.approve(version, by, note)
    say(f"version {version} is approved by {by}")


def audit(registry: RegistryDir) -> None:
    """Print what was done to the registry, and whether the log and the registry hold together (exit code 74: not)."""
    from rich.table import Table

    from etl.audit import read_chain
    from etl.audit_check import verify_chain
    from etl.errors import StorageError
    from etl.registry import open_registry

    store = open_registry(registry).store
    wrong = verify_chain(store)
    if wrong:
        raise StorageError(
            f"the audit log or the registry was tampered with or is damaged: {'; '.join(wrong)}"
        )
    chain = read_chain(store)
    table = Table("entry", "time", "event", "version", "what", box=None, pad_edge=False)
    for entry in chain:
        told = [entry.fields.get(name) for name in ("by", "reason", "note", "run")]
        told += ["recovered"] if entry.fields.get("recovered") else []
        words = " · ".join(str(one) for one in told if one)
        table.add_row(*map(cell, (entry.fields["seq"], entry.when, entry.event, entry.version or "", words)))
    print_table(table if chain else "no entries yet")
    last = f"; the last entry is {chain[-1].digest}" if chain else ""
    say(f"{len(chain)} entries hold together, and the registry is what they say{last}")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (report, withdraw, approve, audit):
        app.command()(command)
