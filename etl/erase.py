"""Erase people: from all that waits and all that is remembered. Published versions stay, or go whole.

The request is written down first and removed last; the audit entry `erased` is the commit. Each step in between can be done
again, so that whoever comes next (the same command, or the nightly run) finishes what a kill left.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

import pyarrow as pa

from etl.audit import Entry, append, carried_out
from etl.erased import SHA256, add_erased
from etl.erasure_request import (
    Affected,
    Published,
    Request,
    close_request,
    open_request,
    save_request,
)
from etl.layout import DATA, POOL, QUARANTINE, STAGING, STATE
from etl.pool_rewrite import rewrite_pool
from etl.registry import Registry
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.state import object_name, state_objects
from etl.store import Store
from etl.waiting import generation_of, parts_of, sweep_pool
from transforms.erasure import ACCOUNT, rows_of, without

EVENT: Final = "erased"


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
    request = find_traces(registry, accounts, key, published=published, reason=reason, by=by, staging=staging)
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
    affected = []
    for name in [*state_objects(store), *parts_of(registry, generation_of(registry))]:
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
        contributed=tuple(name for name in live if object_name(name, "membership") in touched),
        unknown=tuple(name for name in live if not store.exists(object_name(name, "membership"))),
        affected=tuple(affected),
        staging=staging,
    )


def finish_erasure(registry: Registry, key: bytes) -> Entry | None:
    """Do all that the request asks for, if there is one; returns its audit entry. Needs the lock."""
    store = registry.store
    request = open_request(store, key)
    if request is None:
        return None
    entry = carried_out(store, EVENT, request.id)
    if entry is None:
        for version in request.withdrawn:
            registry.withdraw(version, request.reason, request.by)
        entry = _delete(registry, request, key)
    sweep_pool(registry, generation_of(registry))
    close_request(store)
    return entry


def _delete(registry: Registry, request: Request, key: bytes) -> Entry:
    """Rewrite what has rows of theirs, and commit."""
    store = registry.store
    digest = add_erased(store, request.accounts, key)
    after: dict[str, str | None] = {}
    for one in request.affected:
        if one.name.startswith(f"{STATE}/"):
            table = without(read_sealed_object(store, one.name, key), request.accounts)
            after[one.name] = write_sealed_object(store, one.name, table, key)
    generation = generation_of(registry)
    if any(one.name.startswith(f"{POOL}/") for one in request.affected):
        after |= rewrite_pool(registry, generation, lambda table: without(table, request.accounts), key=key)
        generation += 1
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
        rows=request.rows,
        staging=request.staging,
        quarantined=quarantined,
        before={one.name: one.sha256 for one in request.affected},
        after=after,
        generation=generation,
        **{SHA256: digest},
    )


def _forget_quarantined(store: Store) -> int:
    """Remove the data of versions that failed: it may hold what few people share, and nobody can say whose it is."""
    data = [name for name in store.names(QUARANTINE) if f"/{DATA}/" in name.removeprefix(QUARANTINE)]
    for name in data:
        store.remove(name)
    return len(data)
