"""Which number an action has: for good, as long as a live version holds it; the number of a withdrawn one never comes again.

Every version carries its part, `vocabulary/<version>.json`, which goes with it. What is left to see of a withdrawn
version is how far the numbers had come (`tokenizer.next_id` in its manifest), so that no number is given twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, Final

from etl.canonical import dump
from etl.errors import StorageError
from etl.layout import vocabulary_of
from etl.strict_json import UnfitError, parse_strictly
from etl.versions import Version

SPECIAL: Final = ("[PAD]", "[UNK]", "[BOS]", "[EOS]")
"""Always 0 to 3. An action that is called exactly like one of them shares its number."""

_MOST_BYTES: Final = 1 << 30
_MOST_NUMBER: Final = 2**31

Read = Callable[[str], bytes]
"""The content of a registry's file, by its name below the root."""


def write_vocabulary(
    staged: Path, version: str, actions: Collection[str], versions: Iterable[Version], read: Read
) -> dict[str, Any]:
    """Number a new version's actions, and write the numbers to the file `staged`.

    An action of a live version keeps its number; the others get the next free ones, in sorted order.

    Args:
        staged: where to write; publication puts it into the registry.
        actions: every action of the version's records.
        versions: all that the registry knows, withdrawn ones too; the version itself may be among them.

    Returns:
        What the manifest says of it, `tokenizer` and `vocabulary_file` (null, and no file, where nothing was released).
    """
    known = list(versions)
    first = next_id(known)
    before = live_vocabulary(known, read)
    wanted = sorted(set(actions) - set(SPECIAL))
    new = {action: first + at for at, action in enumerate(a for a in wanted if a not in before)}
    file = None
    if wanted:
        tokens = {action: before.get(action, new.get(action)) for action in wanted}
        content = dump({"format": 1, "first_id": first, "next_id": first + len(new), "tokens": tokens})
        staged.write_bytes(content)
        file = {
            "path": vocabulary_of(version),
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
    return {"tokenizer": {"next_id": first + len(new), "new": len(new)}, "vocabulary_file": file}


def next_id(versions: Iterable[Version]) -> int:
    """The first number that no version, live or withdrawn, has ever given."""
    ends = [int((version.manifest.get("tokenizer") or {}).get("next_id", 0)) for version in versions]
    return max([len(SPECIAL), *ends])


def live_vocabulary(versions: Iterable[Version], read: Read) -> dict[str, int]:
    """Action → number, over all live versions.

    Raises:
        StorageError: a vocabulary cannot be read, or two of them contradict each other.
    """
    union: dict[str, int] = {}
    named: dict[int, str] = {}
    for version in versions:
        for action, number in actions_of(version, read).items():
            if union.setdefault(action, number) != number or named.setdefault(number, action) != action:
                raise StorageError(
                    f"the vocabulary of version {version.name} contradicts that of a version before: numbers of actions "
                    "are for good; restore the registry from a backup"
                )
    return union


def actions_of(version: Version, read: Read) -> dict[str, int]:
    """Action → number of one version; empty where it is withdrawn, or nothing was released."""
    file = version.manifest.get("vocabulary_file")
    if file is None or not version.is_live:
        return {}
    try:
        content = read(file["path"])
    except FileNotFoundError:
        raise StorageError(f"{file['path']} is missing: restore it from a backup") from None
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise StorageError(f"{file['path']} is not what its manifest says: restore it from a backup")
    try:
        tokens = parse_strictly(content, most_bytes=_MOST_BYTES).get("tokens")
    except UnfitError as error:
        raise StorageError(f"{file['path']} cannot be used: {error}; restore it from a backup") from None
    if not isinstance(tokens, dict) or not all(map(_is_number, tokens.values())):
        raise StorageError(f"{file['path']} does not number actions: restore it from a backup")
    return tokens


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_NUMBER
