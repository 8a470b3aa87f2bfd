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
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from transforms.kernel import kernel
from transforms.schemas import DIGEST

Bytes = npt.NDArray[np.uint8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

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
    plain = values.cast(pa.binary())
    if plain.null_count:
        plain = plain.fill_null(b"")
    _, offsets, data = plain.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(plain) + 1, plain.offset * 4)
    octets = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    made = pa.FixedSizeBinaryArray.from_buffers(
        DIGEST, len(plain), [None, pa.py_buffer(cmacs(octets, bounds, key=key))]
    )
    return pc.if_else(values.is_valid(), made, pa.scalar(None, DIGEST)) if values.null_count else made


def cmacs(octets: Bytes, bounds: Int32s, *, key: bytes) -> Bytes:
    """The digest (16 bytes a row) of each `octets[bounds[i] : bounds[i + 1]]`."""
    blocks = np.maximum(-(-np.diff(bounds) // _BLOCK), 1)
    counts = np.flatnonzero(np.bincount(blocks))
    if len(counts) == 1:
        return _cmac(octets, bounds[:-1], bounds[1:], int(counts[0]), key)
    digests = np.zeros((len(blocks), _BLOCK), np.uint8)
    for count in counts:
        rows = np.flatnonzero(blocks == count)
        digests[rows] = _cmac(octets, bounds[:-1][rows], bounds[1:][rows], int(count), key)
    return digests


def cmacs_of_pairs(heads: Bytes, which: Int64s, tails: Int64s, *, key: bytes) -> Bytes:
    """The digest of each `heads[which[i]]` (16 bytes) followed by the eight bytes of `tails[i]`: of 24 bytes, two blocks.

    What the cipher makes of the first block is the same for every row with that head.
    """
    encrypt, subkeys = _cipher(key)
    chained = np.frombuffer(encrypt.update(heads.tobytes()), np.uint64).reshape(-1, 2)
    last = np.frombuffer(subkeys[1].tobytes(), np.uint64) ^ np.array([0, 0x80], "<u8").view(np.uint64)
    message = np.empty((len(which), 2), np.uint64)
    _last_blocks(chained ^ last, which, tails, message)
    return np.frombuffer(encrypt.update(message.view(np.uint8).ravel().data), np.uint8).reshape(-1, _BLOCK)


@kernel
def _last_blocks(heads: Words, which: Int64s, tails: Int64s, message: Words) -> None:
    for row in range(len(which)):
        message[row, 0] = heads[which[row], 0] ^ np.uint64(tails[row])
        message[row, 1] = heads[which[row], 1]


def _cipher(key: bytes) -> tuple[CipherContext, Bytes]:
    """AES, and the two subkeys of CMAC."""
    encrypt = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    once = _doubled(encrypt.update(bytes(_BLOCK)))
    return encrypt, np.frombuffer(once + _doubled(once), np.uint8).reshape(2, _BLOCK)


def _cmac(octets: Bytes, starts: Int32s, ends: Int32s, blocks: int, key: bytes) -> Bytes:
    """CMAC of rows that all have so many blocks."""
    encrypt, subkeys = _cipher(key)
    message = np.zeros((blocks, len(starts), _BLOCK), np.uint8)
    _fill(octets, starts, ends, subkeys, message)
    sealed = np.zeros(len(starts) * _BLOCK + _BLOCK - 1, np.uint8)  # the cipher wants so much room
    state = sealed[: len(starts) * _BLOCK].reshape(-1, _BLOCK)
    for block in message:
        block ^= state
        encrypt.update_into(block.data.cast("B"), sealed.data)
    return state


@kernel
def _fill(octets: Bytes, starts: Int32s, ends: Int32s, subkeys: Bytes, message: Bytes) -> None:
    """Each row's bytes, padded as CMAC has it, the subkey in the last block."""
    last = len(message) - 1
    for row in range(len(starts)):
        length = ends[row] - starts[row]
        for i in range(length):
            message[i // 16, row, i % 16] = octets[starts[row] + i]
        whole = length == 16 * (last + 1)
        if not whole:
            message[last, row, length % 16] = 0x80
        for i in range(16):
            message[last, row, i] ^= subkeys[0 if whole else 1, i]


def _doubled(block: bytes) -> bytes:
    """Multiplication by x in GF(2¹²⁸), as CMAC derives its subkeys."""
    number = int.from_bytes(block, "big") << 1
    return (number ^ 0x87 if number >> 128 else number).to_bytes(_BLOCK + 1, "big")[1:]


def bytes_of(column: pa.Array) -> npt.NDArray[np.uint8]:
    """A column of fixed width as its bytes, a row each; what a null has there means nothing."""
    width = column.type.byte_width
    data = np.frombuffer(column.buffers()[1] or b"", np.uint8)
    return data[column.offset * width : (column.offset + len(column)) * width].reshape(len(column), width)


def words_of(digests: pa.Array) -> Int64s:
    """binary(16) as two words a row; a null's mean nothing."""
    return bytes_of(digests).copy().view(">i8").astype(np.int64).reshape(-1, 2)
