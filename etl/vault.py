"""The vault: tables that wait in a registry, as encrypted Parquet (Parquet modular encryption, AES_GCM_V1).

Each file has a data key of its own, which lies in the file wrapped under the pool key (AES-256-GCM). The wrapping is bound
to the object's name: a file does not open in another's place. Footer, pages and page headers are encrypted; what can be
read without the key is the pool key's id, and how long the file is.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyarrow.parquet import encryption

from etl.errors import ConfigError, StorageError
from transforms.compaction import compact_dictionaries
from transforms.pseudonym import derive_key

NONCE_BYTES: Final = 12
DATA_KEY_BITS: Final = 256
MAGIC: Final = b"PARE"
"""Begins and ends a Parquet file whose footer is encrypted; one that can be read without a key has PAR1."""


def key_id(key: bytes) -> str:
    """What tells a pool key from another: 64 bits that say nothing about it, as hex."""
    return derive_key(key, "pool-fingerprint")[:8].hex()


def seal_parquet(table: pa.Table, key: bytes, *, name: str) -> bytes:
    """The table as encrypted Parquet.

    Args:
        table: flat columns; null stays null. Dictionaries are compacted first: what was filtered out is not in the file.
        key: the pool key, 32 bytes.
        name: the object's name in the registry's `.private/`; it opens under no other.
    """
    properties = encryption.CryptoFactory(
        lambda _connection: _BoundToName(key, name)
    ).file_encryption_properties(
        encryption.KmsConnectionConfig(),
        encryption.EncryptionConfiguration(
            footer_key=key_id(key),
            uniform_encryption=True,
            encryption_algorithm="AES_GCM_V1",
            double_wrapping=False,
            data_key_length_bits=DATA_KEY_BITS,
        ),
    )
    sink = pa.BufferOutputStream()
    pq.write_table(
        compact_dictionaries(table),
        sink,
        compression="zstd",
        write_statistics=False,
        encryption_properties=properties,
    )
    return bytes(sink.getvalue().to_pybytes())


def open_parquet(content: bytes, key: bytes, *, name: str) -> pa.Table:
    """The table that `seal_parquet` sealed under this name.

    Raises:
        ConfigError: another pool key sealed it.
        StorageError: the content was changed, cut short, or belongs in another place.
    """
    if not content.endswith(MAGIC):  # what opens without a key would be believed without a proof
        raise StorageError(_damaged(name))
    factory = encryption.CryptoFactory(lambda _connection: _BoundToName(key, name))
    try:
        properties = factory.file_decryption_properties(
            encryption.KmsConnectionConfig(), encryption.DecryptionConfiguration()
        )
        # On this thread alone: a thread of Arrow's that lets go of the keys last, while Python ends, aborts the process.
        with pq.ParquetFile(
            pa.BufferReader(content), decryption_properties=properties, pre_buffer=False
        ) as file:
            return file.read(use_threads=False)
    except (InvalidTag, pa.ArrowException, OSError, ValueError):
        raise StorageError(_damaged(name)) from None


class _BoundToName(encryption.KmsClient):  # type: ignore[misc]  # pyarrow has no types
    """Wraps data keys on this machine, under the pool key and an object's name. The calls are pyarrow's."""

    def __init__(self, key: bytes, name: str) -> None:
        super().__init__()
        self._id = key_id(key)
        self._cipher = AESGCM(derive_key(key, "wrap"))
        self._name = name.encode()

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        wrapped = nonce + self._cipher.encrypt(nonce, key_bytes, self._name)
        return base64.b64encode(wrapped).decode("ascii")

    def unwrap_key(self, wrapped_key: str, master_key_identifier: str) -> bytes:
        if master_key_identifier != self._id:
            raise ConfigError(
                f"what waits in this registry was sealed under another pool key (id {_shown(master_key_identifier)}; the "
                f"one given has id {self._id}): give the registry's pool key (--pool-key-file)"
            )
        try:
            wrapped = base64.b64decode(wrapped_key, validate=True)
        except binascii.Error:
            raise InvalidTag from None
        return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self._name)


def _shown(identifier: str) -> str:
    """A key id as a message may show it: the file could hold anything in its place."""
    return identifier if len(identifier) == 16 and identifier.isalnum() else "unreadable"


def _damaged(name: str) -> str:
    return (
        f"the sealed object {name} in the registry's .private cannot be opened: it was changed, cut short or moved from "
        "another place; restore it from a backup"
    )
