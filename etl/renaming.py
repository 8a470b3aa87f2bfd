"""Pseudonyms change: whoever's name is at hand is renamed wherever something is sealed, and the others' rows go.

Ledgers go, too: their digests are of times, which nobody has any more. Nothing of those nights counts as late from then on,
and a run over a published night cannot tell that its content is the same. Nobody erased is forgotten: whom the names do not
tell stays listed as before, with what it takes to know the name again (`etl.erased_key`). All of it can be done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.audit import Entry
from etl.erased import SCHEMA, read_list, write_list
from etl.erased_key import unwrap, wrap
from etl.layout import ERASED, STATE
from etl.pool_rewrite import rewrite_pool
from etl.registry import Registry
from etl.rotation import Rotation, record
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.state import state_objects
from etl.waiting import generation_of, parts_of
from transforms.erased_before import ErasedBefore, were_erased
from transforms.erasure import ACCOUNT, Renamed, renamed
from transforms.pseudonym import derive_key, pseudonyms, unit_pseudonyms

LEDGER_COLUMN: Final = "digest"

Spelled = Iterable[tuple[str, str]]
"""Names as they were spelled, and as they are spelled now."""


@dataclass(frozen=True)
class Naming:
    """By what pseudonyms are made: the registry's key, and the number of the spelling (`transforms.account`)."""

    key: bytes = field(repr=False)
    spelling: int

    @property
    def person_key(self) -> bytes:
        """The key of accounts and people."""
        return derive_key(self.key, "person")


@dataclass(frozen=True)
class Pairs:
    """Old and new pseudonyms, as long as each other: binary(16) of accounts, string of units."""

    old: pa.Array = field(repr=False)
    new: pa.Array = field(repr=False)

    def certain(self) -> Pairs:
        """Without those that nobody can rename: an old one that may be several new ones, and what would meet it."""
        times = Counter(self.old.to_pylist())
        unsure = pa.array([old for old, number in times.items() if number > 1], self.old.type)
        wrong = pc.or_(pc.is_in(self.old, value_set=unsure), pc.is_in(self.new, value_set=unsure))
        return Pairs(self.old.filter(pc.invert(wrong)), self.new.filter(pc.invert(wrong)))


@dataclass(frozen=True)
class Names:
    """All that can be renamed, between two namings. `names`: string, the accounts as they are spelled now, distinct."""

    old: Naming
    new: Naming
    names: pa.Array = field(repr=False)
    accounts: Pairs
    units: Pairs

    @classmethod
    def of(cls, accounts: Spelled, units: Spelled, old: Naming, new: Naming) -> Names:
        """Of accounts and units."""
        people, groups = sorted(set(accounts)), sorted(set(units))
        return cls(
            old,
            new,
            pa.array(sorted({name for _, name in people}), pa.string()),
            Pairs(*(pseudonyms(_column(people, at), key=by.person_key) for at, by in enumerate((old, new)))),
            Pairs(
                *(
                    unit_pseudonyms(_column(groups, at), key=derive_key(by.key, "unit"))
                    for at, by in enumerate((old, new))
                )
            ),
        )

    @property
    def sha256(self) -> str:
        """Of all of them."""
        columns = (self.accounts.old, self.accounts.new, self.units.old, self.units.new)
        return sha256(repr([column.to_pylist() for column in columns]).encode()).hexdigest()

    def rename(self, table: pa.Table) -> Renamed:
        """Rename accounts and units; a row with an unknown one is lost (an unknown unit could be a known one twice)."""
        lost = 0
        for column, pairs in ((ACCOUNT, self.accounts.certain()), ("unit", self.units.certain())):
            if column in table.column_names:
                table, gone = renamed(column, table, pairs.old, pairs.new)
                lost += gone
        if table.column_names == [ACCOUNT]:  # a set of accounts, of which two may have become one
            table = table.group_by(ACCOUNT, use_threads=False).aggregate([]).cast(table.schema)
        return Renamed(table, lost)


def _column(pairs: list[tuple[str, str]], at: int) -> pa.Array:
    return pa.array([pair[at] for pair in pairs], pa.string())


def rename_all(
    registry: Registry, rotation: Rotation, names: Names, key: bytes, *, lose_erased: bool
) -> Entry:
    """Rename in everything that is sealed under the pool key `key`, and commit by the audit entry. Needs the lock.

    Args:
        lose_erased: whether erased accounts that are not named may be forgotten.
    """
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
        _rename_erased(registry, names, key, lose=lose_erased)
    generation = generation_of(registry)
    fields: dict[str, Any] = {"lost": rotation.lost}
    if generation:
        fingerprint = rotation.new if rotation.which == "pseudonym" else None
        rewrite_pool(
            registry, generation, lambda table: names.rename(table).table, key=key, fingerprint=fingerprint
        )
        generation += 1
    return record(store, rotation, generation, **fields)


def count_lost(registry: Registry, names: Names, key: bytes, *, lose_erased: bool) -> dict[str, int]:
    """Kind → rows that cannot be renamed; of a ledger all."""
    store = registry.store
    listed = read_list(store, key)
    unnamed = pc.invert(pc.is_in(listed.column(ACCOUNT), value_set=_known(names)))
    lost = {"erased": int(pc.sum(unnamed).as_py() or 0) if lose_erased else 0}
    for name in [*state_objects(store), *parts_of(registry, generation_of(registry))]:
        table = read_sealed_object(store, name, key)
        kind = name.rpartition("/")[2].removesuffix(".parquet") if name.startswith(f"{STATE}/") else "pool"
        gone = table.num_rows if LEDGER_COLUMN in table.column_names else names.rename(table).lost
        lost[kind] = lost.get(kind, 0) + gone
    return lost


def _known(names: Names) -> pa.Array:
    return pa.concat_arrays([names.accounts.old, names.accounts.new])


def _rename_erased(registry: Registry, names: Names, key: bytes, *, lose: bool) -> None:
    """An account that may be several is all of them; whom nobody names stays known under what it was known by."""
    listed = read_list(registry.store, key)
    now = listed.filter(listed.column("under").is_null()).column(ACCOUNT).combine_chunks()
    pairs = names.accounts
    renamed_ones = pairs.new.filter(pc.is_in(pairs.old, value_set=now))
    already = now.filter(pc.is_in(now, value_set=pairs.new))
    unnamed = now.filter(pc.invert(pc.is_in(now, value_set=_known(names))))
    before: list[pa.Table] = []
    if len(unnamed) and not lose:
        wrapped = wrap(names.old.person_key, names.old.spelling, names.new.key)
        under = pa.array([wrapped] * len(unnamed), pa.binary())
        before.append(pa.table([unnamed, under], schema=SCHEMA))
    again = [renamed_ones, already]
    former = listed.filter(listed.column("under").is_valid())
    for wrapped in sorted(set(former.column("under").to_pylist())):
        rows = former.filter(pc.equal(former.column("under"), pa.scalar(wrapped, pa.binary())))
        said = unwrap(wrapped, names.new.key)
        if said is None:
            said = unwrap(wrapped, names.old.key)
            assert said is not None  # the old key was found to be the registry's
            under = pa.array([wrap(*said, names.new.key)] * rows.num_rows, pa.binary())
            rows = pa.table([rows.column(ACCOUNT), under], schema=SCHEMA)
        one = ErasedBefore(*said, rows.column(ACCOUNT).combine_chunks())
        mask = were_erased(names.names, [one])
        if np.any(mask):
            named = names.names.filter(pa.array(mask))
            again.append(pseudonyms(named, key=names.new.person_key))
        if not lose:
            before.append(rows)
    write_list(
        registry.store, pa.concat_arrays(again), pa.concat_tables([SCHEMA.empty_table(), *before]), key
    )
