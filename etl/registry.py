"""The registry on disk (DESIGN §6): its layout, its lock, and the one atomic way a version appears in it.

The manifest is the commit point: a version whose manifest is not there does not exist, and what an interrupted run
left of it is removed by the next run.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from etl.card import render_card
from etl.errors import ConfigError, LockedError, StorageError
from etl.staging import Staging
from etl.versions import Version

PRIVATE: Final = ".private"


class Registry:
    """One dataset's versions below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.private = root / PRIVATE
        self.manifests_folder = root / "manifests"
        self.reports = root / "reports"

    def create(self) -> None:
        """Make the folders and a card without versions, where they are not there yet."""
        self._refuse_other_folders()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.private.mkdir(exist_ok=True, mode=0o700)
            self.private.chmod(0o700)
            self.manifests_folder.mkdir(exist_ok=True)
            self.reports.mkdir(exist_ok=True)
            if not (self.root / "README.md").exists():
                self.write_card()
        except OSError as error:
            raise StorageError(
                f"the registry {self.root} cannot be written: {error.strerror}; check that the folder exists, that this "
                "user may write there and that the disk is not full"
            ) from None

    def _refuse_other_folders(self) -> None:
        """A folder that holds something and was never a registry is somebody else's."""
        if self.root.is_dir() and not self.private.is_dir() and any(self.root.iterdir()):
            raise ConfigError(
                f"{self.root} is not empty and is not a registry: give an empty or a new folder with --registry"
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the registry's lock, or raise LockedError at once; a process that dies lets go of it."""
        with open(self.private / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockedError(
                    f"another run holds the lock of the registry {self.root}; wait until it has ended and run again"
                ) from None
            yield

    def check_key(self, fingerprint: str) -> None:
        """Remember the key's fingerprint, or refuse a key that is not the registry's."""
        path = self.private / "key-fingerprint"
        if not path.exists():
            write_atomically(path, fingerprint.encode())
        elif path.read_bytes() != fingerprint.encode():
            raise ConfigError(
                f"this key is not the one of the registry {self.root}: its pseudonyms would not meet the ones before; "
                "give the registry's key (--key-file), or use another registry"
            )

    def repair(self) -> None:
        """Undo what interrupted runs left: staging folders, and a publication that did not get to its manifest.

        Only what the journal (`.private/publishing`) names is removed. Needs the lock.
        """
        for leftover in (self.private / "staging").glob("*"):
            shutil.rmtree(leftover)
        for folder in (self.root, self.manifests_folder, self.reports, self.private):
            for partial in folder.glob(".*.partial"):
                partial.unlink()
        live = {manifest["version"] for manifest in self.manifests()}
        for entry in self._publishing.glob("*"):
            if entry.name not in live:
                shutil.rmtree(self.root / "data" / entry.name, ignore_errors=True)
                (self.reports / f"{entry.name}.html").unlink(missing_ok=True)
            entry.unlink()
        self.write_card()

    def manifests(self) -> list[dict[str, Any]]:
        """The public manifests of all versions, in order of their nights."""
        read = []
        for path in sorted(self.manifests_folder.glob("*.json")):
            try:
                manifest = json.loads(path.read_bytes())
                if not isinstance(manifest, dict) or not manifest.keys() >= {
                    "version",
                    "window",
                    "files",
                    "policy",
                }:
                    raise ValueError("not a manifest")
                read.append(manifest)
            except (OSError, ValueError):
                raise StorageError(f"the manifest {path} cannot be read: restore it from a backup") from None
        return read

    def manifest(self, version: str) -> dict[str, Any] | None:
        """One version's public manifest; None: there is no such version."""
        return next((manifest for manifest in self.manifests() if manifest["version"] == version), None)

    def staging(self, run_id: str) -> Staging:
        """A fresh staging folder for one run."""
        staging = Staging(self.private / "staging" / run_id)
        staging.create()
        return staging

    def publish(self, staging: Staging, manifest: dict[str, Any], report: str) -> None:
        """Make a version appear: data by one rename, then the manifest, create-only. Needs the lock."""
        version = str(manifest["version"])
        write_atomically(self._publishing / version, b"")
        if manifest["files"]:
            (self.root / "data").mkdir(exist_ok=True)
            for folder in (staging.data, *(path for path in staging.data.rglob("*") if path.is_dir())):
                folder.chmod(
                    0o755
                )  # staging is the owner's; what is published is for everybody who may see the registry
            _sync_tree(staging.data)
            staging.data.rename(self.root / "data" / version)
            _sync(self.root / "data")
        write_atomically(self.reports / f"{version}.html", report.encode())
        write_atomically(self.manifests_folder / f"{version}.json", dump(manifest), create_only=True)
        (self._publishing / version).unlink()
        self.write_card()

    def quarantine(self, staging: Staging, manifest: dict[str, Any], report: str) -> Path:
        """Keep a version that failed where stewards can look and nobody can pull; returns the folder."""
        folder = self.private / "quarantine" / staging.root.name
        folder.mkdir(parents=True, mode=0o700)
        staging.data.rename(folder / "data")
        write_atomically(folder / "manifest.json", dump(manifest))
        write_atomically(folder / "report.html", report.encode())
        return folder

    def write_card(self) -> None:
        """Derive README.md from the manifests."""
        write_atomically(
            self.root / "README.md", render_card([Version(m) for m in self.manifests()]).encode()
        )

    @property
    def _publishing(self) -> Path:
        return self.private / "publishing"


def dump(value: object) -> bytes:
    """Canonical JSON: sorted keys, indented, one line end at the end."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_atomically(path: Path, content: bytes, *, create_only: bool = False) -> None:
    """Write a small file whole or not at all, flushed to disk; `create_only` refuses to replace one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with open(partial, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        if create_only:
            os.link(partial, path)
            partial.unlink()
        else:
            partial.replace(path)
    except FileExistsError:
        partial.unlink()
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)
