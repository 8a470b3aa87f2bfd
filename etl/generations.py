"""Which generation of the pool holds: the largest that a manifest or an audit entry names; any other does not exist."""

from __future__ import annotations

from typing import Any

from etl.audit import Entry
from etl.sealed_objects import POOL, generation_folder
from etl.store import Store


def current_generation(manifests: list[dict[str, Any]], chain: list[Entry]) -> int | None:
    """Its number; None: nothing ever waited."""
    named = [(manifest.get("pool") or {}).get("generation") for manifest in manifests]
    named += [entry.fields.get("generation") for entry in chain]
    return max((number for number in named if number is not None), default=None)


def pool_objects(store: Store, generation: int | None) -> list[str]:
    """The names of a generation's objects."""
    return [] if generation is None else store.names(generation_folder(generation))


def remove_other_generations(store: Store, generation: int | None) -> int:
    """Remove what is of no generation that holds; returns how many objects went. Needs the lock."""
    kept = set(pool_objects(store, generation))
    gone = [name for name in store.names(POOL) if name not in kept]
    for name in gone:
        store.remove(name)
    return len(gone)
