"""A new pseudonym key: pseudonyms cannot be inverted, so whoever's name is at hand is renamed, and the others' rows go.

Ledgers go, too: their digests are of times, which nobody has any more. Nothing of those nights counts as late from then on,
and a run over a published night cannot tell that its content is the same. The audit entry `key_rotated` is the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import pyarrow as pa

from etl.audit import Entry
from etl.erase import finish_erasure
from etl.erased import current_list
from etl.errors import ConfigError
from etl.layout import ERASED, FINGERPRINT, STATE
from etl.pool_rewrite import rewrite_pool
from etl.registry import Registry
from etl.rotation import Rotation, begin, begun, end, must_be_the_same, record, recorded
from etl.sealed_objects import check_pool_key, read_sealed_object, write_sealed_object
from etl.state import state_objects
from etl.waiting import generation_of, parts_of, sweep_pool
from transforms.erasure import ACCOUNT, Renamed, renamed
from transforms.pseudonym import derive_key, key_fingerprint, pseudonyms, unit_pseudonyms

LEDGER_COLUMN: Final = "digest"


@dataclass(frozen=True)
class Names:
    """Old and new pseudonyms of all that can be renamed: accounts binary(16), units string."""

    old_accounts: pa.Array = field(repr=False)
    new_accounts: pa.Array = field(repr=False)
    old_units: pa.Array = field(repr=False)
    new_units: pa.Array = field(repr=False)

    @classmethod
    def of(cls, accounts: Iterable[str], units: Iterable[str], old: bytes, new: bytes) -> Names:
        """Of accounts and units in canonical spelling, under two keys."""
        people = pa.array(sorted(set(accounts)), pa.string())
        groups = pa.array(sorted(set(units)), pa.string())
        return cls(
            *(pseudonyms(people, key=derive_key(key, "person")) for key in (old, new)),
            *(unit_pseudonyms(groups, key=derive_key(key, "unit")) for key in (old, new)),
        )

    @property
    def sha256(self) -> str:
        """Of all of them."""
        columns = (self.old_accounts, self.new_accounts, self.old_units, self.new_units)
        return sha256(repr([column.to_pylist() for column in columns]).encode()).hexdigest()

    def rename(self, table: pa.Table) -> Renamed:
        """Rename accounts and units; a row with an unknown one is lost (an unknown unit could be a known one twice)."""
        lost = 0
        for column, old, new in (
            (ACCOUNT, self.old_accounts, self.new_accounts),
            ("unit", self.old_units, self.new_units),
        ):
            if column in table.column_names:
                table, gone = renamed(column, table, old, new)
                lost += gone
        return Renamed(table, lost)


def rotate_pseudonym_key(
    registry: Registry,
    old: bytes,
    new: bytes,
    pool_key: bytes,
    *,
    accounts: Iterable[str],
    units: Iterable[str],
    by: str,
    lose_erased: bool,
) -> Entry | None:
    """Rename all that can be renamed. Needs the lock.

    Args:
        accounts, units: every name that is known, in canonical spelling.
        lose_erased: whether erased accounts may be forgotten whose names are not given; they could be admitted again.

    Returns:
        The audit entry; None: the registry has the new key already.

    Raises:
        ConfigError: a key is not the registry's, names of erased accounts are missing, or another change of keys was
            interrupted.
    """
    store, names = registry.store, Names.of(accounts, units, old, new)
    ids = key_fingerprint(old), key_fingerprint(new)
    rotation = begun(store)
    if rotation is None:
        if store.exists(FINGERPRINT) and store.read(FINGERPRINT) == ids[1].encode():
            return None
        registry.check_key(ids[0])
        check_pool_key(store, pool_key)
        registry.repair()
        finish_erasure(registry, pool_key)
        lost = _count_lost(registry, names, pool_key)
        if lost.get("erased") and not lose_erased:
            raise ConfigError(
                "some erased accounts are not among the names given: under the new key nobody would know them, and they "
                "could be admitted again. Name them with --accounts FILE, or say --lose-erased"
            )
        rotation = begin(store, "pseudonym", *ids, by=by, lost=lost, names=names.sha256)
    must_be_the_same(rotation, "pseudonym", *ids, names.sha256)
    entry = recorded(store, rotation) or _rename_all(registry, rotation, names, pool_key, ids[1])
    sweep_pool(registry, generation_of(registry))
    store.replace(FINGERPRINT, ids[1].encode())
    end(store)
    return entry


def _rename_all(registry: Registry, rotation: Rotation, names: Names, key: bytes, fingerprint: str) -> Entry:
    store = registry.store
    for name in state_objects(store):
        table = read_sealed_object(store, name, key)
        if LEDGER_COLUMN in table.column_names:
            store.remove(name)
        else:
            write_sealed_object(store, name, names.rename(table).table, key)
    for name in store.names(STATE):
        if name.endswith("/content.json"):
            store.remove(name)
    if store.exists(ERASED):
        write_sealed_object(store, ERASED, names.rename(read_sealed_object(store, ERASED, key)).table, key)
    generation = generation_of(registry)
    if generation:
        rewrite_pool(
            registry, generation, lambda table: names.rename(table).table, key=key, fingerprint=fingerprint
        )
        generation += 1
    return record(store, rotation, generation, lost=rotation.lost)


def _count_lost(registry: Registry, names: Names, key: bytes) -> dict[str, int]:
    """Kind → rows that cannot be renamed; of a ledger all."""
    store = registry.store
    lost = {"erased": names.rename(pa.table([current_list(store, key)], [ACCOUNT])).lost}
    for name in [*state_objects(store), *parts_of(registry, generation_of(registry))]:
        table = read_sealed_object(store, name, key)
        kind = name.rpartition("/")[2].removesuffix(".parquet") if name.startswith(f"{STATE}/") else "pool"
        gone = table.num_rows if LEDGER_COLUMN in table.column_names else names.rename(table).lost
        lost[kind] = lost.get(kind, 0) + gone
    return lost
