"""`desirepath versions`, `show`, `report`, `verify`: look at what a registry holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

RegistryDir = Annotated[Path, typer.Option("--registry", help="Folder that holds the versions.")]
Version = Annotated[str, typer.Argument(help="Name of the version, for instance 2026-11-22.")]


def versions(registry: RegistryDir) -> None:
    """List the versions, one a line."""
    from rich.console import Console
    from rich.table import Table

    from etl.notes import notes_of

    table = Table(
        "version",
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
    manifests = _open(registry).manifests()
    for manifest in manifests:
        failed = sum(not gate["success"] for gate in manifest["gates"])
        table.add_row(
            manifest["version"],
            _nights(manifest["window"]),
            str(manifest["k"]),
            str(manifest["people"]),
            f"{manifest['released']['records']:,}",
            f"{manifest['share']['transitions']:.1%}",
            "passed" if not failed else f"{failed} warnings",
            ", ".join(notes_of(manifest)),
        )
    Console().print(table if manifests else "no versions yet")


def show(version: Version, registry: RegistryDir) -> None:
    """Print a version's public manifest as JSON."""
    from etl.registry import dump

    typer.echo(dump(_manifest(registry, version)).decode(), nl=False)


def report(version: Version, registry: RegistryDir) -> None:
    """Print where a version's report is."""
    typer.echo(_open(registry).reports / f"{_manifest(registry, version)['version']}.html")


def verify(registry: RegistryDir) -> None:
    """Check every version's files against the digests in its manifest."""
    import hashlib

    from etl.errors import StorageError

    opened = _open(registry)
    checked, wrong = 0, []
    for manifest in opened.manifests():
        for file in manifest["files"]:
            path = opened.root / file["path"]
            checked += 1
            if not path.is_file():
                wrong.append(f"{file['path']} is missing")
                continue
            with open(path, "rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != file["sha256"]:
                    wrong.append(f"{file['path']} has other content")
    listed = {file["path"] for manifest in opened.manifests() for file in manifest["files"]}
    found = (path for path in (opened.root / "data").rglob("*") if not path.is_dir())
    strangers = sorted({str(path.relative_to(opened.root)) for path in found} - listed)
    wrong += [f"{path} is in no manifest" for path in strangers]
    if wrong:
        raise StorageError(
            f"{len(wrong)} of {checked + len(strangers)} files are not what their manifests say: {'; '.join(wrong)}"
        )
    typer.echo(f"{checked} files of {len(opened.manifests())} versions are what their manifests say")


def _nights(window: dict[str, Any]) -> str:
    first, last = window["first"], window["last"]
    return str(first) if first == last else f"{first}..{last}"


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (versions, show, report, verify):
        app.command()(command)


def _open(root: Path) -> Any:
    from etl.errors import ConfigError
    from etl.registry import Registry

    if not (root / "manifests").is_dir():
        raise ConfigError(
            f"{root} is not a registry: it has no manifests; give the folder that `desirepath run --registry` wrote"
        )
    return Registry(root)


def _manifest(root: Path, version: str) -> dict[str, Any]:
    from etl.errors import ConfigError

    manifest: dict[str, Any] | None = _open(root).manifest(version)
    if manifest is None:
        raise ConfigError(
            f"the registry {root} has no version of that name; `desirepath versions` lists them"
        )
    return manifest
