"""What a run does in the registry before anything else: finish what was left undone, and let go what has had its time."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from etl.audit import read_chain
from etl.audit_check import verify_chain
from etl.config import RunConfig
from etl.console import Console
from etl.erase import find_traces, finish_erasure
from etl.erased import erased_before, load_erased
from etl.erasure_request import save_request
from etl.errors import StorageError
from etl.inheritance import sweep
from etl.keys import Keys
from etl.layout import ERASING
from etl.participation import Participation
from etl.registry import Registry
from etl.retention import expire, old_keys
from etl.sealed_objects import check_pool_key
from transforms.erased_before import were_erased
from transforms.erasure import ascending
from transforms.participation import all_accounts_of
from transforms.pseudonym import derive_key, key_fingerprint, pseudonyms


def keep_house(registry: Registry, config: RunConfig, keys: Keys, now: datetime, console: Console) -> None:
    """Check the keys, repair, finish an erasure, expire. Needs the lock.

    Raises:
        ConfigError: a key is not the registry's, or a change of keys was interrupted.
        StorageError: the registry is not what its audit log says.
    """
    remember = not config.dry_run  # a trial with another key than the nights will have binds nobody
    registry.check_key(key_fingerprint(keys.pseudonym), remember=remember)
    check_pool_key(registry.store, keys.pool, remember=remember)
    registry.repair()
    if not registry.store.exists(ERASING):  # what is under way is finished first; the next run looks
        _hold_to_log(registry)
    sweep(registry)
    if finish_erasure(registry, keys.pool) is not None:
        console.note("an erasure that had been interrupted was completed")
    if not config.dry_run:
        for kind, number in expire(registry.store, config.retention, now).items():
            console.note(f"{kind.replace('_', ' ')}: {number:,} objects had their time and were removed")
    for which in old_keys(read_chain(registry.store), config.retention, now):
        console.note(
            f"the {which} key is in use for more than {config.retention.key_days} days: change it (desirepath rotate-key)"
        )


def _hold_to_log(registry: Registry) -> None:
    """Nights that are taken, and the pool's generation, follow from manifests and audit log: changed or lost ones would
    release events again."""
    wrong = verify_chain(registry.store)
    if wrong:
        raise StorageError(
            f"{wrong[0]}: nothing is released from a registry that is not what its audit log says; `desirepath audit` "
            "shows all that is wrong; restore it from a backup"
        )


def erase_linked(registry: Registry, known: Participation | None, keys: Keys) -> int:
    """Erase the accounts that came to be linked to somebody who was erased: they stay out when no file says so any more.
    An account that was erased under a former key or spelling and is named again is erased under the present ones.
    Needs the lock.

    Returns:
        How many there are.
    """
    erased = load_erased(registry.store, keys.pool)
    if known is None:
        return 0
    again = known.accounts.filter(
        pa.array(were_erased(known.accounts, erased_before(registry.store, keys.pool, keys.pseudonym)))
    )
    named = pseudonyms(again, key=derive_key(keys.pseudonym, "person"))
    linked = all_accounts_of(pa.concat_arrays([erased, named]), known.registry)
    new = linked.filter(pc.invert(pc.is_in(linked, value_set=erased)))
    if len(new):
        reason = "linked to an account that was erased"
        request = find_traces(
            registry, ascending(new), keys.pool, published="keep", reason=reason, by="the nightly run"
        )
        save_request(registry.store, request, keys.pool)
        finish_erasure(registry, keys.pool)
    return len(new)
