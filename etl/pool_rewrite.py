"""The pool's next generation made from the one that holds: rows changed, or sealed under another key.

It means nothing until an audit entry names its number; until then the one before holds.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pyarrow as pa

from etl.canonical import dump
from etl.registry import Registry
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.waiting import facts_of, folder_of


def rewrite_pool(
    registry: Registry,
    generation: int,
    change: Callable[[pa.Table], pa.Table],
    *,
    key: bytes,
    old_key: bytes | None = None,
    fingerprint: str | None = None,
) -> dict[str, str | None]:
    """Write generation + 1. Needs the lock.

    Args:
        change: what becomes of the rows of a part.
        key: seals the new generation. old_key: opens the one before; None: `key` does.
        fingerprint: of the key of its pseudonyms; None: as before.

    Returns:
        For every object its SHA-256 as it will be; None: it will be gone.
    """
    store, folder = registry.store, folder_of(generation + 1)
    store.remove_tree(folder)  # begun before, and killed
    facts = facts_of(registry, generation)
    after: dict[str, str | None] = dict.fromkeys(facts["parts"])
    parts: list[str] = []
    rows = 0
    for old in facts["parts"]:
        table = change(read_sealed_object(store, old, old_key or key))
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
