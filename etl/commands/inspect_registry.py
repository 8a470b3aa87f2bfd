"""`desirepath versions`, `show`, `report`, `verify`: look at what a registry holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

RegistryDir = Annotated[
    str, typer.Option("--registry", help="Folder or URL (s3://bucket/prefix) that holds the versions.")
]
Version = Annotated[str, typer.Argument(help="Name of the version, for instance 2026-11-22.")]


def versions(registry: RegistryDir) -> None:
    """List the versions, one a line."""
    from rich.console import Console
    from rich.table import Table

    from etl.notes import notes_of

    table = Table(
        "version",
        "state",
        "nights",
        "k",
        "people",
        "records",
        "transitions",
        "gates",
        "notes",
        box=None,
        pad_edge=False,
    )
    found = _open(registry).versions()
    for version in found:
        manifest = version.manifest
        failed = sum(not gate["success"] for gate in manifest["gates"])
        table.add_row(
            version.name,
            "live" if version.is_live else "withdrawn",
            _nights(manifest["window"]),
            str(manifest["k"]),
            str(manifest["people"]),
            f"{manifest['released']['records']:,}",
            f"{manifest['share']['transitions']:.1%}",
            "passed" if not failed else f"{failed} warnings",
            ", ".join(notes_of(manifest)),
        )
    Console().print(table if found else "no versions yet")


def show(version: Version, registry: RegistryDir) -> None:
    """Print a version's public manifest as JSON."""
    from etl.registry import dump

    manifest = _manifest(registry, version)
    found = next(one for one in _open(registry).versions() if one.name == version)
    if found.tombstone is not None:
        typer.echo(f"version {version} is withdrawn: {found.tombstone.get('reason')}", err=True)
    typer.echo(dump(manifest).decode(), nl=False)


def report(version: Version, registry: RegistryDir) -> None:
    """Print where a version's report is."""
    from etl.layout import report_of

    typer.echo(_open(registry).where(report_of(_manifest(registry, version)["version"])))


def verify(registry: RegistryDir) -> None:
    """Check every version's files against the digests in its manifest; of a withdrawn version there must be none."""
    import hashlib

    from etl.errors import StorageError
    from etl.layout import DATA

    opened = _open(registry)
    found = opened.versions()
    checked, wrong = 0, []
    for file in (file for version in found for file in version.files):
        checked += 1
        try:
            with opened.store.open(file["path"]) as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != file["sha256"]:
                    wrong.append(f"{file['path']} has other content")
        except FileNotFoundError:
            wrong.append(f"{file['path']} is missing")
    listed = {file["path"] for version in found for file in version.files}
    withdrawn = {file["path"] for version in found for file in version.manifest["files"]} - listed
    strangers = sorted(set(opened.store.names(DATA)) - listed)
    wrong += [
        f"{path} is of a withdrawn version and still there"
        if path in withdrawn
        else f"{path} is in no manifest"
        for path in strangers
    ]
    if wrong:
        raise StorageError(
            f"{len(wrong)} of {checked + len(strangers)} files are not what their manifests say: {'; '.join(wrong)}"
        )
    live = sum(version.is_live for version in found)
    gone = f"; of {len(found) - live} withdrawn ones no data is left" if live < len(found) else ""
    typer.echo(f"{checked} files of {live} versions are what their manifests say{gone}")


def _nights(window: dict[str, Any]) -> str:
    first, last = window["first"], window["last"]
    return str(first) if first == last else f"{first}..{last}"


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (versions, show, report, verify):
        app.command()(command)


def _open(root: str) -> Any:
    from etl.registry import open_registry

    return open_registry(root)


def _manifest(root: str, version: str) -> dict[str, Any]:
    registry = _open(root)
    manifest: dict[str, Any] | None = registry.manifest(version)
    if manifest is None:
        raise registry.unknown()
    return manifest
