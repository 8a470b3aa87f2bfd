"""The pool in the registry: numbered generations of what waits, each written whole, sealed (docs/decisions/0014).

The current generation is the largest that a manifest or an audit entry names; others are leftovers of a kill and are swept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
import pyarrow as pa

from etl.audit import read_chain
from etl.canonical import dump
from etl.errors import ConfigError, StorageError
from etl.layout import POOL as FOLDER
from etl.registry import Registry
from etl.sealed_objects import read_sealed_object, write_sealed_object
from transforms.schemas import POOL

PART_ROWS: Final = 4_000_000


def current_generation(manifests: Iterable[dict[str, Any]], entries: Iterable[dict[str, Any]]) -> int:
    """The number of the generation that holds; 0: nothing has ever waited."""
    named = [(manifest.get("pool") or {}).get("generation") for manifest in manifests]
    named += [entry.get("generation") for entry in entries]
    return max([0, *(int(number) for number in named if number is not None)])


def generation_of(registry: Registry) -> int:
    """The number of a registry's generation that holds; 0: nothing has ever waited."""
    return current_generation(registry.manifests(), [entry.fields for entry in read_chain(registry.store)])


def folder_of(number: int) -> str:
    """Where a generation lies."""
    return f"{FOLDER}/{number:08d}"


def facts_of(registry: Registry, number: int) -> dict[str, Any]:
    """What a generation says of itself: `rows`, `parts` (the names of its sealed objects), `pseudonym_key` (a fingerprint).

    Raises:
        StorageError: it is not whole.
    """
    try:
        facts: dict[str, Any] = orjson.loads(registry.store.read(f"{folder_of(number)}/generation.json"))
    except (FileNotFoundError, orjson.JSONDecodeError):
        raise _not_whole(registry, number) from None
    parts = facts.get("parts") if isinstance(facts, dict) else None
    if (
        not isinstance(parts, list)
        or not facts.keys() >= {"rows", "pseudonym_key"}
        or len({*parts}) < len(parts)
    ):
        raise _not_whole(registry, number)
    return facts


def parts_of(registry: Registry, number: int) -> list[str]:
    """The names of a generation's sealed objects; of generation 0 none.

    Raises:
        StorageError: it is not whole.
    """
    return [] if number == 0 else list(facts_of(registry, number)["parts"])


def write_pool(registry: Registry, number: int, pool: pa.Table, *, key: bytes, fingerprint: str) -> None:
    """Write a generation (POOL). `fingerprint`: of the key that its pseudonyms were made with."""
    folder = folder_of(number)
    parts = []
    for start in range(0, pool.num_rows, PART_ROWS):
        name = f"{folder}/part-{start // PART_ROWS:05d}.parquet"
        write_sealed_object(registry.store, name, pool.slice(start, PART_ROWS), key)
        parts.append(name)
    facts = {"rows": pool.num_rows, "parts": parts, "pseudonym_key": fingerprint}
    registry.store.replace(f"{folder}/generation.json", dump(facts))


def read_pool(registry: Registry, number: int, *, key: bytes, fingerprint: str) -> pa.Table:
    """What waits in a generation (POOL); nothing in generation 0.

    Raises:
        ConfigError: its pseudonyms are of another key, or it is sealed under another. StorageError: it is not whole.
    """
    if number == 0:
        return POOL.empty_table()
    facts = facts_of(registry, number)
    if facts["pseudonym_key"] != fingerprint:
        raise ConfigError(
            "what waits in the pool was pseudonymised under another key: its people would not meet the new ones; finish "
            "the rotation of keys (desirepath rotate-key), or give the key from before"
        )
    try:
        tables = [read_sealed_object(registry.store, name, key).cast(POOL) for name in facts["parts"]]
    except FileNotFoundError:
        raise _not_whole(registry, number) from None
    pool = pa.concat_tables([POOL.empty_table(), *tables])
    if pool.num_rows != facts["rows"]:
        raise _not_whole(registry, number)
    return pool.unify_dictionaries()


def sweep_pool(registry: Registry, number: int) -> None:
    """Remove every other generation."""
    current = f"{number:08d}"
    prefix = f"{FOLDER}/"
    found = {name.removeprefix(prefix).split("/")[0] for name in registry.store.names(FOLDER)}
    for other in sorted(found - {current}):
        registry.store.remove_tree(f"{prefix}{other}")


def _not_whole(registry: Registry, number: int) -> StorageError:
    return StorageError(
        f"generation {number} of the pool is not whole: restore {registry.where(FOLDER)} from the backup that goes with the "
        "newest manifest"
    )
