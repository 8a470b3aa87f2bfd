"""POOL → EVENTS: whose a waiting event is, and whether it may still be used, as known now (docs/decisions/0014)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.gazetteer import Gazetteer
from transforms.named import naming
from transforms.names import shape_names
from transforms.participation import Registry, admit
from transforms.past import BURNED, PastSpan, fates
from transforms.schemas import EVENTS, LEVEL_SEPARATOR, NAMED_BEFORE, SPENT_OF_PEOPLE
from transforms.spans import EVER

POOL_FILE = -1
"""EVENTS.file of what waited: before every file."""


class Resumed(NamedTuple):
    """`events`: EVENTS, admitted. `purged`: which rows of the pool were not admitted any more. `named`: EVENTS that travel
    (`transforms.named`), which units those name that may not be used though their accounts take part."""

    events: pa.Table
    purged: npt.NDArray[np.bool_]
    named: pa.Table


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
    takes_part = _take_part(account.dictionary, code, time_us, registry=registry, erased=erased)
    admitted = takes_part & (not outdated)
    admitted &= fates(time_us, first_us=EVER, end_us=EVER, past=burned) != BURNED
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
    unused = pool.filter(pa.array(takes_part & ~admitted)).select(NAMED_BEFORE.names)
    return Resumed(events, ~admitted, named_before(unused, registry=registry, erased=erased))


def named_before(named: pa.Table, *, registry: Registry | None, erased: pa.Array) -> pa.Table:
    """Which units accounts named in nights before, as rows of EVENTS that travel; of who takes part then, as known now.

    Args:
        named: NAMED_BEFORE. registry, erased: as of `resume`.
    """
    named = named.unify_dictionaries().combine_chunks()
    account = named.column("account").combine_chunks().dictionary_encode()
    code = np.asarray(account.indices, np.int32)
    time_us = np.asarray(named.column("time_us"), np.int64)
    takes_part = _take_part(account.dictionary, code, time_us, registry=registry, erased=erased)
    some = np.flatnonzero(takes_part)
    rows = pa.array(some)
    person = person_of(account.dictionary, registry).take(account.indices).take(rows)
    unit = named.column("unit").combine_chunks()
    return naming(
        person,
        account.dictionary.take(pa.array(code[some])),
        unit.take(rows),
        time_us[some],
        unknown_too=True,
    )


def _take_part(
    account: pa.Array,
    code: npt.NDArray[np.int32],
    time_us: npt.NDArray[np.int64],
    *,
    registry: Registry | None,
    erased: pa.Array,
) -> npt.NDArray[np.bool_]:
    mask = ~np.asarray(pc.is_in(account, value_set=erased), np.bool_)[code]
    return mask if registry is None else mask & admit(registry, account, code, time_us).mask


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
