"""`desirepath report`: where a version's page for stewards is; and how commands name a registry and a version."""

from __future__ import annotations

from typing import Annotated, Any

import typer

RegistryDir = Annotated[
    str, typer.Option("--registry", help="Folder or URL (s3://bucket/prefix) that holds the versions.")
]
Version = Annotated[str, typer.Argument(help="Name of the version, for instance 2026-11-22.")]


def report(version: Version, registry: RegistryDir) -> None:
    """Print where a version's report is."""
    from etl.layout import report_of

    typer.echo(_open(registry).where(report_of(_manifest(registry, version)["version"])))


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(report)


def _open(root: str) -> Any:
    from etl.registry import open_registry

    return open_registry(root)


def _manifest(root: str, version: str) -> dict[str, Any]:
    registry = _open(root)
    manifest: dict[str, Any] | None = registry.manifest(version)
    if manifest is None:
        raise registry.unknown()
    return manifest
