"""The pool in the registry: numbered generations of what waits, each written whole, sealed (docs/decisions/0014).

The current generation is the largest that a manifest or an audit entry names; others are leftovers of a kill and are swept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
import pyarrow as pa

from etl.canonical import dump
from etl.errors import ConfigError, StorageError
from etl.layout import PRIVATE
from etl.registry import Registry
from etl.vault import open_parquet, seal_parquet
from transforms.schemas import POOL

FOLDER: Final = f"{PRIVATE}/pool"
PART_ROWS: Final = 4_000_000


def current_generation(manifests: Iterable[dict[str, Any]], entries: Iterable[dict[str, Any]]) -> int:
    """The number of the generation that holds; 0: nothing has ever waited."""
    named = [(manifest.get("pool") or {}).get("generation") for manifest in manifests]
    named += [entry.get("generation") for entry in entries]
    return max([0, *(int(number) for number in named if number is not None)])


def write_pool(registry: Registry, number: int, pool: pa.Table, *, key: bytes, fingerprint: str) -> None:
    """Write a generation (POOL). `fingerprint`: of the key that its pseudonyms were made with."""
    folder = f"{FOLDER}/{number:08d}"
    parts = []
    for start in range(0, pool.num_rows, PART_ROWS):
        name = f"{folder}/part-{start // PART_ROWS:05d}.parquet"
        content = seal_parquet(pool.slice(start, PART_ROWS), key, name=name)
        registry.store.replace(name, content)
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
    try:
        facts = orjson.loads(registry.store.read(f"{FOLDER}/{number:08d}/generation.json"))
        sealed = [(name, registry.store.read(name)) for name in facts["parts"]]
    except (FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError):
        raise _not_whole(number) from None
    if facts.get("pseudonym_key") != fingerprint:
        raise ConfigError(
            "what waits in the pool was pseudonymised under another key: its people would not meet the new ones; finish "
            "the rotation of keys (desirepath rotate-key), or give the key from before"
        )
    tables = [open_parquet(content, key, name=name).cast(POOL) for name, content in sealed]
    pool = pa.concat_tables([POOL.empty_table(), *tables])
    # A part that is missing, there twice, or of another generation.
    if pool.num_rows != facts.get("rows") or len({name for name, _ in sealed}) < len(sealed):
        raise _not_whole(number)
    return pool.unify_dictionaries()


def _not_whole(number: int) -> StorageError:
    return StorageError(
        f"generation {number} of the pool is not whole: restore {FOLDER} from the backup that goes with the newest manifest"
    )


def sweep_pool(registry: Registry, number: int) -> None:
    """Remove every other generation."""
    current = f"{number:08d}"
    prefix = f"{FOLDER}/"
    found = {name.removeprefix(prefix).split("/")[0] for name in registry.store.names(FOLDER)}
    for other in sorted(found - {current}):
        registry.store.remove_tree(f"{prefix}{other}")
