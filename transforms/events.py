"""RAW → EVENTS: filter, read the time, admit, minimise and pseudonymise, in one step inside one worker.

The order matters: a record that is not admitted is gone before anything of it is shaped, and no later failure can
write what it held, because a reject is only ever a position and a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.account import canonical
from transforms.decode import reasons
from transforms.gazetteer import Gazetteer
from transforms.mapping import Mapping, PersonSpec
from transforms.own_account import ACCOUNT_JOINT
from transforms.participation import Registry, admit
from transforms.paths import action_paths
from transforms.pseudonym import pseudonyms, unit_pseudonyms
from transforms.record_ids import record_ids
from transforms.schemas import EVENTS, POSITION, RECORD_ID, REJECTS
from transforms.text import as_text
from transforms.times import parse_times

FILTERED: Final = "where_filter"
OUTSIDE_WINDOW: Final = "outside_window"
NOT_ADMITTED: Final = "not_admitted"
DUPLICATE: Final = "duplicate"

COUNTED_ACCOUNTS: Final = 1024
"""Accounts behind a drop are counted up to this many: enough to know whether they are k."""


def fewest(digests: frozenset[bytes]) -> frozenset[bytes]:
    """The smallest so many of some digests: merging does not depend on the order of parts."""
    return digests if len(digests) <= COUNTED_ACCOUNTS else frozenset(sorted(digests)[:COUNTED_ACCOUNTS])


@dataclass(frozen=True)
class EventPolicy:
    """What `to_events` needs to know beside the rows. Times are µs UTC; `registry` None: everybody is admitted;
    `gazetteer` None: no names are known."""

    mapping: Mapping
    first_us: int
    end_us: int
    person_key: bytes = field(repr=False)
    record_key: bytes = field(repr=False)
    unit_key: bytes = field(repr=False)
    counting_key: bytes = field(repr=False)
    registry: Registry | None = field(repr=False)
    gazetteer: Gazetteer | None = field(default=None, repr=False)


class Normalised(NamedTuple):
    """EVENTS in the order of the rows, REJECTS, and counts by reason and by scrub rule."""

    events: pa.Table
    rejects: pa.Table
    dropped: dict[str, int]
    behind: dict[
        str, frozenset[bytes]
    ]  # by drop reason: accounts, as digests that mean nothing after the run
    hits: dict[str, int]
    present: frozenset[str]  # mapped columns that hold any value


def to_events(
    rows: pa.Table, policy: EventPolicy, *, file: int, path_account: str | None = None
) -> Normalised:
    """Turn decoded records into admitted, pseudonymised events.

    Args:
        rows: RAW, as a decoder returns it.
        file: rank of the file's name among the run's inputs.
        path_account: the account that the file's path names, where the mapping asks for it.

    Returns:
        `events.num_rows + rejects.num_rows + sum(dropped.values()) == rows.num_rows`.
    """
    mapping = policy.mapping
    present = frozenset(name for name in mapping.columns if rows.column(name).null_count < rows.num_rows)
    drops = _Drops(policy.counting_key)
    rejects: list[pa.Table] = []
    account = _accounts(rows, mapping.person, path_account)
    if mapping.where is not None:
        wanted = pc.is_in(
            as_text(rows.column(mapping.where.column)), value_set=pa.array(mapping.where.in_, pa.string())
        )
        rows, account = drops.keep(rows, account, _mask(wanted), FILTERED)
    rows, account = _reject_null(rows, account, reasons.PERSON_MISSING, rejects)
    parsed = parse_times(rows.column(mapping.time.column), mapping.time, mapping.timezone)
    bad = _mask(pc.is_null(parsed.time_us))
    rejects.append(_rejected(rows, bad, parsed.reason))
    good = ~bad
    rows, account = rows.filter(pa.array(good)), account.filter(pa.array(good))
    time_us = np.asarray(parsed.time_us.filter(pa.array(good)), np.int64)

    inside = (time_us >= policy.first_us) & (time_us < policy.end_us)
    rows, account = drops.keep(rows, account, inside, OUTSIDE_WINDOW)
    time_us = time_us[inside]

    encoded = account.dictionary_encode()
    code = np.asarray(encoded.indices, np.int32)
    digests = pseudonyms(encoded.dictionary, key=policy.person_key)
    if policy.registry is None:
        person, unit = digests.take(encoded.indices), _unit_column(rows, policy)
    else:
        admitted, span = admit(policy.registry, digests, code, time_us)
        rows, _ = drops.keep(rows, account, admitted, NOT_ADMITTED)
        code, time_us = code[admitted], time_us[admitted]
        entry = pc.index_in(digests, value_set=policy.registry.accounts)
        person = policy.registry.person.take(entry).take(pa.array(code))
        # The registry is the better source; a log's own column counts where the registry names no units.
        listed = bool(policy.registry.units)
        unit = _registry_unit(policy.registry, span[admitted]) if listed else _unit_column(rows, policy)

    # With a registry, every account admitted is in the gazetteer.
    own = account if policy.registry is None else None
    paths = action_paths(rows, mapping, gazetteer=policy.gazetteer, account=own)
    usable = pa.array(~paths.missing)
    rejects.append(_rejected(rows, paths.missing, reasons.ACTION_MISSING))
    events = pa.table(
        {
            "person": person,
            "unit": unit,
            "time_us": pa.array(time_us),
            "file": pa.array(np.full(rows.num_rows, file, np.int32)),
            "position": rows.column(POSITION),
            "path": paths.path,
            "record_id": _record_ids(rows, policy),
        },
        schema=EVENTS,
    ).filter(usable)
    return Normalised(events, pa.concat_tables(rejects), drops.counts, drops.behind, paths.hits, present)


def _mask(values: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False)).astype(np.bool_)


class _Drops:
    """What is dropped, by reason, and how many accounts are behind it: as many digests as it takes to know."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.counts: dict[str, int] = {}
        self.behind: dict[str, frozenset[bytes]] = {}

    def keep(
        self, rows: pa.Table, account: pa.Array, mask: npt.NDArray[np.bool_], reason: str
    ) -> tuple[pa.Table, pa.Array]:
        lost = int(len(mask) - mask.sum())
        if not lost:
            return rows, account
        self.counts[reason] = lost
        accounts = account.filter(pa.array(~mask)).drop_null().unique()
        self.behind[reason] = fewest(frozenset(pseudonyms(accounts, key=self._key).to_pylist()))
        return rows.filter(pa.array(mask)), account.filter(pa.array(mask))


def _rejected(rows: pa.Table, mask: npt.NDArray[np.bool_], reason: str | pa.Array) -> pa.Table:
    positions = rows.column(POSITION).filter(pa.array(mask)).combine_chunks()
    words = (
        pa.repeat(pa.scalar(reason), len(positions))
        if isinstance(reason, str)
        else reason.filter(pa.array(mask))
    )
    return pa.table({"position": positions, "reason": words}, schema=REJECTS)


def _reject_null(
    rows: pa.Table, values: pa.Array, reason: str, rejects: list[pa.Table]
) -> tuple[pa.Table, pa.Array]:
    missing = _mask(pc.is_null(values))
    rejects.append(_rejected(rows, missing, reason))
    keep = pa.array(~missing)
    return rows.filter(keep), values.filter(keep)


def _accounts(rows: pa.Table, person: PersonSpec, path_account: str | None) -> pa.Array:
    if person.source_columns:
        columns = [as_text(rows.column(name)) for name in person.source_columns]
        spelled = [_canonical_column(column) for column in columns]
        return spelled[0] if len(spelled) == 1 else pc.binary_join_element_wise(*spelled, ACCOUNT_JOINT)
    constant = person.constant if person.path is None else path_account
    return canonical(pa.array([constant], pa.string())).take(pa.array(np.zeros(rows.num_rows, np.int64)))


def _canonical_column(column: pa.Array) -> pa.Array:
    encoded = column.dictionary_encode()
    return canonical(encoded.dictionary).take(encoded.indices)


def _unit_column(rows: pa.Table, policy: EventPolicy) -> pa.DictionaryArray:
    name = policy.mapping.unit
    if name is None or name == "participation":
        return pa.nulls(rows.num_rows, EVENTS.field("unit").type)
    encoded = as_text(rows.column(name)).dictionary_encode()
    units = unit_pseudonyms(canonical(encoded.dictionary), key=policy.unit_key)
    return units.take(encoded.indices).dictionary_encode()


def _registry_unit(registry: Registry, span: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    unit = registry.span_unit[span]
    words = pa.array(registry.units, pa.string()).take(pa.array(unit, mask=unit < 0))
    return words.dictionary_encode()  # used values only


def _record_ids(rows: pa.Table, policy: EventPolicy) -> pa.Array:
    mapping = policy.mapping
    if mapping.dedupe == "record":
        return rows.column(RECORD_ID)
    if mapping.dedupe == "event_id" and mapping.event_id is not None:
        return record_ids(as_text(rows.column(mapping.event_id)), key=policy.record_key)
    return pa.nulls(rows.num_rows, EVENTS.field("record_id").type)
