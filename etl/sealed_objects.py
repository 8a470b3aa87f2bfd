"""Sealed tables as objects of a registry: each is bound to its own name, and the pool key is the registry's."""

from __future__ import annotations

from hashlib import sha256

import pyarrow as pa

from etl.errors import ConfigError
from etl.layout import POOL_KEY_ID, ROTATING
from etl.store import Store
from etl.store.binding import belongs
from etl.vault import key_id, open_parquet, seal_parquet


def read_sealed_object(store: Store, name: str, key: bytes) -> pa.Table:
    """The table in a sealed object.

    Raises:
        FileNotFoundError: there is none.
        ConfigError: another pool key sealed it. StorageError: it was changed or moved.
    """
    return open_parquet(store.read(name), key, name=name)


def write_sealed_object(store: Store, name: str, table: pa.Table, key: bytes) -> str:
    """Seal a table and write it, in place of what is there; returns the SHA-256 of the object."""
    content = seal_parquet(table, key, name=name)
    store.replace(name, content)
    return sha256(content).hexdigest()


def check_pool_key(store: Store, key: bytes, *, remember: bool = True) -> None:
    """Remember the pool key's id, or refuse a key that is not the registry's. Needs the lock.

    Args:
        remember: whether a registry that knows no pool key yet is bound to this one.

    Raises:
        ConfigError: another key, or a change of keys was interrupted.
    """
    if store.exists(ROTATING):
        raise ConfigError(
            f"a change of keys or of the spelling in the registry {store.describe()} was interrupted: run the same "
            "`desirepath rotate-key` or `desirepath migrate` again, it goes on where it stopped"
        )
    if not belongs(store, POOL_KEY_ID, key_id(key).encode(), remember=remember):
        raise ConfigError(
            f"this pool key is not the one of the registry {store.describe()}: what waits there could not be read; give the "
            "registry's pool key (--pool-key-file)"
        )
