"""A new pool key: everything that is sealed is sealed anew, the pool as its next generation.

The audit entry `key_rotated` is the commit. An object that opens under the new key is done, so that a killed rotation goes
on where it stopped.
"""

from __future__ import annotations

import contextlib

from etl.audit import Entry
from etl.erase import finish_erasure
from etl.errors import ConfigError
from etl.layout import ERASED, POOL_KEY_ID
from etl.pool_rewrite import rewrite_pool
from etl.registry import Registry
from etl.rotation import Rotation, begin, begun, end, must_be_the_same, record, recorded
from etl.sealed_objects import (
    check_pool_key,
    read_sealed_object,
    write_sealed_object,
)
from etl.state import state_objects
from etl.vault import key_id
from etl.waiting import generation_of, sweep_pool


def rotate_pool_key(registry: Registry, old: bytes, new: bytes, *, by: str) -> Entry | None:
    """Seal everything under the new key. Needs the lock.

    Returns:
        The audit entry; None: the registry has the new key already.

    Raises:
        ConfigError: the old key is not the registry's, or another change of keys was interrupted.
    """
    store = registry.store
    rotation = begun(store)
    if rotation is None:
        with contextlib.suppress(FileNotFoundError):
            if store.read(POOL_KEY_ID) == key_id(new).encode():
                return None
        check_pool_key(store, old)
        registry.repair()
        finish_erasure(registry, old)
        rotation = begin(store, "pool", key_id(old), key_id(new), by=by, lost={})
    must_be_the_same(rotation, "pool", key_id(old), key_id(new))
    entry = recorded(store, rotation) or _seal_anew(registry, rotation, old, new)
    sweep_pool(registry, generation_of(registry))
    store.replace(POOL_KEY_ID, key_id(new).encode())
    end(store)
    return entry


def _seal_anew(registry: Registry, rotation: Rotation, old: bytes, new: bytes) -> Entry:
    store = registry.store
    objects = [*state_objects(store), *([ERASED] if store.exists(ERASED) else [])]
    for name in objects:
        try:
            read_sealed_object(store, name, new)
        except ConfigError:
            write_sealed_object(store, name, read_sealed_object(store, name, old), new)
    generation = generation_of(registry)
    if generation:
        rewrite_pool(registry, generation, lambda table: table, old_key=old, key=new)
        generation += 1
    return record(store, rotation, generation, objects=len(objects))
