"""Sealed tables: Arrow IPC under AES-256-GCM with a key that lives only in the run's memory.

What a run must remember about people while it works (their events and emissions) is written like this: a kill leaves
ciphertext.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from etl.staging import write_bytes

NONCE_BYTES = 12


def new_key() -> bytes:
    """A fresh key for one run."""
    return AESGCM.generate_key(bit_length=256)


def write_sealed(table: pa.Table, path: Path, key: bytes) -> None:
    """Write a table under the key, whole or not at all; the file's name is bound to its content."""
    write_sealed_bytes(ipc_bytes(table), path, key)


def write_sealed_bytes(content: bytes | memoryview, path: Path, key: bytes) -> None:
    """The same for anything that is bytes already."""
    write_bytes(seal(content, key, _place(path)), path)


def ipc_bytes(table: pa.Table) -> memoryview:
    """A table as an Arrow IPC stream, LZ4 inside."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue()).cast("B")


def seal(plain: bytes | memoryview, key: bytes, place: bytes) -> bytes:
    """Encrypt under the key, bound to the place where it will lie."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def unseal(sealed: bytes, key: bytes, place: bytes) -> bytes:
    """What `seal` was given.

    Raises:
        cryptography.exceptions.InvalidTag: another key or place, or the bytes were changed.
    """
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], memoryview(sealed)[NONCE_BYTES:], place)


def read_sealed_bytes(path: Path, key: bytes) -> bytes:
    """Read what `write_sealed_bytes` wrote.

    Raises:
        cryptography.exceptions.InvalidTag: another key, or the bytes were changed.
    """
    return unseal(path.read_bytes(), key, _place(path))


def _place(path: Path) -> bytes:
    """Folder and name: a sealed file does not open in another's place."""
    return f"{path.parent.name}/{path.name}".encode()


def read_sealed(path: Path, key: bytes) -> pa.Table:
    """Read what `write_sealed` wrote.

    Raises:
        cryptography.exceptions.InvalidTag: another key, or the bytes were changed.
    """
    with pa.ipc.open_stream(read_sealed_bytes(path, key)) as reader:
        return reader.read_all()


def read_sealed_or(empty: pa.Table, path: Path, key: bytes) -> pa.Table:
    """Read what `write_sealed` wrote; nothing where nothing was written."""
    return read_sealed(path, key) if path.exists() else empty
