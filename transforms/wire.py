"""EVENTS as they travel in a shuffle: digests once each, and differences in the place of times and positions.

Rows of one file that follow each other are close in time and position, so that the differences are small; written byte by
byte, all lowest bytes first, most of them are zeros, which compress. A digest does not compress at all, and is said once
however many rows repeat it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.schemas import DIGEST, EVENTS

Int64s = npt.NDArray[np.int64]

_DIGESTS: Final = ("person", "account")
_STEPS: Final = ("time_us", "position")


def to_wire(events: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in fewer bytes, once compressed.

    Args:
        events: EVENTS. Linear in its rows.

    Returns:
        The same rows: digests as dictionaries, an account null where it is the person; for times and positions the step from
        the row before (the first from 0, modulo 2⁶⁴), in eight columns of a byte each.
    """
    columns = {name: events.column(name) for name in events.schema.names}
    person, account = columns["person"], columns["account"]
    columns["person"] = person.dictionary_encode()
    columns["account"] = pa.nulls(len(person), DIGEST) if account.equals(person) else account
    columns["account"] = columns["account"].dictionary_encode()
    for name in _STEPS:
        values = np.asarray(columns.pop(name), np.int64)
        steps = values - np.concatenate([np.zeros(min(len(values), 1), np.int64), values[:-1]])
        columns |= {f"{name}{at}": pa.array(plane) for at, plane in enumerate(_planes(steps))}
    return pa.RecordBatch.from_pydict(columns)


def from_wire(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The EVENTS that `to_wire` was given."""
    columns = {name: batch.column(name) for name in batch.schema.names}
    for name in _DIGESTS:
        columns[name] = columns[name].dictionary.take(columns[name].indices)
    if columns["account"].null_count:
        columns["account"] = columns["person"]
    for name in _STEPS:
        planes = [np.asarray(columns[f"{name}{at}"], np.uint8) for at in range(8)]
        columns[name] = pa.array(np.cumsum(_steps(planes)))
    return pa.RecordBatch.from_arrays([columns[name] for name in EVENTS.names], schema=EVENTS)


def _planes(steps: Int64s) -> npt.NDArray[np.uint8]:
    """Steps back are small numbers, too: zigzag, as Protocol Buffers have it."""
    folded = (steps << 1) ^ (steps >> 63)
    return np.ascontiguousarray(folded.astype("<i8").view(np.uint8).reshape(len(steps), 8).T)


def _steps(planes: list[npt.NDArray[np.uint8]]) -> Int64s:
    folded = np.ascontiguousarray(np.stack(planes, 1)).view("<u8").ravel()
    return (folded >> np.uint64(1)).astype(np.int64) ^ -(folded & np.uint64(1)).astype(np.int64)
