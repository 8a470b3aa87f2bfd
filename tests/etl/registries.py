"""Registries on disk for the tests of what researchers get: made of records, without a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from etl.derived import derive
from etl.layout import tombstone_of, vocabulary_of
from etl.parquet import write_release
from etl.versions import Version
from etl.vocabulary import write_vocabulary
from transforms.records import record_digest
from transforms.release import Release
from transforms.schemas import RELEASE

Records = Mapping[tuple[str, ...], int]
"""Sequence → occurrences."""

PEOPLE = 10


def many(prefix: str, n: int) -> dict[tuple[str, ...], int]:
    """Enough different sequences for all three splits, and single actions."""
    pairs = {(f"{prefix} {at}", f"{prefix} {at + 1}"): 20 + at for at in range(n)}
    return pairs | {(f"{prefix} {at}",): 15 for at in range(0, n, 4)}


class Folder:
    """A registry as a folder; versions are published and withdrawn as the real one does it, seen from outside."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "manifests").mkdir(parents=True)
        self.derive()

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def names(self) -> list[str]:
        found = (
            path
            for name in ("data", "vocabulary")
            for path in (self.root / name).rglob("*")
            if path.is_file()
        )
        return sorted(str(path.relative_to(self.root)) for path in found)

    def versions(self) -> list[Version]:
        manifests = (json.loads(path.read_text()) for path in sorted((self.root / "manifests").iterdir()))
        found = ((manifest, self.root / tombstone_of(manifest["version"])) for manifest in manifests)
        return [Version(one, json.loads(path.read_text()) if path.exists() else None) for one, path in found]

    def derive(self) -> None:
        for name, content in derive(self.versions(), self.read).items():
            (self.root / name).write_bytes(content)

    def publish(self, version: str, records: Records, **changes: Any) -> Version:
        data = self.root / "data" / version
        data.mkdir(parents=True)
        files = [
            {
                "path": str(path.relative_to(self.root)),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "rows": pa.parquet.read_metadata(path).num_rows,
            }
            for path in write_release(release(records), data)
        ]
        actions = {action for sequence in records for action in sequence}
        numbered = write_vocabulary(
            self.root / "vocabulary.json.staged", version, actions, self.versions(), self.read
        )
        if numbered["vocabulary_file"]:
            (self.root / "vocabulary").mkdir(exist_ok=True)
            (self.root / "vocabulary.json.staged").rename(self.root / vocabulary_of(version))
        if not files:
            data.rmdir()
        manifest = a_manifest(version, files, list(records)) | numbered | changes
        (self.root / "manifests" / f"{version}.json").write_text(json.dumps(manifest))
        self.derive()
        return next(one for one in self.versions() if one.name == version)

    def withdraw(self, version: str, reason: str = "a wrong mapping") -> None:
        digest = hashlib.sha256(self.read(f"manifests/{version}.json")).hexdigest()
        tombstone = {
            "version": version,
            "withdrawn_at": "2026-12-01T08:00:00Z",
            "reason": reason,
            "manifest_sha256": digest,
        }
        path = self.root / tombstone_of(version)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(tombstone))
        data = self.root / "data" / version
        for path in sorted(data.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        data.rmdir()
        (self.root / vocabulary_of(version)).unlink(missing_ok=True)
        self.derive()


def release(records: Records) -> Release:
    rows = sorted(records, key=record_digest)
    table = pa.table(
        {
            "actions": [list(row) for row in rows],
            "length": [len(row) for row in rows],
            "people": [PEOPLE] * len(rows),
            "occurrences": [records[row] for row in rows],
        },
        schema=RELEASE,
    )
    counts = np.full(len(rows), PEOPLE, np.int64)
    return Release(table, tuple(record_digest(row) for row in rows), counts, counts, 0, {})


def a_manifest(
    version: str, files: Sequence[dict[str, Any]], records: Sequence[tuple[str, ...]]
) -> dict[str, Any]:
    lengths = sorted(map(len, records))
    return {
        "version": version,
        "simulated": False,
        "window": {"kind": "night", "first": version, "last": version, "timezone": "UTC"},
        "k": 10,
        "people": 60,
        "released": {"events": 100, "transitions": 80, "records": len(records)},
        "share": {"events": 0.9, "transitions": 0.625},
        "lengths": {str(length): lengths.count(length) for length in sorted(set(lengths))},
        "support_histogram": [[PEOPLE, len(records)]] if records else [],
        "privacy": {"people_counted_as": "people"},
        "gates": [],
        "code_version": "0.1.0",
        "policy": {
            "k": 10,
            "min_outside_unit": 3,
            "cap_per_person": 20,
            "max_per_person": 5000,
            "min_active": 50,
            "allow_low_k": False,
            "participation": "registry",
            "purpose": "assistive editor",
            "works_agreement": "WA-2026-7",
        },
        "files": list(files),
    }
