"""A small registry with everything that is sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

from etl.layout import ERASING, POOL, STATE, data_of
from etl.registry import Registry
from etl.sealed_objects import check_pool_key, read_sealed_object
from etl.state import write_state
from etl.waiting import write_pool
from tests.store.registries import publish
from transforms.pseudonym import derive_key, key_fingerprint, pseudonyms, unit_pseudonyms
from transforms.schemas import LEDGER, MEMBERSHIP, SPENT
from transforms.schemas import POOL as WAITING

KEY, POOL_KEY = b"k" * 32, b"p" * 32
VERSIONS: Final = ("2026-11-20", "2026-11-21", "2026-11-22")
MEMBERS: Final = {
    "2026-11-20": ("ann", "bob"),
    "2026-11-21": ("bob", "eve"),
    "2026-11-22": ("ann2", "eve"),
}
GENERATION: Final = 22


def digests(*accounts: str, key: bytes = KEY) -> pa.Array:
    """The pseudonyms of accounts."""
    return pseudonyms(pa.array(accounts, pa.string()), key=derive_key(key, "person"))


def build(root: str | Path) -> Registry:
    """Three versions with their state, and a pool."""
    registry = Registry(root)
    registry.create()
    store = registry.store
    registry.check_key(key_fingerprint(KEY))
    check_pool_key(store, POOL_KEY)
    for version in VERSIONS:
        publish(registry, version, files=0)
        store.replace(f"{data_of(version)}/sequences/train-00000-of-00001.parquet", b"data")
        members = digests(*MEMBERS[version])
        state = {
            "membership": pa.table([members], schema=MEMBERSHIP),
            "spent": pa.table([members, pa.array([1, 2]), pa.array([3, 4])], schema=SPENT),
            "ledger": pa.table([members, pa.array([7, 8]), pa.array([None, 9])], schema=LEDGER),
        }
        write_state(registry, version, state, content={"events": 2}, key=POOL_KEY)
    store.replace(f"{POOL}/{1:08d}/part-0", b"left by a kill")
    write_pool(registry, GENERATION, waiting(), key=POOL_KEY, fingerprint=key_fingerprint(KEY))
    return registry


def waiting() -> pa.Table:
    """POOL: a row each of ann, bob, ann2 and eve."""
    columns = {
        "account": digests("ann", "bob", "ann2", "eve"),
        "unit": unit_pseudonyms(
            pa.array([None, "u", "u", "v"]), key=derive_key(KEY, "unit")
        ).dictionary_encode(),
        "time_us": pa.array([1, 2, 3, 4], pa.int64()),
        "path": pa.array(["ann's", "b", "ann's", "e"]).dictionary_encode(),
        "fragment": pa.array([1, 2, 3, 4], pa.int64()),
    }
    return pa.table({name: columns[name] for name in WAITING.names}, schema=WAITING)


def contents(registry: Registry, key: bytes = POOL_KEY) -> dict[str, pa.Table]:
    """Every sealed object but the list of the erased, decrypted."""
    names = [*registry.store.names(STATE), *registry.store.names(POOL), ERASING]
    names = [name for name in names if name.endswith(".parquet") and registry.store.exists(name)]
    return {name: read_sealed_object(registry.store, name, key) for name in names}


def accounts_in(registry: Registry, key: bytes = POOL_KEY) -> set[bytes]:
    """Every account in any sealed object."""
    return {account for table in contents(registry, key).values() for account in table["account"].to_pylist()}
