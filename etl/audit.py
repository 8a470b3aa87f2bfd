"""The audit log: what was done to the registry, in entries that cannot be changed, left out or put in between unnoticed.

An entry is one create-only object `.private/audit/<seq>.json` and names the SHA-256 of the one before (`prev`). Because
entries are create-only, a holder of the lock that was taken for dead cannot write beside its successor.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from etl.canonical import dump
from etl.errors import LockedError, StorageError
from etl.layout import AUDIT
from etl.manifest_model import is_night
from etl.store import Store
from etl.strict_json import UnfitError, parse_strictly, told_by

START: Final = "0" * 64
"""What the first entry names as the one before."""

_OWN: Final = frozenset({"seq", "time", "event", "prev"})
_OF_A_WITHDRAWAL: Final = frozenset({"version", "reason", "manifest_sha256"})
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """One entry. `digest`: of its bytes, which the next one names."""

    name: str
    digest: str
    fields: dict[str, Any]

    @property
    def event(self) -> str:
        """What happened: `published`, `withdrawn`, `approved`, `erased`, `key_rotated`, `retired` (what no window needs any
        more), `expired` (what was kept for its time) …"""
        return str(self.fields["event"])

    @property
    def version(self) -> str | None:
        """The version it is about, if it is about one."""
        return self.fields.get("version")

    @property
    def when(self) -> str:
        """When it was written (UTC)."""
        return str(self.fields["time"])


def append(store: Store, event: str, **fields: Any) -> Entry:
    """Write the next entry. Needs the lock.

    Raises:
        LockedError: somebody else wrote it, so the lock was lost.
    """
    if wrong := _OWN & fields.keys():
        raise ValueError(f"an entry's own fields: {sorted(wrong)}")
    names = store.names(AUDIT)
    prev = sha256(store.read(names[-1])).hexdigest() if names else START
    seq = _number(names[-1]) + 1 if names else 1
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    content = dump({**fields, "seq": seq, "time": now, "event": event, "prev": prev})
    name = f"{AUDIT}/{seq:08d}.json"
    try:
        store.create(name, content)
    except FileExistsError:
        raise LockedError(
            f"another run wrote to the audit log of {store.describe()} meanwhile, so this one had lost the lock: run again"
        ) from None
    return parse(name, content)


def read_chain(store: Store) -> list[Entry]:
    """All entries in order; whether they hold together is `etl.audit_check`'s to say.

    Raises:
        StorageError: one is no entry.
    """
    return [parse(name, content) for name, content in store.read_all(AUDIT).items()]


def parse(name: str, content: bytes) -> Entry:
    """An entry from its bytes, once it is known to be one: what is done again or removed after a kill goes by it.

    Raises:
        StorageError: it is none.
    """
    try:
        fields = parse_strictly(content)
        if not fields.keys() >= _OWN or not all(_fits(key, value) for key, value in fields.items()):
            raise ValueError("not an entry")
        if fields["event"] == "withdrawn" and not fields.keys() >= _OF_A_WITHDRAWAL:
            raise ValueError("not a withdrawal")
        _number(name)
    except (ValueError, UnfitError):
        raise StorageError(
            f"the audit entry {told_by(name)} cannot be read: restore it from a backup; if the registry is not yours, "
            "do not trust it"
        ) from None
    return Entry(name, sha256(content).hexdigest(), fields)


def _fits(key: str, value: object) -> bool:
    """Whether a field is of its kind; fields that nobody reads may be anything."""
    if key == "seq":
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    if key == "prev" or (key == "manifest_sha256" and value is not None):
        return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
    if key in ("time", "event"):
        return isinstance(value, str)
    if key == "version" and value is not None:
        return is_night(value)
    if key in ("reason", "by", "note", "run", "request") and value is not None:
        return isinstance(value, str)
    return True


def latest(chain: list[Entry], event: str) -> dict[str, Entry]:
    """The last entry of one event for each version."""
    return {entry.version: entry for entry in chain if entry.event == event and entry.version is not None}


def carried_out(store: Store, event: str, request: str) -> Entry | None:
    """The entry that says that a request was carried out; None: it did not get that far."""
    found = (entry for entry in read_chain(store) if entry.event == event)
    return next((entry for entry in found if entry.fields.get("request") == request), None)


def _number(name: str) -> int:
    stem = name.rpartition("/")[2].removesuffix(".json")
    if not (stem.isascii() and stem.isdigit() and len(stem) < 20):
        raise ValueError("no number")
    return int(stem)
