"""Accounts that were erased under another key or another spelling: known again by what was kept of both.

A pseudonym cannot be renamed without the name, and the name of somebody erased is nowhere. So the key of those pseudonyms is
kept for this list alone, wrapped (`etl.erased`), and a name that comes is tried under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.account import SPELLING
from transforms.former_spelling import former_spellings
from transforms.pseudonym import pseudonyms

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ErasedBefore:
    """`accounts`: binary(16), pseudonyms under `person_key` of names by the rule of this number (`transforms.account`)."""

    person_key: bytes = field(repr=False)
    spelling: int
    accounts: pa.Array = field(repr=False)


def were_erased(names: pa.Array, before: Sequence[ErasedBefore]) -> Bools:
    """Which names were erased before.

    Linear in the names, and in what was kept.

    Args:
        names: string, canonical, distinct; null is nobody.
    """
    found = np.zeros(len(names), np.bool_)
    for one in before:
        if one.spelling == SPELLING:
            digests = pseudonyms(names, key=one.person_key)
            found |= np.asarray(pc.is_in(digests, value_set=one.accounts), np.bool_)
            continue
        there = np.flatnonzero(np.asarray(names.is_valid()))
        spelled, numbers = former_spellings(names.drop_null().to_pylist())
        digests = pseudonyms(pa.array(spelled, pa.string()), key=one.person_key)
        same = np.asarray(pc.is_in(digests, value_set=one.accounts), np.bool_)
        found[there[np.asarray(numbers, np.int64)[same]]] = True
    return found
