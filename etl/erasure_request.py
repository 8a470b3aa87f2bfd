"""A request to erase people, kept sealed until all of it is done, so that whoever comes next finishes what a kill left.

It says what was there before anything was touched: afterwards nobody could count what was deleted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal

import orjson
import pyarrow as pa

from etl.layout import ERASING, POOL
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.store import Store
from transforms.schemas import DIGEST

_SCHEMA: Final = pa.schema([pa.field("account", DIGEST, nullable=False)])

Published = Literal["keep", "withdraw"]


@dataclass(frozen=True)
class Affected:
    """One sealed object that has rows of the people: its SHA-256 as it was, and how many rows are theirs."""

    name: str
    sha256: str
    rows: int

    @property
    def kind(self) -> str:
        """`pool`, or which of a version's tables."""
        if self.name.startswith(f"{POOL}/"):
            return "pool"
        return self.name.rpartition("/")[2].removesuffix(".parquet")


@dataclass(frozen=True)
class Request:
    """What is to be done. `accounts`: binary(16), of the people, linked ones included.

    `contributed`: the live versions that hold something of theirs; `unknown`: those of which that is not known any more.
    """

    id: str
    accounts: pa.Array = field(repr=False)
    published: Published
    reason: str
    by: str
    contributed: tuple[str, ...]
    unknown: tuple[str, ...]
    affected: tuple[Affected, ...]
    staging: int

    @property
    def withdrawn(self) -> tuple[str, ...]:
        """The versions that go because of it."""
        return self.contributed if self.published == "withdraw" else ()

    @property
    def rows(self) -> dict[str, int]:
        """Kind of object → how many rows are theirs."""
        counts: dict[str, int] = {}
        for one in self.affected:
            counts[one.kind] = counts.get(one.kind, 0) + one.rows
        return counts


def save_request(store: Store, request: Request, key: bytes) -> None:
    """Write it down. Needs the lock."""
    said = {one.name: getattr(request, one.name) for one in fields(request) if one.name != "accounts"}
    said["affected"] = [asdict(one) for one in request.affected]
    schema = _SCHEMA.with_metadata({"request": orjson.dumps(said)})
    write_sealed_object(store, ERASING, pa.table([request.accounts], schema=schema), key)


def open_request(store: Store, key: bytes) -> Request | None:
    """The request that is being worked on; None: there is none."""
    try:
        table = read_sealed_object(store, ERASING, key)
    except FileNotFoundError:
        return None
    said: dict[str, Any] = orjson.loads(table.schema.metadata[b"request"])
    said["affected"] = tuple(Affected(**one) for one in said["affected"])
    said |= {name: tuple(said[name]) for name in ("contributed", "unknown")}
    return Request(accounts=table.column("account").combine_chunks(), **said)


def close_request(store: Store) -> None:
    """All is done."""
    store.remove(ERASING)
