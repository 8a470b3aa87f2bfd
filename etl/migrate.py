"""A registry of before a change of the spelling is moved to today's: its pseudonyms are of names as they were spelled then.

All is renamed (`etl.renaming`), under the same keys. The audit entry `spelled_anew` is the commit.
"""

from __future__ import annotations

from collections.abc import Iterable

from etl.audit import Entry
from etl.erase import finish_erasure
from etl.layout import SPELLED
from etl.registry import Registry
from etl.renaming import Names, Naming, Spelled, count_lost, rename_all
from etl.rotation import begin, begun, end, must_be_the_same, recorded
from etl.sealed_objects import check_pool_key
from etl.waiting import generation_of, sweep_pool
from transforms.account import SPELLING
from transforms.former_spelling import former_spellings
from transforms.pseudonym import key_fingerprint


def migrate(
    registry: Registry, key: bytes, pool_key: bytes, *, accounts: Spelled, units: Spelled, by: str
) -> Entry | None:
    """Move a registry to today's spelling. Needs the lock.

    Args:
        key: the pseudonym key.
        accounts, units: every name that is known, by the former spelling and by today's.

    Returns:
        The audit entry; None: the registry is spelled so already.

    Raises:
        ConfigError: a key is not the registry's, or another change was interrupted.
    """
    store, former = registry.store, registry.spelling()
    rotation = begun(store)
    if rotation is None:
        if former == SPELLING:
            return None
        registry.check_fingerprint(key_fingerprint(key))
        check_pool_key(store, pool_key)
        registry.repair()
        finish_erasure(registry, pool_key)
    ids = (str(SPELLING - 1), str(SPELLING))
    names = Names.of(_all(accounts), _all(units), Naming(key, SPELLING - 1), Naming(key, SPELLING))
    told = f"{key_fingerprint(key)}-{names.sha256}"
    if rotation is None:
        lost = count_lost(registry, names, pool_key, lose_erased=False)
        rotation = begin(store, "spelling", *ids, by=by, lost=lost, names=told)
    must_be_the_same(rotation, "spelling", *ids, told)
    entry = recorded(store, rotation) or rename_all(registry, rotation, names, pool_key, lose_erased=False)
    sweep_pool(registry, generation_of(registry))
    store.replace(SPELLED, ids[1].encode())
    end(store)
    return entry


def _all(pairs: Spelled) -> Iterable[tuple[str, str]]:
    """The pairs, and the usual other forms that a log may have had of the names."""
    known = set(pairs)
    names = sorted({now for _, now in known})
    spelled, numbers = former_spellings(names)
    return known | {(form, names[number]) for form, number in zip(spelled, numbers, strict=True)}
