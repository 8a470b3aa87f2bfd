"""What every text decoder does with its records: check their UTF-8, give them their position and their digest."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.decode.arrays import Bools, Int64s
from transforms.schemas import DIGEST, POSITION, RECORD_ID


def invalid_utf8(data: bytes, starts: Int64s, ends: Int64s) -> Bools:
    """Which of the records `data[starts[i] : ends[i]]` are not valid UTF-8. One pass where all of it is."""
    bad = np.zeros(len(starts), np.bool_)
    if len(starts) and not data.isascii() and not is_utf8(data[starts[0] : ends[-1]]):
        for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            bad[index] = not is_utf8(data[start:end])
    return bad


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8, without building the text.

    >>> is_utf8("é".encode()), is_utf8(b"\\xe9"), is_utf8(b"\\xed\\xa0\\x80")
    (True, False, False)
    """
    if data.isascii():
        return True
    offsets = pa.py_buffer(np.array([0, len(data)], np.int32))
    one = pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        pc.cast(one, pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def raw_table(
    names: Sequence[str],
    columns: Sequence[pa.Array],
    data: bytes,
    offset: int,
    starts: Int64s,
    ends: Int64s,
    record_key: bytes | None,
) -> pa.Table:
    """RAW from its columns and from where the records are; `ends` without the line end."""
    arrays = {**dict(zip(names, columns, strict=True)), POSITION: pa.array(starts + offset, pa.int64())}
    if record_key is not None:
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        arrays[RECORD_ID] = pa.array(record_ids([data[a:b] for a, b in spans], record_key), DIGEST)
    return pa.table(arrays)


def record_ids(records: Sequence[bytes], record_key: bytes) -> list[bytes]:
    """The keyed BLAKE2b (RFC 7693), 16 bytes, of each record's own bytes."""
    return [blake2b(record, digest_size=16, key=record_key).digest() for record in records]
