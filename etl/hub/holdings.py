"""Each version's files as a repository should hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from etl.hub.files import File, Stored, git_blob_id
from etl.hub.source import Source
from etl.layout import data_of, manifest_of, tombstone_of
from etl.versions import Version


@dataclass(frozen=True)
class Holding:
    """A version with the files that tell of it: its manifest, its data (none: withdrawn), its tombstone (None: live)."""

    version: Version
    manifest: File
    data: tuple[File, ...]
    tombstone: File | None = None

    @property
    def name(self) -> str:
        """The version's."""
        return self.version.name

    @property
    def folder(self) -> str:
        """Where its data lies."""
        return f"{data_of(self.name)}/"

    @property
    def files(self) -> tuple[File, ...]:
        """All of them, the manifest last: it says that the others are there."""
        told = (self.tombstone,) if self.tombstone else ()
        return (*self.data, *told, self.manifest)


def holdings(source: Source, there: Mapping[str, Stored]) -> list[Holding]:
    """The holdings of all versions, in order of their nights, fit to be compared with what is there."""
    return [_holding(source, version, there) for version in source.versions()]


def _holding(source: Source, version: Version, there: Mapping[str, Stored]) -> Holding:
    name = version.name
    data = [File(file["path"], file["sha256"]) for file in version.files]
    tombstone = None
    if not version.is_live:
        tombstone = _small(source, tombstone_of(name))
    manifest = _small(source, manifest_of(name))
    return Holding(version, manifest, tuple(comparable(source, file, there) for file in data), tombstone)


def _small(source: Source, name: str) -> File:
    return File.of(name, source.read(name))


def comparable(source: Source, file: File, there: Mapping[str, Stored]) -> File:
    """The file with git's id of its content, where it is needed: the repository has it as a regular file."""
    stored = there.get(file.path)
    if file.blob_id is not None or stored is None or stored.sha256 is not None:
        return file
    with source.file(file.path) as path:
        return File(file.path, file.sha256, blob_id=git_blob_id(path.read_bytes()))
