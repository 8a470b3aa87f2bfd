"""Keyed 128-bit digests of record ids, a million a second: AES-CMAC (NIST SP 800-38B), one block of all rows at a time.

Record ids are all different, so that hashing them one by one costs more than reading the log. CMAC is a PRF for inputs of
any length, and its steps are the same for every row: each is one call of the cipher over one block of every row.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from transforms.schemas import DIGEST

Bytes = npt.NDArray[np.uint8]

_BLOCK: Final = 16


def record_ids(values: pa.Array, *, key: bytes) -> pa.Array:
    """The digest of each id.

    Linear in the ids and their blocks of 16 bytes.

    Args:
        values: string; null (the record has no id) stays null.
        key: 32 bytes from `derive_key`.

    Returns:
        binary(16), as long as `values`. Memory is proportional to the longest id; ids are single words.
    """
    plain = values.cast(pa.binary()).fill_null(b"")
    _, offsets, data = plain.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(plain) + 1, plain.offset * 4).astype(np.int64)
    octets = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    lengths = np.diff(bounds)
    digests = np.zeros((len(plain), _BLOCK), np.uint8)
    blocks = np.maximum(-(-lengths // _BLOCK), 1)
    for count in np.flatnonzero(np.bincount(blocks)):
        rows = np.flatnonzero(blocks == count)
        digests[rows] = _cmac(octets, bounds[:-1][rows], lengths[rows], int(count), key)
    made = pa.FixedSizeBinaryArray.from_buffers(DIGEST, len(plain), [None, pa.py_buffer(digests.tobytes())])
    return pc.if_else(values.is_valid(), made, pa.scalar(None, DIGEST))


def _cmac(
    octets: Bytes, starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], blocks: int, key: bytes
) -> Bytes:
    """CMAC of rows that all have so many blocks."""
    encrypt = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update
    column = np.arange(blocks * _BLOCK)
    inside = column < lengths[:, None]
    message = np.where(inside, octets[np.minimum(starts[:, None] + column, len(octets) - 1)], 0).astype(
        np.uint8
    )
    whole = lengths == blocks * _BLOCK
    message[np.flatnonzero(~whole), lengths[~whole]] = 0x80
    once = _doubled(encrypt(bytes(_BLOCK)))
    first, second = np.frombuffer(once, np.uint8), np.frombuffer(_doubled(once), np.uint8)
    message[:, -_BLOCK:] ^= np.where(whole[:, None], first, second)
    state = np.zeros((len(starts), _BLOCK), np.uint8)
    for block in range(blocks):
        state ^= message[:, block * _BLOCK : (block + 1) * _BLOCK]
        state = np.frombuffer(encrypt(state.tobytes()), np.uint8).reshape(-1, _BLOCK).copy()
    return state


def _doubled(block: bytes) -> bytes:
    """Multiplication by x in GF(2¹²⁸), as CMAC derives its subkeys."""
    number = int.from_bytes(block, "big") << 1
    return (number ^ 0x87 if number >> 128 else number).to_bytes(_BLOCK + 1, "big")[1:]
