"""Hold a registry against itself: every file's digest, files that nobody knows, and the files derived from the versions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from etl.derived import derive
from etl.errors import StorageError
from etl.layout import data_of, manifest_of, vocabulary_of
from etl.versions import Version


@dataclass(frozen=True)
class Verified:
    """`checked`: how many files were looked at. `faults`: a sentence for each that is not what it should be."""

    checked: int
    faults: list[str]


def verify_registry(
    versions: Sequence[Version], names: Iterable[str], read: Callable[[str], bytes]
) -> Verified:
    """Look at everything that researchers may see.

    Args:
        versions: in order of their nights, withdrawn ones too.
        names: what there is below `data/` and `vocabulary/`.
        read: the content of a registry's file, by its name below the root; OSError or StorageError where there is none.
    """
    faults: list[str] = []
    expected = {file["path"]: file["sha256"] for version in versions for file in version.all_files}
    for name, digest in expected.items():
        content = _content(name, read)
        if content is None:
            faults.append(f"{name} is missing")
        elif hashlib.sha256(content).hexdigest() != digest:
            faults.append(f"{name} has other content")
    withdrawn = tuple(
        place
        for version in versions
        if not version.is_live
        for place in (f"{data_of(version.name)}/", vocabulary_of(version.name))
    )
    strangers = sorted(set(names) - expected.keys())
    faults += [
        f"{name} is still there, though its version is withdrawn"
        if name.startswith(withdrawn)
        else f"{name} is in no manifest"
        for name in strangers
    ]
    for version in versions:
        digest = (version.tombstone or {}).get("manifest_sha256")
        manifest = _content(manifest_of(version.name), read) if digest else None
        if manifest is not None and hashlib.sha256(manifest).hexdigest() != digest:
            faults.append(f"{manifest_of(version.name)} is not the one that was withdrawn")
    derived = _derived(versions, read, faults)
    for name, content in derived.items():
        if _content(name, read) != content:
            faults.append(f"{name} is not what the versions say it is; the next run writes it anew")
    return Verified(len(expected) + len(strangers) + len(derived), faults)


def _content(name: str, read: Callable[[str], bytes]) -> bytes | None:
    try:
        return read(name)
    except (OSError, StorageError):
        return None


def _derived(
    versions: Sequence[Version], read: Callable[[str], bytes], faults: list[str]
) -> dict[str, bytes]:
    try:
        return derive(versions, read)
    except (OSError, StorageError):
        faults.append("the derived files cannot be checked: a vocabulary is not what it should be")
        return {}
