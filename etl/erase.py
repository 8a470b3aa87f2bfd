"""Erase people: from all that waits and all that is remembered, and never admitted again; published versions stay or go whole.

The request is written down first and removed last; the audit entry `erased` is the commit. Each step in between can be done
again, so that whoever comes next (the same command, or the nightly run) finishes what a kill left.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

import pyarrow as pa

from etl.audit import Entry, append, read_chain
from etl.erased import SHA256, add_erased
from etl.erasure_request import (
    Affected,
    Published,
    Request,
    close_request,
    open_request,
    save_request,
)
from etl.generations import current_generation, pool_objects, remove_other_generations
from etl.layout import DATA, PRIVATE, QUARANTINE
from etl.registry import Registry
from etl.sealed_objects import POOL, STATE, generation_folder, read_sealed_object, write_sealed_object
from etl.store import Store
from transforms.erasure import ACCOUNT, rows_of, without

EVENT: Final = "erased"
MEMBERSHIP: Final = "membership.parquet"
STAGING: Final = f"{PRIVATE}/staging"


def erase(
    registry: Registry, accounts: pa.Array, key: bytes, *, published: Published, reason: str, by: str
) -> Entry:
    """Erase the people whose accounts (binary(16), all that are linked) these are. Needs the lock.

    Args:
        key: the pool key. published: whether the versions that they contributed to stay, or are withdrawn whole.
        reason: public, if a version is withdrawn. by: who does it, for the audit log.

    Returns:
        The audit entry: what was deleted, and where.
    """
    staging = len(registry.store.names(STAGING))
    registry.repair()
    begun = open_request(registry.store, key)
    if begun is not None:
        entry = finish_erasure(registry, key)
        if entry is not None and begun.accounts.equals(accounts) and begun.published == published:
            return entry  # the same command, again after a kill
    request = find_traces(
        registry, accounts, key, published=published, reason=reason, by=by, staging=staging
    )
    save_request(registry.store, request, key)
    entry = finish_erasure(registry, key)
    assert entry is not None  # the request was just written
    return entry


def find_traces(
    registry: Registry,
    accounts: pa.Array,
    key: bytes,
    *,
    published: Published,
    reason: str,
    by: str,
    staging: int = 0,
) -> Request:
    """Find what there is of some people; changes nothing. Needs the lock.

    Raises:
        ConfigError: another pool key sealed it. StorageError: an object was changed.
    """
    store = registry.store
    names = [
        *_sealed(store.names(STATE)),
        *_sealed(pool_objects(store, current_generation(registry.manifests(), read_chain(store)))),
    ]
    affected = []
    for name in names:
        table = read_sealed_object(store, name, key)
        if ACCOUNT in table.column_names and (rows := rows_of(table, accounts)):
            affected.append(Affected(name, sha256(store.read(name)).hexdigest(), rows))
    touched = {one.name for one in affected}
    live = [version.name for version in registry.live()]
    return Request(
        id=secrets.token_hex(8),
        accounts=accounts,
        published=published,
        reason=reason,
        by=by,
        contributed=tuple(name for name in live if _membership(name) in touched),
        unknown=tuple(name for name in live if not store.exists(_membership(name))),
        affected=tuple(affected),
        staging=staging,
    )


def finish_erasure(registry: Registry, key: bytes) -> Entry | None:
    """Do all that the request asks for, if there is one; returns its audit entry. Needs the lock."""
    store = registry.store
    request = open_request(store, key)
    if request is None:
        return None
    entry = _recorded(store, request)
    if entry is None:
        for version in request.withdrawn:
            registry.withdraw(version, request.reason, request.by)
        entry = _delete(registry, request, key)
    generation = current_generation(registry.manifests(), read_chain(store))
    remove_other_generations(store, generation)
    close_request(store)
    return entry


def _delete(registry: Registry, request: Request, key: bytes) -> Entry:
    """Rewrite what has rows of theirs, and commit."""
    store = registry.store
    digest = add_erased(store, request.accounts, key)
    after: dict[str, str | None] = {}
    for one in request.affected:
        if one.name.startswith(f"{STATE}/"):
            after[one.name] = _rewrite(store, one.name, one.name, request.accounts, key)
    generation = current_generation(registry.manifests(), read_chain(store))
    if any(one.name.startswith(f"{POOL}/") for one in request.affected):
        old = pool_objects(store, generation)
        generation = (generation or 0) + 1
        store.remove_tree(generation_folder(generation))
        for name in old:
            new = f"{generation_folder(generation)}/{name.split('/', 3)[3]}"
            after[new] = _rewrite(store, name, new, request.accounts, key)
            after[name] = None
    quarantined = _forget_quarantined(store)
    return append(
        store,
        EVENT,
        request=request.id,
        by=request.by,
        reason=request.reason,
        published=request.published,
        withdrawn=request.withdrawn,
        contributed=request.contributed,
        unknown=request.unknown,
        accounts=len(request.accounts),
        rows=_by_kind(request.affected),
        staging=request.staging,
        quarantined=quarantined,
        before={one.name: one.sha256 for one in request.affected},
        after=after,
        **({} if generation is None else {"generation": generation}),
        **{SHA256: digest},
    )


def _rewrite(store: Store, name: str, new: str, accounts: pa.Array, key: bytes) -> str:
    table = read_sealed_object(store, name, key)
    if ACCOUNT in table.column_names:
        table = without(table, accounts)
    return write_sealed_object(store, new, table, key)


def _forget_quarantined(store: Store) -> int:
    """Remove the data of versions that failed: it may hold what few people share, and nobody can say whose it is."""
    data = [name for name in store.names(QUARANTINE) if f"/{DATA}/" in name.removeprefix(QUARANTINE)]
    for name in data:
        store.remove(name)
    return len(data)


def _recorded(store: Store, request: Request) -> Entry | None:
    found = (entry for entry in read_chain(store) if entry.event == EVENT)
    return next((entry for entry in found if entry.fields.get("request") == request.id), None)


def _by_kind(affected: tuple[Affected, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in affected:
        last = one.name.rpartition("/")[2].removesuffix(".parquet")
        kind = "pool" if one.name.startswith(f"{POOL}/") else last
        counts[kind] = counts.get(kind, 0) + one.rows
    return counts


def _sealed(names: list[str]) -> list[str]:
    return [name for name in names if name.endswith(".parquet")]


def _membership(version: str) -> str:
    return f"{STATE}/{version}/{MEMBERSHIP}"
