"""A change of keys or of the spelling that is under way: noted first, removed last: a killed one is only finished.

While it is there every other command refuses (`etl.sealed_objects.check_pool_key`); what is sealed may be under either key.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final, Literal

import orjson

from etl.audit import Entry, append, carried_out
from etl.canonical import dump
from etl.erased import SHA256
from etl.errors import ConfigError
from etl.layout import ERASED, FINGERPRINT, POOL_KEY_ID, ROTATING
from etl.store import Store
from etl.vault import key_id
from transforms.pseudonym import key_fingerprint

Which = Literal["pool", "pseudonym", "spelling"]
EVENTS: Final[dict[str, str]] = {
    "pool": "key_rotated",
    "pseudonym": "key_rotated",
    "spelling": "spelled_anew",
}
"""What the audit log calls the change, once it is done."""


@dataclass(frozen=True)
class Rotation:
    """`old`, `new`: what tells the keys (no secret). `lost`: kind → rows that nobody could rename, as counted before."""

    id: str
    which: Which
    old: str
    new: str
    by: str
    lost: dict[str, int]
    names: str
    """SHA-256 of the pseudonyms that are known, old and new: the rest of a rotation must know the same."""


def begun(store: Store) -> Rotation | None:
    """The rotation that is under way; None: there is none."""
    if not store.exists(ROTATING):
        return None
    said: dict[str, Any] = orjson.loads(store.read(ROTATING))
    return Rotation(**said)


def is_the_other(store: Store, which: Which, new: bytes) -> bool:
    """Whether the new key is the registry's other one: whoever could read what waits could then try names against it."""
    name, told = (FINGERPRINT, key_fingerprint(new)) if which == "pool" else (POOL_KEY_ID, key_id(new))
    return store.exists(name) and store.read(name) == told.encode()


def begin(
    store: Store, which: Which, old: str, new: str, *, by: str, lost: dict[str, int], names: str = ""
) -> Rotation:
    """Write down a new one. Needs the lock."""
    rotation = Rotation(secrets.token_hex(8), which, old, new, by, lost, names)
    store.create(ROTATING, dump(asdict(rotation)))
    return rotation


def must_be_the_same(rotation: Rotation, which: Which, old: str, new: str, names: str = "") -> None:
    """Refuse another rotation than the one that is under way."""
    if (rotation.which, rotation.old, rotation.new) != (which, old, new):
        if rotation.which == "spelling":
            raise ConfigError(
                "a `desirepath migrate` was interrupted: run that one again, before anything else"
            )
        raise ConfigError(
            f"a change of the {rotation.which} key (from id {rotation.old} to id {rotation.new}) was interrupted: run that "
            "one again, with both keys, before another"
        )
    if rotation.names != names:
        raise ConfigError(
            "the change of pseudonyms was begun with other names: run it again with the keys, the participation file, the "
            "accounts and --lose-erased as it was begun with"
        )


def recorded(store: Store, rotation: Rotation) -> Entry | None:
    """Its audit entry, if it got that far."""
    return carried_out(store, EVENTS[rotation.which], rotation.id)


def record(store: Store, rotation: Rotation, generation: int, **fields: Any) -> Entry:
    """Write its audit entry, the commit, with the digest of the list of the erased as it is now. Needs the lock."""
    if store.exists(ERASED):
        fields[SHA256] = sha256(store.read(ERASED)).hexdigest()
    return append(
        store,
        EVENTS[rotation.which],
        request=rotation.id,
        which=rotation.which,
        old=rotation.old,
        new=rotation.new,
        by=rotation.by,
        generation=generation,
        **fields,
    )


def end(store: Store) -> None:
    """All is done."""
    store.remove(ROTATING)
