"""Pseudonyms: a keyed 128-bit digest in the place of every identifier.

BLAKE2b (RFC 7693) in keyed mode is a PRF, so without the key a digest can be neither inverted nor confirmed by guessing.
Each purpose has a key of its own, derived from the registry's, so that digests of different kinds never meet.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import pyarrow as pa

from transforms.schemas import DIGEST

DIGEST_BYTES: Final = 16
KEY_BYTES: Final = 32


def derive_key(master: bytes, purpose: str) -> bytes:
    """The 32-byte key for one purpose (at most 16 bytes of ASCII), derived from the registry's key.

    >>> derive_key(b"k" * 32, "person") == derive_key(b"k" * 32, "record")
    False
    """
    return blake2b(purpose.encode("ascii"), key=master, person=b"desirepath", digest_size=KEY_BYTES).digest()


def pseudonyms(values: pa.Array, *, key: bytes) -> pa.Array:
    """The pseudonym of each string.

    Linear in the values: one hash each.

    Args:
        values: string or binary; null stays null. Pass distinct values: each costs a hash.
        key: 32 bytes from `derive_key`.

    Returns:
        binary(16), as long as `values`.
    """
    prototype = blake2b(key=key, digest_size=DIGEST_BYTES)

    def digest(value: bytes) -> bytes:
        state = prototype.copy()
        state.update(value)
        return state.digest()

    texts = values.cast(pa.binary()).to_pylist()
    return pa.array([None if text is None else digest(text) for text in texts], DIGEST)


def unit_pseudonyms(units: pa.Array, *, key: bytes) -> pa.Array:
    """The pseudonym of each unit, as hex: units are only ever compared. Null (unknown) stays null."""
    digests = pseudonyms(units, key=key).to_pylist()
    return pa.array([None if digest is None else digest.hex() for digest in digests], pa.string())


def key_fingerprint(master: bytes) -> str:
    """What a registry keeps to recognise its key: 64 bits that say nothing about it, as hex."""
    return derive_key(master, "fingerprint")[:8].hex()
