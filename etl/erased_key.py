"""The key of pseudonyms that cannot be renamed any more, wrapped under the registry's pseudonym key (AES-256-GCM).

It lies in the sealed list of the erased: to try a name against that list takes the pool key and the pseudonym key.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from transforms.pseudonym import derive_key

NONCE_BYTES: Final = 12
_PURPOSE: Final = b"erased"


def wrap(person_key: bytes, spelling: int, master: bytes) -> bytes:
    """A key of person pseudonyms and the number of their spelling, for whoever has the pseudonym key `master`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(master).encrypt(nonce, bytes([spelling]) + person_key, _PURPOSE)


def unwrap(wrapped: bytes, master: bytes) -> tuple[bytes, int] | None:
    """The key and the number; None: it was wrapped under another pseudonym key."""
    try:
        said = _cipher(master).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _PURPOSE)
    except InvalidTag:
        return None
    return said[1:], said[0]


def _cipher(master: bytes) -> AESGCM:
    return AESGCM(derive_key(master, "erased"))
