"""A record's identity: its actions as canonical JSON, its SHA-256, and the split that the hash puts it in."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Literal

import orjson

Split = Literal["train", "validation", "test"]

SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "test")
_TRAIN_BELOW, _VALIDATION_BELOW = 90, 95


def record_digest(actions: Sequence[str]) -> bytes:
    """SHA-256 of the actions as a compact JSON array in UTF-8: anybody can recompute it.

    >>> record_digest(["a"]).hex()[:8]
    '0eb5b8d6'
    """
    return sha256(orjson.dumps(list(actions))).digest()


def split_of(digest: bytes) -> Split:
    """The split of a record, from its digest alone: equal sequences never straddle two (90 / 5 / 5)."""
    slot = int.from_bytes(digest[:8], "big") % 100
    if slot < _TRAIN_BELOW:
        return "train"
    return "validation" if slot < _VALIDATION_BELOW else "test"
