"""How commands name a registry, a version, and who gives them."""

from __future__ import annotations

from typing import Annotated

import typer

RegistryDir = Annotated[
    str, typer.Option("--registry", help="Folder or URL (s3://bucket/prefix) that holds the versions.")
]
Version = Annotated[str, typer.Argument(help="Name of the version, for instance 2026-11-22.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who does this; kept in the audit log. Default: this user.")
]


def who(by: str | None) -> str:
    """Who does something, for the audit log: as told, else this user."""
    import getpass

    try:
        return by or getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "not stated"
