"""Whose each staged row is, and whether it may be there at all: derived anew from its account and time alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from verifier.columns import halves, whole
from verifier.roster import Int64s, Roster
from verifier.violations import Tally

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class People:
    """`roster`: who takes part; None: everybody, each account a person. `erased`: binary(16), accounts never to be used
    again, with all others of their people. [first_us, end_us), µs UTC: the nights that a version draws on."""

    roster: Roster | None
    erased: Any
    first_us: int
    end_us: int

    def whose(self, accounts: Any) -> Any:
        """The person of each account (binary(16)); null: nobody's."""
        if self.roster is None:
            return accounts
        return self.roster.persons.take(pc.index_in(accounts, value_set=self.roster.accounts))

    def gone(self) -> Any:
        """The accounts and people that were erased, binary(16)."""
        return pa.concat_arrays([self.erased, self.whose(self.erased).drop_null()])

    def spans(self) -> Any:
        """What people held in these nights (SPANS); none where no unit is named: then they say nothing of units.

        An empty span shares no instant with them.
        """
        if self.roster is None:
            return None
        spans = self.roster.spans
        begin, end = np.asarray(spans.column("from_us")), np.asarray(spans.column("to_us"))
        shared = np.minimum(end, self.end_us) > np.maximum(begin, self.first_us)
        inside = spans.filter(pa.array(shared))
        return inside if pc.any(inside.column("unit").is_valid()).as_py() else inside.slice(0, 0)


class Owned(NamedTuple):
    """Whose the rows of a staged table are. `person`: by row an index into `persons` (binary(16), the verifier's own names,
    distinct). `pairs` (pa.Table): each `staged` digest of a person with each `person` behind it, once."""

    person: Int64s
    persons: Any
    pairs: Any


def owned(table: Any, people: People, tally: Tally) -> Owned:
    """Find whose each row is, and count the rows that should not be there.

    Args:
        table: pa.Table with person, account (binary(16)) and time_us, without nulls in them. What follows each other of one
            person and account is looked up at once: in total order that is little.
    """
    person, account = whole(table, "person"), whole(table, "account")
    time_us = np.asarray(whole(table, "time_us"), np.int64)
    turn = _changes(person) if account.equals(person) else _changes(person) | _changes(account)
    first = np.flatnonzero(turn)
    length = np.diff(np.append(first, len(turn)))
    encoded = account.take(pa.array(first)).dictionary_encode()
    code, accounts = np.asarray(encoded.indices, np.int64), encoded.dictionary
    owner = people.whose(accounts)
    named = pc.coalesce(owner, accounts).dictionary_encode()
    of_turn = np.asarray(named.indices, np.int64)[code]
    if len(first):
        tally.add("not_admitted", _absent(people, accounts, owner, code, first, length, time_us))
    tally.add("outside_nights", (time_us < people.first_us) | (time_us >= people.end_us))
    staged = person.take(pa.array(first)).dictionary_encode()
    pair = np.unique(np.asarray(staged.indices, np.int64) * max(len(named.dictionary), 1) + of_turn)
    width = max(len(named.dictionary), 1)
    pairs = pa.table(
        {
            "staged": staged.dictionary.take(pa.array(pair // width)),
            "person": named.dictionary.take(pa.array(pair % width)),
        }
    )
    return Owned(np.repeat(of_turn, length), named.dictionary, pairs)


def _absent(
    people: People, accounts: Any, owner: Any, code: Int64s, first: Int64s, length: Int64s, time_us: Int64s
) -> int:
    """How many rows are of an account that is nobody's, was erased, or does not take part at the time."""
    gone = people.gone()
    never = np.asarray(owner.is_null()) | np.asarray(pc.is_in(accounts, value_set=gone))
    never |= np.asarray(pc.is_in(owner, value_set=gone, skip_nulls=True))
    absent = int(length[never[code]].sum())
    if people.roster is None:
        return absent
    number = np.asarray(pc.index_in(accounts, value_set=people.roster.accounts).fill_null(-1), np.int64)
    number[never] = -1
    stays = people.roster.stays
    earliest, latest = np.minimum.reduceat(time_us, first), np.maximum.reduceat(time_us, first)
    begin, end = stays.at(number[code], earliest), stays.at(number[code], latest)
    doubtful = ((begin < 0) | (begin != end)) & (number[code] >= 0)
    if not doubtful.any():
        return absent
    some = np.repeat(doubtful, length)
    return absent + int((stays.at(np.repeat(number[code], length)[some], time_us[some]) < 0).sum())


def _changes(column: Any) -> Mask:
    """Where a row's digest differs from that of the row before."""
    high, low = halves(column)
    change = np.ones(len(high), np.bool_)
    change[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    return change
