"""Know events that a version consumed when they come again: a multiset of keyed digests (decisions 14 and 22)."""

from __future__ import annotations

import json
import sys
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.identity import action_columns
from transforms.kernel import kernel
from transforms.mapping import Mapping
from transforms.record_ids import bytes_of, cmacs_of_pairs, record_ids, words_of
from transforms.schemas import LEDGER
from transforms.sequence import runs_of_people

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Content(NamedTuple):
    """A keyed sum over events: equal for equal multisets of (account, time, path), in any order and any parts.

    An additive multiset hash (after Clarke et al., ASIACRYPT 2003), two words of 64 bits: each event counts the product of
    the AES-CMAC of its account and time and of that of its path. It is to notice change, not to withstand who has the key.
    """

    events: int
    high: int
    low: int

    def __add__(self, other: object) -> Content:
        """The content of both."""
        if not isinstance(other, Content):
            return NotImplemented
        words = ((one + another) % (1 << 64) for one, another in zip(self[1:], other[1:], strict=True))
        return Content(self.events + other.events, *words)

    @property
    def commitment(self) -> str:
        """As text; nobody without the key can try candidates."""
        return f"{self.events}-{self.high:016x}{self.low:016x}"


NOTHING = Content(0, 0, 0)


_IDENTITY: Final = 2
"""Which rule of recognising this is; 1, before decision 22, went by the time or by the record's bytes."""


def known_by(mapping: Mapping, *, key: bytes) -> str:
    """What events are recognised by under a mapping, as a keyed digest: under another, nobody knows them again.

    What can change an account, a time, an action's value or an id counts; how an action is shaped, the order of its columns
    and the files' format do not.
    """
    read_as = mapping.model_dump(
        mode="json",
        include={
            "person": True,
            "time": True,
            "timezone": True,
            "null_tokens": True,
            "quote": True,
            "encoding": True,
        },
        exclude={"time": {"earliest", "latest"}},
    )
    ids = mapping.event_id if mapping.dedupe == "event_id" else None
    said = {**read_as, "event_id": ids, "action": action_columns(mapping), "identity": _IDENTITY}
    return _digest(json.dumps(said, sort_keys=True), key)


def shaped_by(mapping: Mapping, *, key: bytes) -> str:
    """How actions are named under a mapping, as a keyed digest: what another named does not wait on."""
    return _digest(mapping.model_dump_json(include={"action"}), key)


def _digest(said: str, key: bytes) -> str:
    return blake2b(said.encode(), key=key, digest_size=16).hexdigest()


def places(events: pa.RecordBatch, *, key: bytes) -> Int64s:
    """For each of EVENTS the keyed digest of (account, time), two words a row. Linear: half an AES-CMAC an event."""
    runs, accounts = runs_of_people(events.column("account"))
    account = accounts.dictionary_encode()  # as a rule a person has one account, and so each stands once
    which = np.asarray(account.indices, np.int64)[runs]
    time_us = np.require(events.column("time_us"), np.int64, ("C", "A", "W"))
    digests = cmacs_of_pairs(bytes_of(account.dictionary), which, time_us, key=key)
    return digests.view(np.int64).byteswap() if sys.byteorder == "little" else digests.view(np.int64)


def ledger_of(events: pa.RecordBatch) -> pa.Table:
    """EVENTS that were read from files as LEDGER."""
    columns = {"account": "account", "digest": "identity", "record_id": "record_id"}
    return pa.table({name: events.column(column) for name, column in columns.items()}, schema=LEDGER)


def seen(events: pa.RecordBatch, ledger: pa.Table) -> Bools:
    """Which events were consumed before: by their own ids, else by how many of (account, time, action) were.

    O((n + l) log (n + l)) for n events and l entries.

    An event whose id was consumed is seen, and stands for that entry, whatever its time is now. Of m others of one identity
    the first n are seen, where n entries of it are left: ids that were made anew are no new events. A digest counts for
    the person whose it is: ids that two people use are two.

    Args:
        events: EVENTS in total order, none of the pool.
        ledger: LEDGER, any order, with the person in the place of the account.
    """
    if not ledger.num_rows or not events.num_rows:
        return np.zeros(events.num_rows, np.bool_)
    person = words_of(events.column("person"))[:, 0]
    whose = words_of(ledger.column("account").combine_chunks())[:, 0]
    found = np.zeros(events.num_rows, np.bool_)
    stood_for = np.zeros(ledger.num_rows, np.bool_)
    named, named_before = (np.asarray(part.column("record_id").is_valid()) for part in (events, ledger))
    if named.any() and named_before.any():
        ids = _column(events, "record_id")[named] ^ person[named]
        before = _column(ledger, "record_id")[named_before] ^ whose[named_before]
        found[named] = np.isin(ids, before)
        stood_for[named_before] = np.isin(before, ids)
    left = np.flatnonzero(~found)
    found[left] = _counted(
        (_column(events, "identity") ^ person)[left], (_column(ledger, "digest") ^ whose)[~stood_for]
    )
    return found


def _column(table: pa.RecordBatch | pa.Table, name: str) -> Int64s:
    return np.asarray(table.column(name).fill_null(0), np.int64)


def _counted(digests: Int64s, consumed: Int64s) -> Bools:
    """Of each digest the first so many as were consumed."""
    found = np.zeros(len(digests), np.bool_)
    known, times = np.unique(consumed, return_counts=True)
    if not len(known) or not len(digests):
        return found
    place = np.minimum(np.searchsorted(known, digests), len(known) - 1)
    before = np.where(known[place] == digests, times[place], 0)
    some = np.flatnonzero(before)
    order = some[np.argsort(digests[some], kind="stable")]
    opens = np.flatnonzero(np.append(True, digests[order][1:] != digests[order][:-1])[: len(order)])
    size = np.diff(np.append(opens, len(order)))
    nth = np.arange(len(order)) - np.repeat(opens, size)
    found[order] = nth < before[order]
    return found


def content_of(events: pa.RecordBatch, places: Int64s, *, key: bytes) -> Content:
    """The content of some EVENTS.

    Linear in the events; a path is hashed once.

    Args:
        places: of `places`.
    """
    path = events.column("path")
    names = words_of(record_ids(path.dictionary.cast(pa.string()), key=key)) | 1
    high, low = _products(np.ascontiguousarray(places), names, np.asarray(path.indices, np.int32))
    return Content(len(places), int(high), int(low))


@kernel
def _products(places: Int64s, names: Int64s, path: npt.NDArray[np.int32]) -> tuple[np.uint64, np.uint64]:
    """The sums of the products, word by word, modulo 2⁶⁴."""
    high, low = np.uint64(0), np.uint64(0)
    for row in range(len(path)):
        high += np.uint64(places[row, 0]) * np.uint64(names[path[row], 0])
        low += np.uint64(places[row, 1]) * np.uint64(names[path[row], 1])
    return high, low
