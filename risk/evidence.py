"""Evidence: what only the run itself knows about its release, and what every risk figure is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Integers = npt.NDArray[np.signedinteger[Any]]
UInt64s = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Published:
    """The release as anybody can read it, one entry a record, in the order of its files and their rows.

    `actions`: list<string>. `file`: which file the record is in, `row`: where in it. `people`, `occurrences`: as published.
    No array holds a null.
    """

    actions: pa.Array
    file: Int32s
    row: Int64s
    people: Int64s
    occurrences: Int64s

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.people)


@dataclass(frozen=True)
class Occurrences:
    """Who emitted what: one entry a released occurrence, ordered by person, session and place.

    `record`: index into `Published`. `person`: 0 … people − 1. `session`: a number that is the same within a session only.
    `start`, `stop`: the occurrence covers the person's events start … stop − 1; where one stops and the next starts at
    the same place, nothing was withheld between them. No array holds a null. Narrow, as a version has
    many more occurrences than anything else: what is computed from two of them needs int64.
    """

    record: Int32s
    person: Int32s
    session: Int32s
    start: Int32s
    stop: Int32s

    def __len__(self) -> int:
        """How many occurrences there are."""
        return len(self.record)


@dataclass(frozen=True)
class Known:
    """What an outsider might know of people: the distinct (person, action) pairs, ordered by person and action.

    `action`: a number for each distinct action. `people`: how many people there are, with or without a pair.
    """

    person: Int64s
    action: Int64s
    people: int
