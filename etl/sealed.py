"""Sealed tables: Arrow IPC under AES-256-GCM with a key that lives only in the run's memory.

What a run must remember about people while it works (their events and emissions) is written like this: a kill leaves
ciphertext.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def new_key() -> bytes:
    """A fresh key for one run."""
    return AESGCM.generate_key(bit_length=256)


def write_sealed(table: pa.Table, path: Path, key: bytes) -> None:
    """Write a table under the key; the file's name is bound to its content."""
    write_whole(seal(ipc_bytes(table), key, _place(path)), path)


def write_whole(content: bytes, path: Path) -> None:
    """Write a file whole or not at all, so that a retried bundle does no harm, even beside the one that failed."""
    partial = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.partial")
    partial.write_bytes(content)
    partial.replace(path)


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


def _place(path: Path) -> bytes:
    """Folder and name: a sealed file does not open in another's place."""
    return f"{path.parent.name}/{path.name}".encode()


def read_sealed(path: Path, key: bytes) -> pa.Table:
    """Read what `write_sealed` wrote.

    Raises:
        cryptography.exceptions.InvalidTag: another key, or the bytes were changed.
    """
    with pa.ipc.open_stream(unseal(path.read_bytes(), key, _place(path))) as reader:
        return reader.read_all()


def read_sealed_or(empty: pa.Table, path: Path, key: bytes) -> pa.Table:
    """Read what `write_sealed` wrote; nothing where nothing was written."""
    return read_sealed(path, key) if path.exists() else empty
