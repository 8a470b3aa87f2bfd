"""Who is who, takes part when, and held which unit: derived anew, in pseudonyms, from the rows of the participation file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from verifier.attendance import Attendance
from verifier.links import people_of
from verifier.schemas import ROWS, SPANS, fits

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stays:
    """When accounts take part, by `account` (a number) and time; of one account they do not touch. [from_us, to_us), µs."""

    account: Int64s
    from_us: Int64s
    to_us: Int64s

    @classmethod
    def of(cls, stays: Sequence[tuple[int, int, int]]) -> Stays:
        """Join those that overlap or touch.

        >>> Stays.of([(0, 5, 9), (0, 1, 5), (1, 2, 3)]).to_us.tolist()
        [9, 3]
        """
        joined: list[tuple[int, int, int]] = []
        for account, begin, end in sorted(stays):
            if joined and joined[-1][0] == account and begin <= joined[-1][2]:
                joined[-1] = (account, joined[-1][1], max(end, joined[-1][2]))
            else:
                joined.append((account, begin, end))
        columns = np.array(joined, np.int64).reshape(-1, 3)
        return cls(columns[:, 0], columns[:, 1], columns[:, 2])

    def at(self, account: Int64s, time_us: Int64s) -> Int64s:
        """Which stay each account (−1: none) is in at a time; −1: in none."""
        begins = np.unique(self.from_us)
        wide = len(begins) + 1
        packed = self.account * wide + np.searchsorted(begins, self.from_us) + 1
        asked = account * wide + np.searchsorted(begins, time_us, side="right")
        found = np.searchsorted(packed, asked, side="right") - 1
        there = (found >= 0) & (account >= 0)
        there[there] = (self.account[found[there]] == account[there]) & (
            time_us[there] < self.to_us[found[there]]
        )
        return np.where(there, found, -1)


@dataclass(frozen=True)
class Roster:
    """`accounts`: binary(16), distinct. `persons`: binary(16), whose each is, under a name of the verifier's own (null:
    nobody's). `stays`: when accounts (indices into `accounts`) take part. `spans` (pa.Table, SPANS): what people held.

    Raises:
        ValueError: spans of another schema, or with a null beside the unit.
    """

    accounts: Any
    persons: Any
    stays: Stays
    spans: Any

    def __post_init__(self) -> None:
        """Refuse spans that could be misread."""
        whole = [field.name for field in SPANS if not field.nullable]
        if not fits(self.spans, SPANS) or any(self.spans.column(name).null_count for name in whole):
            raise ValueError("spans must be of the schema SPANS, without a null but in unit")

    @classmethod
    def of(cls, rows: Any, *, person_key: bytes, unit_key: bytes) -> Roster:
        """Resolve the participation file.

        Args:
            rows: pa.Table, ROWS; names as text in the one spelling that they are compared in.
            person_key, unit_key: 32 bytes; pseudonyms are BLAKE2b (RFC 7693), keyed, of 16 bytes; a unit's as hex.

        Raises:
            ValueError: rows of another schema.
        """
        if not fits(rows, ROWS):
            raise ValueError("the participation file's rows must be of the schema ROWS")
        entries = rows.to_pylist()
        people = people_of(entries)
        attendance = Attendance(entries, people)
        names = sorted(people)
        digests = {name: _digest(name, person_key) for name in names}
        number = {name: index for index, name in enumerate(names)}
        owners = [people[name] for name in names]
        held = attendance.holdings()
        units = {one.unit: None if one.unit is None else _digest(one.unit, unit_key).hex() for one in held}
        spans = {
            "person": pa.array([digests[one.person] for one in held], pa.binary(16)),
            "unit": pa.array([units[one.unit] for one in held], pa.string()),
            "from_us": pa.array([one.from_us for one in held], pa.int64()),
            "to_us": pa.array([one.to_us for one in held], pa.int64()),
        }
        return cls(
            pa.array([digests[name] for name in names], pa.binary(16)),
            pa.array([None if owner is None else digests[owner] for owner in owners], pa.binary(16)),
            Stays.of([(number[one.account], one.from_us, one.to_us) for one in attendance.stays()]),
            pa.table(spans, schema=SPANS),
        )


def _digest(name: str, key: bytes) -> bytes:
    return blake2b(name.encode(), key=key, digest_size=16).digest()
