"""A small registry with everything that is sealed, and a store that is killed at a chosen step."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from etl.audit import read_chain
from etl.canonical import dump
from etl.generations import current_generation
from etl.layout import data_of, manifest_of
from etl.registry import Registry
from etl.repair import record_publication
from etl.sealed_objects import (
    ERASED,
    POOL,
    STATE,
    check_pool_key,
    generation_folder,
    read_sealed_object,
    write_sealed_object,
)
from etl.store.local import LocalStore
from transforms.pseudonym import derive_key, key_fingerprint, pseudonyms

KEY, POOL_KEY = b"k" * 32, b"p" * 32
VERSIONS: Final = ("2026-11-20", "2026-11-21", "2026-11-22")
MEMBERS: Final = {
    "2026-11-20": ("ann", "bob"),
    "2026-11-21": ("bob", "eve"),
    "2026-11-22": ("ann2", "eve"),
}
GENERATION: Final = 3


class Killed(BaseException):
    """As if the process had died."""


class KilledAt(LocalStore):
    """Dies before its n-th change."""

    def __init__(self, root: Path, step: int) -> None:
        super().__init__(root)
        self.left = step

    def _change(self, name: str, *arguments: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed
        getattr(super(), name)(*arguments)

    def create(self, *arguments: Any) -> None:
        self._change("create", *arguments)

    def replace(self, *arguments: Any) -> None:
        self._change("replace", *arguments)

    def put_tree(self, *arguments: Any) -> None:
        self._change("put_tree", *arguments)

    def remove(self, *arguments: Any) -> None:
        self._change("remove", *arguments)

    def remove_tree(self, *arguments: Any) -> None:
        self._change("remove_tree", *arguments)


def digests(*accounts: str, key: bytes = KEY) -> pa.Array:
    """The pseudonyms of accounts."""
    return pseudonyms(pa.array(accounts, pa.string()), key=derive_key(key, "person"))


def build(root: Path) -> Registry:
    """Three versions with their state, and a pool."""
    registry = Registry(root)
    registry.create()
    store = registry.store
    registry.check_key(key_fingerprint(KEY))
    check_pool_key(store, POOL_KEY)
    for number, version in enumerate(VERSIONS, 1):
        store.replace(f"{data_of(version)}/sequences/train-00000-of-00001.parquet", b"data")
        manifest = {
            "version": version,
            "window": {"first": version, "last": version, "timezone": "UTC"},
            "files": [],
            "policy": dict.fromkeys(("allow_low_k", "participation", "purpose", "works_agreement"), "none"),
            "pool": {"generation": number},
            "simulated": False,
            "k": 10,
            "people": 10,
            "released": {"records": 0},
            "share": {"transitions": 0.0},
        }
        store.create(manifest_of(version), dump(manifest))
        record_publication(store, version, "run")
        members = digests(*MEMBERS[version])
        put(registry, f"{STATE}/{version}/membership.parquet", {"account": members})
        put(registry, f"{STATE}/{version}/spent.parquet", {"account": members, "from_us": [1, 2]})
        put(registry, f"{STATE}/{version}/ledger.parquet", {"account": members, "digest": [7, 8]})
    store.replace(f"{generation_folder(1)}/part-0.parquet", b"left by a kill")
    folder = generation_folder(GENERATION)
    for part in range(2):
        waiting = {
            "account": digests("ann", "bob", "ann2", "eve"),
            "unit": pa.array([None, "u", "u", "v"]).dictionary_encode(),
            "fragment": [1, 2, 3, 4],
        }
        put(registry, f"{folder}/part-{part}.parquet", waiting)
    return registry


def put(registry: Registry, name: str, columns: dict[str, Any]) -> None:
    """Seal a table."""
    write_sealed_object(registry.store, name, pa.table(columns), POOL_KEY)


def contents(registry: Registry, key: bytes = POOL_KEY) -> dict[str, pa.Table]:
    """Every sealed object but the list of the erased, decrypted."""
    names = [name for name in registry.store.names(".private") if name.endswith(".parquet")]
    names = [name for name in names if name != ERASED and f"{POOL}/{1:08d}/" not in name]
    return {name: read_sealed_object(registry.store, name, key) for name in names}


def accounts_in(registry: Registry, key: bytes = POOL_KEY) -> set[bytes]:
    """Every account in any sealed object."""
    return {
        account for table in contents(registry, key).values() for account in table["account"].to_pylist()
    }


def generation(registry: Registry) -> int | None:
    """The pool's."""
    return current_generation(registry.manifests(), read_chain(registry.store))
