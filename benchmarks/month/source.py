"""The events of the log by their keys: whose account, and when; read with nothing of the pipeline but the digest."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.pseudonym import derive_key, pseudonyms

Int64s = npt.NDArray[np.int64]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TIME_BITS: Final = 51
"""Times in µs since 1970 stay below 2^51 until 2041; the account's number stands above."""


@dataclass(frozen=True)
class Source:
    """`accounts`: in the order of their numbers. `number`: of an account's pseudonym. `keys`: of usable events, ascending,
    each once."""

    accounts: tuple[str, ...]
    number: dict[bytes, int]
    keys: Int64s
    delivered: dict[int, date]
    """By key: when it came first."""

    def keys_of(self, table: pa.Table) -> Int64s:
        """The keys of rows with `account` and `time_us`."""
        numbers = [self.number[account] for account in table.column("account").to_pylist()]
        return np.array(numbers, np.int64) << TIME_BITS | np.asarray(table.column("time_us"), np.int64)

    def night_of(self, key: int) -> date:
        """When an event was."""
        return (_EPOCH + timedelta(microseconds=key & ((1 << TIME_BITS) - 1))).date()

    def accounts_of(self, name: str) -> list[str]:
        """All accounts of whoever has this one: the simulation gives a second one to one person."""
        return [account for account in self.accounts if account.removeprefix("adm-") == name]

    def of_person(self, keys: Int64s, name: str) -> Int64s:
        """The keys of a person's events."""
        numbers = [self.accounts.index(account) for account in self.accounts_of(name)]
        return keys[np.isin(keys >> TIME_BITS, numbers)]


def read_source(logs: Path, key: bytes) -> Source:
    """Every event that can be used of a simulation's files; those that come twice count once."""
    found: dict[tuple[str, int], date] = {}
    for path in sorted(logs.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            with suppress(json.JSONDecodeError):
                record = json.loads(line)
                at = datetime.fromisoformat(record["ts"])
                if at.tzinfo is not None and at.year > 1970:
                    event = record["user_id"], (at - _EPOCH) // timedelta(microseconds=1)
                    found.setdefault(event, date.fromisoformat(path.name[len("delivered-") :][:10]))
    accounts = tuple(sorted({account for account, _ in found}))
    digests = pseudonyms(pa.array(accounts), key=derive_key(key, "person")).to_pylist()
    rank = {account: n for n, account in enumerate(accounts)}
    came = {rank[account] << TIME_BITS | time_us: night for (account, time_us), night in found.items()}
    number = {digest: n for n, digest in enumerate(digests)}
    return Source(accounts, number, np.array(sorted(came), np.int64), came)
