"""Decoding: pieces of a file → typed columns and rejects, the same for any size of the pieces.

A decoder is fed a file's bytes in order and says how many of them it used up; what it leaves is fed again with more behind
it. Nothing here does I/O, and nothing heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from transforms.decode import reasons
from transforms.schemas import REJECTS


@dataclass(frozen=True)
class Decoded:
    """Some records of one file, in the file's order.

    Attributes:
        rows: RAW: the mapping's columns, each string (or a dictionary of them), int64, double or bool (the time column of
            a Parquet file also timestamp[us], zoned if the file says so); null: the record has no such value, or a null
            one. A column whose values have several types is text: whole numbers in digits, others in their shortest
            round-trip form, `true`, `false`. Then POSITION, then RECORD_ID where it was asked for.
        rejects: REJECTS. Each record is in exactly one of the two; blank lines are no records.
    """

    rows: pa.Table
    rejects: pa.Table


class Fed(NamedTuple):
    """What a decoder made of the bytes it was fed, and how many of them it is done with."""

    decoded: Decoded
    consumed: int


class Decoder(Protocol):
    """The state of one pass over one file (or one split of it)."""

    def feed(self, data: bytes, offset: int, *, final: bool) -> Fed:
        """Decode what is complete in `data`, which starts at byte `offset` of the file; `final`: nothing comes after."""

    def break_off(self, data: bytes, offset: int, reason: str) -> Decoded:
        """The stream broke behind `data`, which was fed before and left over: rescue what is complete, reject the rest."""


def cut_at_end(rejects: pa.Table, start: int, why: Collection[str]) -> pa.Table:
    """REJECTS in which the record at byte `start`, the file's last and without a line's end, was cut where its reason says
    that it is not complete.

    >>> cut_at_end(reject_table([0, 7], ["a", "a"]), 7, {"a"}).column("reason").to_pylist()
    ['a', 'stream_truncated']
    """
    cut = pc.and_(
        pc.equal(rejects.column("position"), start),
        pc.is_in(rejects.column("reason"), value_set=pa.array(sorted(why), pa.string())),
    )
    words = pc.if_else(cut, pa.scalar(reasons.STREAM_TRUNCATED), rejects.column("reason"))
    return pa.table({"position": rejects.column("position"), "reason": words}, schema=REJECTS)


def reject_table(positions: list[int], reasons: list[str]) -> pa.Table:
    """REJECTS from two lists, ordered by position.

    >>> reject_table([7, 3], ["b", "a"]).column("position").to_pylist()
    [3, 7]
    """
    pairs = sorted(zip(positions, reasons, strict=True))
    return pa.table({"position": [p for p, _ in pairs], "reason": [r for _, r in pairs]}, schema=REJECTS)
