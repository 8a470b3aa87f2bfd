"""The pool's next generation made from the one that holds: rows changed, or sealed under another key.

It means nothing until an audit entry names its number; until then the one before holds.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import orjson
import pyarrow as pa

from etl.audit import read_chain
from etl.canonical import dump
from etl.errors import StorageError
from etl.registry import Registry
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.waiting import FOLDER, current_generation


def generation_of(registry: Registry) -> int:
    """The number of the generation that holds; 0: nothing has ever waited."""
    return current_generation(registry.manifests(), [entry.fields for entry in read_chain(registry.store)])


def parts_of(registry: Registry, generation: int) -> list[str]:
    """The names of a generation's sealed objects.

    Raises:
        StorageError: it is not whole.
    """
    return [] if generation == 0 else list(_facts(registry, generation)["parts"])


def rewrite_pool(
    registry: Registry,
    generation: int,
    change: Callable[[pa.Table], pa.Table],
    *,
    opened_with: Callable[[str], pa.Table] | None = None,
    key: bytes,
    fingerprint: str | None = None,
) -> dict[str, str | None]:
    """Write generation + 1. Needs the lock.

    Args:
        change: what becomes of the rows of a part. opened_with: opens a part of the old generation; None: `key` does.
        key: seals the new one. fingerprint: of the key of its pseudonyms; None: as before.

    Returns:
        For every object its SHA-256 as it will be; None: it will be gone.
    """
    store, folder = registry.store, f"{FOLDER}/{generation + 1:08d}"
    store.remove_tree(folder)  # begun before, and killed
    facts = _facts(registry, generation)
    after: dict[str, str | None] = dict.fromkeys(facts["parts"])
    parts: list[str] = []
    rows = 0
    for old in facts["parts"]:
        table = change(opened_with(old) if opened_with else read_sealed_object(store, old, key))
        if table.num_rows:
            name = f"{folder}/part-{len(parts):05d}.parquet"
            after[name] = write_sealed_object(store, name, table, key)
            parts.append(name)
            rows += table.num_rows
    facts |= {"rows": rows, "parts": parts}
    if fingerprint is not None:
        facts["pseudonym_key"] = fingerprint
    content = dump(facts)
    after[f"{folder}/generation.json"] = sha256(content).hexdigest()
    store.replace(f"{folder}/generation.json", content)
    return after


def _facts(registry: Registry, generation: int) -> dict[str, Any]:
    name = f"{FOLDER}/{generation:08d}/generation.json"
    try:
        facts: dict[str, Any] = orjson.loads(registry.store.read(name))
    except (FileNotFoundError, orjson.JSONDecodeError):
        raise StorageError(
            f"generation {generation} of the pool is not whole: restore {registry.where(FOLDER)} from the backup that goes "
            "with the newest manifest"
        ) from None
    return facts
