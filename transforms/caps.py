"""Caps: one person contributes at most c occurrences to a record and C to a version (DESIGN §4, G4).

c first, then C. What C keeps is chosen by a keyed hash of the *record* and of the occurrence's number, the same for
everybody: people then keep the same records rather than each their own, so that more records reach k people
(coordinated bottom-k sampling: Cohen and Kaplan, PODC 2007); and the choice depends on no person, no time and no key.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def apply_caps(
    person: Int32s,
    record: Int32s,
    digests: Sequence[bytes],
    *,
    cap_per_person: int,
    max_per_person: int,
    salt: bytes,
) -> Bools:
    """Which segments stay.

    O(n log n) for n segments.

    Args:
        person, record: of each segment, in order; `record` is an index into `digests`.
        cap_per_person: c, 0: none. max_per_person: C, 0: none.
        salt: keys the hash; the version's name.
    """
    keep = np.ones(len(person), np.bool_)
    nth = _number_within(person, record)
    if cap_per_person > 0:
        keep &= nth < cap_per_person
    if max_per_person > 0:
        kept = np.flatnonzero(keep)
        counts = np.bincount(person[kept])
        if counts.max(initial=0) > max_per_person:
            order = np.lexsort((_ranks(record[kept], nth[kept], digests, salt), person[kept]))
            rank = np.arange(len(kept)) - np.repeat(np.cumsum(counts) - counts, counts)
            keep[kept[order[rank >= max_per_person]]] = False
    return keep


def _number_within(person: Int32s, record: Int32s) -> Int64s:
    """For each segment: the how-manieth it is of its person and record, from 0."""
    order = np.lexsort((record, person))
    opens = np.ones(len(order), np.bool_)
    opens[1:] = (person[order][1:] != person[order][:-1]) | (record[order][1:] != record[order][:-1])
    start = np.flatnonzero(opens)
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.arange(len(order)) - np.repeat(start, np.diff(np.append(start, len(order))))
    return numbers


def _ranks(record: Int32s, nth: Int64s, digests: Sequence[bytes], salt: bytes) -> npt.NDArray[np.uint64]:
    """A pseudo-random 64-bit rank for each (record, number): the first occurrence of every record before any second."""
    used, inverse = np.unique(record, return_inverse=True)
    hashed = [blake2b(digests[index], key=salt[:64], digest_size=8).digest() for index in used]
    words = np.frombuffer(b"".join(hashed), ">u8").astype(np.uint64)[inverse]
    return (np.minimum(nth, 255).astype(np.uint64) << np.uint64(56)) | (words >> np.uint64(8))
