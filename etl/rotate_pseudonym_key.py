"""A new pseudonym key: pseudonyms cannot be inverted, so all is renamed (`etl.renaming`). The audit entry is the commit."""

from __future__ import annotations

from collections.abc import Iterable

from etl.audit import Entry
from etl.erase import finish_erasure
from etl.layout import FINGERPRINT
from etl.registry import Registry
from etl.renaming import Names, Naming, count_lost, rename_all
from etl.rotation import begin, begun, end, must_be_the_same, recorded
from etl.sealed_objects import check_pool_key
from etl.waiting import generation_of, sweep_pool
from transforms.account import SPELLING
from transforms.pseudonym import key_fingerprint


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
        lose_erased: whether erased accounts are forgotten whose names are not given; they could be admitted again.

    Returns:
        The audit entry; None: the registry has the new key already.

    Raises:
        ConfigError: a key is not the registry's, or another change of keys was interrupted.
    """
    store = registry.store
    people, groups = ([(name, name) for name in some] for some in (accounts, units))
    names = Names.of(people, groups, Naming(old, SPELLING), Naming(new, SPELLING))
    ids = key_fingerprint(old), key_fingerprint(new)
    told = names.sha256 + ("-lose" if lose_erased else "")
    rotation = begun(store)
    if rotation is None:
        if store.exists(FINGERPRINT) and store.read(FINGERPRINT) == ids[1].encode():
            return None
        registry.check_key(ids[0])
        check_pool_key(store, pool_key)
        registry.repair()
        finish_erasure(registry, pool_key)
        lost = count_lost(registry, names, pool_key, lose_erased=lose_erased)
        rotation = begin(store, "pseudonym", *ids, by=by, lost=lost, names=told)
    must_be_the_same(rotation, "pseudonym", *ids, told)
    entry = recorded(store, rotation) or rename_all(
        registry, rotation, names, pool_key, lose_erased=lose_erased
    )
    sweep_pool(registry, generation_of(registry))
    store.replace(FINGERPRINT, ids[1].encode())
    end(store)
    return entry
