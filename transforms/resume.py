"""POOL → EVENTS: whose a waiting event is, and whether it may still be used, as known now (docs/decisions/0014)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.gazetteer import Gazetteer
from transforms.names import shape_names
from transforms.participation import Registry, admit
from transforms.past import BURNED, PastSpan, fates
from transforms.schemas import EVENTS, LEVEL_SEPARATOR, SPENT_OF_PEOPLE
from transforms.spans import EVER

POOL_FILE = -1
"""EVENTS.file of what waited: before every file."""


class Resumed(NamedTuple):
    """`events`: EVENTS, admitted. `purged`: which rows of the pool were not admitted any more."""

    events: pa.Table
    purged: npt.NDArray[np.bool_]


def resume(
    pool: pa.Table,
    *,
    registry: Registry | None,
    erased: pa.Array,
    gazetteer: Gazetteer | None,
    burned: Sequence[PastSpan] = (),
    outdated: bool = False,
) -> Resumed:
    """The pool's events as if they were read now.

    Args:
        pool: POOL. registry: who takes part; None: everybody. erased: binary(16), accounts never to be used again.
        gazetteer: names that must not remain in a token.
        burned: withdrawn nights: a mapping that leaked in what was released leaks in what was left over.
        outdated: whether another mapping named these actions: what it let through a stricter one might not.
    """
    pool = pool.unify_dictionaries()
    account = pool.column("account").combine_chunks().dictionary_encode()
    code = np.asarray(account.indices, np.int32)
    time_us = np.asarray(pool.column("time_us"), np.int64)
    admitted = ~np.asarray(pc.is_in(account.dictionary, value_set=erased))[code] & (not outdated)
    admitted &= fates(time_us, first_us=EVER, end_us=EVER, past=burned) != BURNED
    person = account.dictionary
    if registry is not None:
        admitted &= admit(registry, account.dictionary, code, time_us).mask
        person = person_of(account.dictionary, registry)
    kept = pool.filter(pa.array(admitted))
    rows = np.flatnonzero(admitted)
    events = pa.table(
        {
            "person": person.take(pa.array(code[rows])),
            "unit": kept.column("unit"),
            "time_us": kept.column("time_us"),
            "file": pa.array(np.full(len(rows), POOL_FILE, np.int32)),
            "position": pa.array(rows.astype(np.int64)),
            "path": _shaped_anew(kept.column("path"), gazetteer),
            "record_id": pa.nulls(len(rows), EVENTS.field("record_id").type),
            "account": kept.column("account"),
            "fragment": kept.column("fragment"),
            "identity": pa.nulls(len(rows), EVENTS.field("identity").type),
        },
        schema=EVENTS,
    )
    return Resumed(events, ~admitted)


def person_of(account: pa.Array, registry: Registry | None) -> pa.Array:
    """Whose each account (binary(16)) is; the account itself where nobody says more."""
    if registry is None:
        return account
    return pc.coalesce(registry.person.take(pc.index_in(account, value_set=registry.accounts)), account)


def of_people(spent: pa.Table, registry: Registry | None) -> pa.Table:
    """SPENT as SPENT_OF_PEOPLE."""
    account = spent.column("account").combine_chunks().dictionary_encode()
    person = person_of(account.dictionary, registry).take(account.indices)
    return pa.table(
        {"person": person, "from_us": spent.column("from_us"), "to_us": spent.column("to_us")},
        schema=SPENT_OF_PEOPLE,
    )


def _shaped_anew(path: pa.ChunkedArray, gazetteer: Gazetteer | None) -> pa.DictionaryArray:
    """Names that came to be known since are replaced; what was shaped once changes by nothing else."""
    encoded = path.cast(pa.string()).combine_chunks().dictionary_encode()
    if gazetteer is None or not len(encoded.dictionary):
        return encoded
    levels = pc.split_pattern(encoded.dictionary, LEVEL_SEPARATOR)
    texts = shape_names(levels.flatten(), "verbatim", gazetteer=gazetteer).values
    joined = pc.binary_join(
        pa.ListArray.from_arrays(levels.offsets, pc.fill_null(texts, "")), LEVEL_SEPARATOR
    ).dictionary_encode()
    return pa.DictionaryArray.from_arrays(joined.indices.take(encoded.indices), joined.dictionary)
