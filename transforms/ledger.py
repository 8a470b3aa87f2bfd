"""Which events a version consumed, so that one that comes again is known: a multiset of keyed digests (decision 14)."""

from __future__ import annotations

import sys
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

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


_KNOWN_BY: Final = {"person", "time", "timezone", "event_id", "dedupe"}


def known_by(mapping: Mapping, *, key: bytes) -> str:
    """What events are recognised by under a mapping, as a keyed digest: under another, nobody knows them again."""
    return _said(mapping, _KNOWN_BY, key)


def shaped_by(mapping: Mapping, *, key: bytes) -> str:
    """How actions are named under a mapping, as a keyed digest: what another named does not wait on."""
    return _said(mapping, {"action"}, key)


def _said(mapping: Mapping, fields: set[str], key: bytes) -> str:
    return blake2b(mapping.model_dump_json(include=fields).encode(), key=key, digest_size=16).hexdigest()


def places(events: pa.RecordBatch, *, key: bytes) -> Int64s:
    """For each of EVENTS the keyed digest of (account, time), two words a row. Linear: half an AES-CMAC an event."""
    runs, accounts = runs_of_people(events.column("account"))
    account = accounts.dictionary_encode()  # as a rule a person has one account, and so each stands once
    which = np.asarray(account.indices, np.int64)[runs]
    time_us = np.require(events.column("time_us"), np.int64, ("C", "A", "W"))
    digests = cmacs_of_pairs(bytes_of(account.dictionary), which, time_us, key=key)
    return digests.view(np.int64).byteswap() if sys.byteorder == "little" else digests.view(np.int64)


def event_digests(events: pa.RecordBatch, places: Int64s) -> Int64s:
    """For each of EVENTS 64 bits that it is known by: of its record id where it has one, else of its place.

    Args:
        places: of `places`.
    """
    record = events.column("record_id")
    if record.null_count == len(record):
        return places[:, 0]
    return np.where(np.asarray(record.is_valid()), np.asarray(record.fill_null(0), np.int64), places[:, 0])


def ledger_of(events: pa.RecordBatch, digests: Int64s) -> pa.Table:
    """EVENTS with their digests as LEDGER."""
    return pa.table({"account": events.column("account"), "digest": pa.array(digests)}, schema=LEDGER)


def seen(events: pa.RecordBatch, digests: Int64s, ledger: pa.Table) -> Bools:
    """Which events were consumed before. A digest counts for the person whose it is: ids that two people use are two.

    O((n + l) log (n + l)) for n events and l entries.

    Of m events of a person with one digest that was consumed n times, the first n were, where all do the same. Where they
    do not, nobody can say which of them are new, and all count as consumed.

    Args:
        events: EVENTS in total order, none of the pool. digests: of `event_digests`.
        ledger: LEDGER, any order, with the person in the place of the account.
    """
    digests = digests ^ words_of(events.column("person"))[:, 0]
    ledger_digests = np.asarray(ledger.column("digest"), np.int64)
    ledger_digests = ledger_digests ^ words_of(ledger.column("account").combine_chunks())[:, 0]
    known, times = np.unique(ledger_digests, return_counts=True)
    if not len(known) or not len(digests):
        return np.zeros(len(digests), np.bool_)
    place = np.minimum(np.searchsorted(known, digests), len(known) - 1)
    before = np.where(known[place] == digests, times[place], 0)
    found = np.zeros(len(digests), np.bool_)
    some = np.flatnonzero(before)
    order = some[np.argsort(digests[some], kind="stable")]
    opens = np.flatnonzero(np.append(True, digests[order][1:] != digests[order][:-1])[: len(order)])
    size = np.diff(np.append(opens, len(order)))
    nth = np.arange(len(order)) - np.repeat(opens, size)
    path = np.asarray(events.column("path").indices, np.int64)[order]
    alike = np.ones(len(opens), np.bool_)
    np.logical_and.at(alike, np.repeat(np.arange(len(opens)), size), path == np.repeat(path[opens], size))
    found[order] = (nth < before[order]) | ~np.repeat(alike, size)
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
