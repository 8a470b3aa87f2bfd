"""Where a push takes a registry's files from: the one place that knows how the registry stores them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from etl.card import render_card
from etl.errors import ConfigError, StorageError
from etl.registry import Registry
from etl.versions import Version

DERIVED = ("README.md", "tokenizer.json", "croissant.json")
"""Files in the root that are derived from the versions."""


class Source(Protocol):
    """A registry, as a push needs it."""

    def versions(self) -> list[Version]:
        """All versions, live and withdrawn, in order of their nights, as they are now."""

    def read(self, name: str) -> bytes:
        """A small public file (a manifest, a tombstone), by its name in the registry."""

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """A data file, by its name in the registry, as a file on this machine."""

    def derive(self, versions: Sequence[Version]) -> dict[str, bytes]:
        """The files derived from these versions, by name."""


class RegistrySource:
    """A registry in a folder."""

    def __init__(self, root: Path) -> None:
        if not (root / "manifests").is_dir():
            raise ConfigError(
                f"{root} is not a registry: it has no manifests; give the folder that `desirepath run --registry` wrote"
            )
        self._registry = Registry(root)

    def versions(self) -> list[Version]:
        """See `Source`."""
        manifests = self._registry.manifests()
        return [Version(manifest, self._tombstone(manifest["version"])) for manifest in manifests]

    def read(self, name: str) -> bytes:
        """See `Source`."""
        try:
            return (self._registry.root / name).read_bytes()
        except OSError:
            raise _unreadable(name) from None

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """See `Source`."""
        path = self._registry.root / name
        if not path.is_file():
            raise _unreadable(name)
        yield path

    def derive(self, versions: Sequence[Version]) -> dict[str, bytes]:
        """See `Source`."""
        manifests = [version.manifest for version in versions if version.is_live]
        return {"README.md": render_card(manifests).encode()}

    def _tombstone(self, version: str) -> dict[str, Any] | None:
        path = self._registry.root / "withdrawn" / f"{version}.json"
        found: dict[str, Any] | None = json.loads(path.read_bytes()) if path.exists() else None
        return found


def _unreadable(name: str) -> StorageError:
    return StorageError(
        f"the registry's {name} cannot be read; run `desirepath verify`, and restore the file from a backup"
    )
