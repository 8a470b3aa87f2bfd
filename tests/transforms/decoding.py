"""What the tests of the decoders share: feed a decoder in pieces, and see what came of it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from transforms.decode import Decoded, Decoder
from transforms.mapping import Mapping
from transforms.schemas import POSITION, REJECTS

Row = tuple[Any, ...]


def mapping_of(*columns: str, **more: Any) -> Mapping:
    """A mapping that reads these columns: the first is the person, the second the time."""
    person, time, *levels = columns
    given = {"format": "jsonl", "person": person, "time": time, "action": [levels or [person]], **more}
    return Mapping.model_validate(given)


def feed_all(
    decoder: Decoder, data: bytes, *, piece: int, start: int = 0, end: int | None = None
) -> list[Decoded]:
    """Feed `data[start:]` piece by piece, as the reader does."""
    out: list[Decoded] = []
    offset, held = start, b""
    for at in range(start, max(len(data), start + 1), piece):
        held += data[at : at + piece]
        fed = decoder.feed(held, offset, final=at + piece >= len(data))
        out.append(fed.decoded)
        held, offset = held[fed.consumed :], offset + fed.consumed
        if end is not None and offset >= end:
            break
    return out


def cut_at(data: bytes, cuts: list[int]) -> list[int]:
    """Bounds of splits: half of the cuts are taken as bytes, half as the lines to cut before."""
    lines = [0, *(at + 1 for at in range(len(data)) if data[at] == 10)]
    bounds = [cut if index % 2 else lines[cut % len(lines)] for index, cut in enumerate(cuts)]
    return sorted({0, len(data), *(bound for bound in bounds if bound < len(data))})


def seen(decoded: list[Decoded]) -> tuple[list[Row], list[tuple[int, str]]]:
    """(position, values as (type, text) …) of the rows, and the rejects, both in the order they came."""
    rows: list[Row] = []
    rejects: list[tuple[int, str]] = []
    for part in decoded:
        assert part.rejects.schema == REJECTS
        names = [name for name in part.rows.column_names if name != POSITION]
        for name in names:
            kind = part.rows.schema.field(name).type
            words = pa.dictionary(pa.int32(), pa.string())
            assert kind in (pa.string(), words, pa.int64(), pa.float64(), pa.bool_(), pa.binary(16))
        for row in part.rows.select([POSITION, *names]).to_pylist():
            rows.append((row[POSITION], *(text(row[name]) for name in names)))
        rejects += [(r["position"], r["reason"]) for r in part.rejects.to_pylist()]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    return rows, sorted(rejects)


def text(value: Any) -> str | None:
    """A value's text, which does not depend on the type that its neighbours made of the column."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)
