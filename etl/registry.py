"""The registry (DESIGN §6): one dataset's versions in a store, and the one way a version appears in it or goes.

The manifest is the commit point of a publication, and the audit entry that of a withdrawal: a version whose manifest is not
there does not exist. Whatever a kill leaves in between is completed or removed by the next run (`etl.repair`).
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.audit import append, latest, read_chain
from etl.canonical import dump
from etl.derived import derive
from etl.errors import ConfigError, StorageError
from etl.layout import (
    CARD,
    DATA,
    FINGERPRINT,
    MANIFESTS,
    PRIVATE,
    QUARANTINE,
    SPELLED,
    STAGING,
    WITHDRAWN,
    data_of,
    journal_of,
    manifest_of,
    report_of,
    tombstone_of,
)
from etl.manifest_model import MOST_VERSIONS, check_manifest, parse_manifest, parse_tombstone
from etl.repair import record_publication, repair_publications, repair_withdrawals
from etl.staging import Staging
from etl.store import Store, is_url, open_store, root_of
from etl.store.binding import belongs
from etl.strict_json import MOST_BYTES
from etl.versions import Version
from etl.withdrawal import bury, remove_data
from transforms.account import SPELLING


class Registry:
    """One dataset's versions. `root`: a folder, or a URL that fsspec knows; `store` serves instead of what it names.
    `staging`: a folder for the staging folders of runs; None: one of its own."""

    def __init__(self, root: str | Path, store: Store | None = None, *, staging: Path | None = None) -> None:
        self.root = root_of(root)
        self.store = open_store(root) if store is None else store
        self._staging = self._own_staging() if staging is None else staging.absolute() / self._mark()

    def where(self, name: str = "") -> str:
        """The path or URL of an object, for messages."""
        return self.store.describe(name)

    def is_registry(self) -> bool:
        """Whether there is one (a copy without its private part is one, too)."""
        return bool({PRIVATE, MANIFESTS} & set(self.store.top()))

    def create(self) -> None:
        """Make a registry without versions, where there is none yet."""
        found = self.store.top() if is_url(self.root) or Path(self.root).is_dir() else []
        if found and PRIVATE not in found:  # what is there is somebody else's
            raise ConfigError(
                f"{self.where()} is not empty and is not a registry: give an empty or a new folder with --registry"
            )
        self.store.prepare()
        if not self.store.exists(CARD):
            self.write_derived()

    def locked(self) -> AbstractContextManager[None]:
        """Hold the registry's lock, or raise LockedError at once."""
        return self.store.locked()

    def check_key(self, fingerprint: str, *, remember: bool = True) -> None:
        """Remember the key's fingerprint, or refuse a key or a spelling that is not the registry's.

        Args:
            remember: whether a registry that knows no key yet is bound to this one.
        """
        self._check_spelling(remember)
        self.check_fingerprint(fingerprint, remember=remember)

    def spelling(self) -> int:
        """The number of the rule by which its names are spelled."""
        if self.store.exists(SPELLED):
            said = self.store.read(SPELLED)
            return int(said) if said.isdigit() else 0
        return 1 if self.store.exists(FINGERPRINT) else SPELLING

    def _check_spelling(self, remember: bool) -> None:
        """Pseudonyms of one spelling would not meet those of another: one person would count twice."""
        found = self.spelling()
        if found < SPELLING:
            raise ConfigError(
                f"the names in the registry {self.where()} are spelled by an older rule: run `desirepath migrate` once, "
                "with the registry's keys and the participation file (docs/operating.md)"
            )
        if found > SPELLING:
            raise ConfigError(
                f"the names in the registry {self.where()} are spelled by a newer rule: use the release that wrote it"
            )
        if remember and not self.store.exists(SPELLED):
            self.store.create(SPELLED, str(SPELLING).encode())

    def check_fingerprint(self, fingerprint: str, *, remember: bool = True) -> None:
        """Remember the key's fingerprint, or refuse a key that is not the registry's."""
        if not belongs(self.store, FINGERPRINT, fingerprint.encode(), remember=remember):
            raise ConfigError(
                f"this key is not the one of the registry {self.where()}: its pseudonyms would not meet the ones before; "
                "give the registry's key (--key-file), or use another registry"
            )

    def repair(self) -> None:
        """Finish or undo what interrupted runs left. Needs the lock."""
        self.store.clean()
        for leftover in (
            path for folder in {self._staging, self._own_staging()} for path in folder.glob("*")
        ):
            shutil.rmtree(leftover)
        repair_publications(self.store)
        withdrawn = repair_withdrawals(self.store)
        self.write_derived()
        for entry in withdrawn:
            remove_data(self.store, entry)

    def versions(self) -> list[Version]:
        """All versions, live and withdrawn, in order of their nights."""
        tombstones = {
            name: parse_tombstone(name, content) for name, content in self._read_few(WITHDRAWN).items()
        }
        return [
            Version(manifest, tombstones.get(tombstone_of(str(manifest["version"]))))
            for manifest in self.manifests()
        ]

    def live(self) -> list[Version]:
        """The versions that are published and not withdrawn, in order of their nights."""
        return [version for version in self.versions() if version.is_live]

    def manifests(self) -> list[dict[str, Any]]:
        """The public manifests of all versions, withdrawn ones too, in order of their nights."""
        return [parse_manifest(name, content) for name, content in self._read_few(MANIFESTS).items()]

    def _read_few(self, prefix: str) -> dict[str, bytes]:
        """What lies below a folder that has an object a version; more are nobody's versions."""
        if len(self.store.names(prefix)) > MOST_VERSIONS:
            raise StorageError(
                f"{self.where(prefix)} holds more than {MOST_VERSIONS:,} files, and no registry has so many versions: see "
                "that it is the registry that you mean"
            )
        return self.store.read_all(prefix, MOST_BYTES + 1)

    def version(self, name: str) -> Version:
        """One version, live or withdrawn.

        Raises:
            ConfigError: there is no such version.
        """
        found = next((version for version in self.versions() if version.name == name), None)
        if found is None:
            raise ConfigError(
                f"the registry {self.where()} has no version of that name ({name!r}); `desirepath versions` lists them"
            )
        return found

    def staging(self, run_id: str) -> Staging:
        """A fresh staging folder for one run, and the owner's alone."""
        self._staging.mkdir(parents=True, exist_ok=True, mode=0o700)
        staging = Staging(self._staging / run_id)
        staging.create()
        return staging

    def publish(self, staging: Staging, manifest: dict[str, Any], report: str) -> None:
        """Make a version appear: data, report, manifest (the commit), audit entry, derived files. Needs the lock.

        Raises:
            FileExistsError: there is such a version, or data of that name.
        """
        check_manifest(manifest)
        version = str(manifest["version"])
        if self.store.exists(manifest_of(version)) or self.store.names(data_of(version)):
            raise FileExistsError(
                errno.EEXIST,
                "there is a manifest or data of this version already",
                self.where(data_of(version)),
            )
        self.store.replace(journal_of(version), dump(staging.root.name))
        if manifest["files"]:
            self.store.put_tree(staging.data, data_of(version))
        if manifest.get("vocabulary_file"):
            self.store.replace(manifest["vocabulary_file"]["path"], staging.vocabulary.read_bytes())
        self.store.replace(report_of(version), report.encode())
        self.store.create(manifest_of(version), dump(manifest))
        record_publication(self.store, version, staging.root.name)
        self.store.remove(journal_of(version))
        self.write_derived()

    def withdraw(self, version: str, reason: str, by: str) -> bool:
        """Take a version back: audit entry (the commit), tombstone, derived files, data. Needs the lock.

        Returns:
            Whether it was live; a withdrawn one stays as it was withdrawn.

        Raises:
            ConfigError: there is no such version.
        """
        self.version(version)
        entry = latest(read_chain(self.store), "withdrawn").get(version)
        was_live = entry is None
        if entry is None:
            digest = self.manifest_sha256(version)
            entry = append(
                self.store, "withdrawn", version=version, reason=reason, by=by, manifest_sha256=digest
            )
        bury(self.store, entry)
        self.write_derived()
        remove_data(self.store, entry)
        return was_live

    def approve(self, version: str, by: str, note: str | None) -> None:
        """Note in the audit log that somebody approves of a version as it is. Needs the lock."""
        self.version(version)
        digest = self.manifest_sha256(version)
        append(self.store, "approved", version=version, by=by, note=note, manifest_sha256=digest)

    def manifest_sha256(self, version: str) -> str:
        """The digest of a version's public manifest, as the audit log names it."""
        return sha256(self.store.read(manifest_of(version))).hexdigest()

    def quarantine(self, staging: Staging, manifest: dict[str, Any], report: str) -> str:
        """Keep a version that failed where stewards can look and nobody can pull; returns where."""
        folder = f"{QUARANTINE}/{staging.root.name}"
        self.store.put_tree(staging.data, f"{folder}/{DATA}")
        if manifest.get("vocabulary_file"):
            self.store.replace(f"{folder}/{DATA}/vocabulary.json", staging.vocabulary.read_bytes())
        self.store.replace(f"{folder}/manifest.json", dump(manifest))
        self.store.replace(f"{folder}/report.html", report.encode())
        return self.where(folder)

    def write_derived(self) -> None:
        """Write what follows from the versions, as far as it is not there already; the card last."""
        for name, content in derive(self.versions(), self.store.read).items():
            if not self.store.exists(name) or self.store.read(name) != content:
                self.store.replace(name, content)

    def _own_staging(self) -> Path:
        """In a local registry, so that publishing is a rename; else in the user's state folder, apart by registry."""
        if isinstance(self.root, Path):
            return self.root.absolute() / STAGING
        state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        return Path(state) / "desirepath" / "staging" / self._mark()

    def _mark(self) -> str:
        """What tells this registry's runs from another's where both stage."""
        place = self.root.absolute() if isinstance(self.root, Path) else self.root
        return sha256(str(place).encode()).hexdigest()[:16]


def open_registry(root: str | Path) -> Registry:
    """The registry at a place, which must be one.

    Raises:
        ConfigError: it is none.
    """
    registry = Registry(root)
    if not registry.is_registry():
        raise ConfigError(
            f"{registry.where()} is not a registry: it has no manifests; give the place that "
            "`desirepath run --registry` wrote"
        )
    return registry
