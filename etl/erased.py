"""The list of accounts that are never admitted again: sealed, only ever added to, and bound to the audit log."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import pyarrow as pa

from etl.audit import Entry, read_chain
from etl.errors import StorageError
from etl.layout import ERASED
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.store import Store
from transforms.erasure import ascending
from transforms.schemas import DIGEST

SCHEMA: Final = pa.schema([pa.field("account", DIGEST, nullable=False)])
SHA256: Final = "erased_sha256"
"""The field of an audit entry that names the list's digest."""


def is_the_named_one(store: Store, chain: list[Entry]) -> bool:
    """Whether the list is the one that the audit log names last; none of either is fine. Takes no key."""
    named = [entry.fields[SHA256] for entry in chain if SHA256 in entry.fields]
    found = sha256(store.read(ERASED)).hexdigest() if store.exists(ERASED) else None
    return (named[-1] if named else None) == found


def load_erased(store: Store, key: bytes) -> pa.Array:
    """The accounts: binary(16), ascending; empty where nobody was erased.

    Raises:
        ConfigError: another pool key sealed the list.
        StorageError: it was changed, or it is not the one that the audit log names: an older one would let somebody in
            again.
    """
    if not is_the_named_one(store, read_chain(store)):
        raise StorageError(
            f"the list of erased accounts ({store.describe(ERASED)}) is not the one that the audit log names: restore it "
            "from a backup, or erase the same accounts again"
        )
    return current_list(store, key)


def current_list(store: Store, key: bytes) -> pa.Array:
    """The list as it lies there, whatever the audit log says."""
    try:
        table = read_sealed_object(store, ERASED, key)
    except FileNotFoundError:
        return pa.array([], DIGEST)
    return ascending(table.column("account").combine_chunks())


def add_erased(store: Store, accounts: pa.Array, key: bytes) -> str:
    """Add accounts (binary(16)) to the list; returns its SHA-256, for the audit entry. Needs the lock."""
    known = current_list(store, key)
    added = ascending(pa.concat_arrays([known, accounts]))
    if len(added) == len(known) and store.exists(ERASED):
        return sha256(store.read(ERASED)).hexdigest()
    return write_sealed_object(store, ERASED, pa.table([added], schema=SCHEMA), key)
