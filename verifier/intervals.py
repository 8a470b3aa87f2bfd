"""Whether each emission's rows are what it says: in the bucket, of its person, of one session, and of no other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from verifier.columns import Halves, Int64s, halves, whole
from verifier.distinct import distinct
from verifier.staging import Mask, Staged
from verifier.violations import Tally


class Claims(NamedTuple):
    """Emissions whose rows hold, as arrays: `record` (index into the release; -1: not released), `start`, `length`."""

    record: Int64s
    start: Int64s
    length: Int64s


def check_intervals(emissions: Any, staged: Staged, digests: Any, tally: Tally) -> Claims:
    """Check EMISSIONS against the bucket's events and keep those that hold.

    Args:
        emissions: pa.Table, EMISSIONS, without nulls.
        digests: pa.Array, the released records' SHA-256, binary(32), distinct.
    """
    emissions = emissions.unify_dictionaries()
    start, length = (np.asarray(whole(emissions, name), np.int64) for name in ("start", "length"))
    inside = (length >= 1) & (start >= 0) & (start <= len(staged.path) - length)
    tally.add("interval_bounds", ~inside)
    start, length = start[inside], length[inside]
    last = start + length - 1
    one_person = staged.run[start] == staged.run[last]
    one_session = staged.session[start] == staged.session[last]
    tally.add("two_persons", ~one_person)
    tally.add("crosses_gap", one_person & ~one_session)
    named = halves(whole(emissions, "person"))
    right_person = _same(named, inside, staged.digest, start)
    tally.add("wrong_person", ~right_person)
    label = np.asarray(whole(emissions, "session"), np.int64)[inside]
    tally.add("session_label", _mislabelled(label[one_session], staged.session[start[one_session]]))
    apart = ~_overlapping(start, length)
    tally.add("overlap", ~apart)
    holds = one_session & right_person & apart
    record = _records(whole(emissions, "record"), digests)[inside]
    return Claims(record[holds], start[holds], length[holds])


def _same(named: Halves, inside: Mask, digest: Halves, row: Int64s) -> Mask:
    equal = (named.high[inside] == digest.high[row]) & (named.low[inside] == digest.low[row])
    return np.asarray(equal, np.bool_)


def _mislabelled(label: Int64s, session: Int64s) -> int:
    """How many (label, session) pairs there are beyond one session a label and one label a session."""
    pairs = len(distinct(label << 32 | session))  # labels are int32, and sessions no more than rows
    return 2 * pairs - len(distinct(label)) - len(distinct(session))


def _overlapping(start: Int64s, length: Int64s) -> Mask:
    """Which emissions begin before one that began earlier has ended."""
    order = np.lexsort((length, start))
    reached = np.maximum.accumulate((start + length)[order])
    overlapping: npt.NDArray[np.bool_] = np.zeros(len(start), np.bool_)
    overlapping[order[1:]] = start[order][1:] < reached[:-1]
    return overlapping


def _records(column: Any, digests: Any) -> Int64s:
    """Each emission's record as an index into the release, -1 where it was withheld."""
    index = pc.index_in(column.dictionary, value_set=digests).fill_null(-1)
    codes = np.asarray(column.indices, np.int64)
    return np.asarray(index, np.int64)[codes] if len(codes) else np.zeros(0, np.int64)


def digest_array(digests: list[bytes]) -> Any:
    """Released records' digests as binary(32)."""
    return pa.array(digests, pa.binary(32))
