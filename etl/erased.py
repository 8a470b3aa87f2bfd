"""The list of accounts that are never admitted again: sealed, only ever added to, and bound to the audit log.

Most are pseudonyms under the registry's key. Those that a change of key or of spelling could not rename, since nobody had
their names, stand there as they were, with their key wrapped (`etl.erased_key`).
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from etl.audit import Entry, read_chain
from etl.erased_key import unwrap
from etl.errors import ConfigError, StorageError
from etl.layout import ERASED
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.store import Store
from transforms.erased_before import ErasedBefore
from transforms.erasure import ascending
from transforms.schemas import DIGEST

SCHEMA: Final = pa.schema(
    [
        pa.field("account", DIGEST, nullable=False),
        pa.field(
            "under", pa.binary()
        ),  # wrapped: its key and spelling; null: the registry's, as they are now
    ]
)
SHA256: Final = "erased_sha256"
"""The field of an audit entry that names the list's digest."""


def is_the_named_one(store: Store, chain: list[Entry]) -> bool:
    """Whether the list is the one that the audit log names last; none of either is fine. Takes no key."""
    named = [entry.fields[SHA256] for entry in chain if SHA256 in entry.fields]
    found = sha256(store.read(ERASED)).hexdigest() if store.exists(ERASED) else None
    return (named[-1] if named else None) == found


def load_erased(store: Store, key: bytes) -> pa.Array:
    """The accounts under the registry's key: binary(16), ascending; empty where nobody was erased.

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
    """The accounts under the registry's key as they lie there, whatever the audit log says."""
    table = read_list(store, key)
    return ascending(table.column("account").filter(table.column("under").is_null()).combine_chunks())


def erased_before(store: Store, key: bytes, pseudonym_key: bytes) -> tuple[ErasedBefore, ...]:
    """The accounts of which the list has another key or spelling than the registry.

    Args:
        key: the pool key.

    Raises:
        ConfigError: another pool key sealed the list, or the pseudonym key is not the one that it was written for.
    """
    table = read_list(store, key)
    table = table.filter(table.column("under").is_valid())
    found = []
    for wrapped in sorted(set(table.column("under").to_pylist())):
        said = unwrap(wrapped, pseudonym_key)
        if said is None:
            raise ConfigError(
                "the list of erased accounts was written for another pseudonym key: give the registry's (--key-file)"
            )
        mask = pc.equal(table.column("under"), pa.scalar(wrapped, pa.binary()))
        found.append(ErasedBefore(*said, ascending(table.column("account").filter(mask).combine_chunks())))
    return tuple(found)


def read_list(store: Store, key: bytes) -> pa.Table:
    """The list as SCHEMA; without a row where nobody was erased."""
    try:
        table = read_sealed_object(store, ERASED, key)
    except FileNotFoundError:
        return SCHEMA.empty_table()
    if "under" not in table.column_names:  # of a release that could only rename
        table = table.append_column(SCHEMA.field("under"), pa.nulls(table.num_rows, pa.binary()))
    return table.cast(SCHEMA)


def write_list(store: Store, accounts: pa.Array, before: pa.Table, key: bytes) -> str:
    """Write the list: accounts (binary(16)) under the registry's key, and SCHEMA of others. Needs the lock."""
    now = ascending(accounts)
    table = pa.concat_tables([pa.table([now, pa.nulls(len(now), pa.binary())], schema=SCHEMA), before])
    return write_sealed_object(store, ERASED, table, key)


def add_erased(store: Store, accounts: pa.Array, key: bytes) -> str:
    """Add accounts (binary(16)) to the list; returns its SHA-256, for the audit entry. Needs the lock."""
    known = current_list(store, key)
    added = ascending(pa.concat_arrays([known, accounts]))
    if len(added) == len(known) and store.exists(ERASED):
        return sha256(store.read(ERASED)).hexdigest()
    table = read_list(store, key)
    return write_list(store, added, table.filter(table.column("under").is_valid()), key)
