"""A version as the registry knows it: its public manifest, and whether it is still to be had."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any


@dataclass(frozen=True)
class Version:
    """One version. `tombstone`: what says that it was withdrawn (version, withdrawn_at, reason, manifest_sha256); None:
    it is live."""

    manifest: dict[str, Any]
    tombstone: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """The night it is called after."""
        return str(self.manifest["version"])

    @property
    def is_live(self) -> bool:
        """Whether it is published and not withdrawn."""
        return self.tombstone is None

    @property
    def files(self) -> list[dict[str, Any]]:
        """Its data files that there are (path, sha256, rows); a withdrawn version has none."""
        files: list[dict[str, Any]] = self.manifest["files"]
        return files if self.is_live else []

    @property
    def all_files(self) -> list[dict[str, Any]]:
        """All its files that researchers may have (path, sha256): the data files, and the vocabulary."""
        vocabulary = self.manifest.get("vocabulary_file")
        return [*self.files, *([vocabulary] if vocabulary and self.is_live else [])]

    def paths(self, kind: str) -> list[str]:
        """The data files of one kind, `sequences` or `actions`."""
        return [file["path"] for file in self.files if PurePosixPath(file["path"]).parent.name == kind]
