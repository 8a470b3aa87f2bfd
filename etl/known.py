"""Which accounts of a request anything is known of: a misspelt name must not pass for one that was erased."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.erased import current_list, erased_before
from etl.erasure_request import open_request
from etl.keys import Keys
from etl.registry import Registry
from etl.sealed_objects import read_sealed_object
from etl.state import state_objects
from etl.waiting import generation_of, parts_of
from transforms.erased_before import were_erased
from transforms.erasure import ACCOUNT
from transforms.participation import Registry as Participants
from transforms.pseudonym import derive_key, pseudonyms
from transforms.schemas import DIGEST


def unknown_lines(
    registry: Registry, requested: pa.Table, participants: Participants | None, keys: Keys
) -> list[int]:
    """The lines of a request that name an account of which nothing is known. Needs the lock.

    Known is what the participation file lists, what waits or is remembered, and what was erased before.

    Args:
        requested: of `etl.accounts_file.read_account_lines`.

    Raises:
        ConfigError: another pool key sealed what is remembered. StorageError: an object was changed.
    """
    names = requested.column("account").combine_chunks()
    named = pseudonyms(names, key=derive_key(keys.pseudonym, "person"))
    known = [current_list(registry.store, keys.pool)]
    if participants is not None:
        known.append(participants.accounts)
    if (begun := open_request(registry.store, keys.pool)) is not None:
        known.append(begun.accounts)
    for name in [*state_objects(registry.store), *parts_of(registry, generation_of(registry))]:
        table = read_sealed_object(registry.store, name, keys.pool)
        if ACCOUNT in table.column_names:
            known.append(pc.unique(table.column(ACCOUNT).cast(DIGEST)))
    found = np.zeros(len(named), np.bool_)
    for accounts in known:
        found |= np.asarray(pc.is_in(named, value_set=accounts), np.bool_)
    found |= were_erased(names, erased_before(registry.store, keys.pool, keys.pseudonym))
    return [int(line) for line in np.asarray(requested.column("line"))[~found]]


def told(lines: list[int]) -> str:
    """Lines for a message: the first of them.

    >>> told([3]), told([1, 2, 3, 4, 5, 6, 7])
    ('line 3', 'lines 1, 2, 3, 4, 5 and 2 more')
    """
    shown = ", ".join(map(str, lines[:5]))
    more = f" and {len(lines) - 5:,} more" if len(lines) > 5 else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"
