"""EVENTS as they travel in a shuffle: digests once each, and differences in the place of times and positions.

Rows of one file that follow each other are close in time and position, so that the differences are small numbers, which
compress; a digest does not compress at all, and is said once however many rows repeat it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.schemas import DIGEST, EVENTS

_DIGESTS: Final = ("person", "account")
_STEPS: Final = ("time_us", "position")


def to_wire(events: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in fewer bytes, once compressed.

    Args:
        events: EVENTS. Linear in its rows.

    Returns:
        The same rows and names: digests as dictionaries, times and positions as the difference from the row before (the
        first from 0, modulo 2⁶⁴), an account null where it is the person.
    """
    columns = {name: events.column(name) for name in events.schema.names}
    person, account = columns["person"], columns["account"]
    columns["person"] = person.dictionary_encode()
    columns["account"] = pa.nulls(len(person), DIGEST) if account.equals(person) else account
    columns["account"] = columns["account"].dictionary_encode()
    for name in _STEPS:
        columns[name] = pa.array(np.diff(_numbers(columns[name]), prepend=0))
    return pa.RecordBatch.from_pydict(columns)


def from_wire(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The EVENTS that `to_wire` was given."""
    columns = {name: batch.column(name) for name in batch.schema.names}
    for name in _DIGESTS:
        columns[name] = columns[name].dictionary.take(columns[name].indices)
    if columns["account"].null_count:
        columns["account"] = columns["person"]
    for name in _STEPS:
        columns[name] = pa.array(np.cumsum(_numbers(columns[name])))
    return pa.RecordBatch.from_arrays([columns[name] for name in EVENTS.names], schema=EVENTS)


def _numbers(column: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(column, np.int64)
