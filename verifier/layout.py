"""What the bytes of a Parquet file hold beside the rows: metadata, dictionary pages, statistics, and gaps.

Source: the Apache Parquet format specification (`parquet.thrift`); the field numbers below are its.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from verifier.thrift import read_struct

MAGIC: Final = b"PAR1"
CODECS: Final = {1: "snappy", 2: "gzip", 4: "brotli", 6: "zstd", 7: "lz4_raw"}
INTEGERS: Final = {1: "i", 2: "q"}
BYTE_ARRAY: Final = 6
DICTIONARY_PAGE: Final = 2
LARGEST_PAGE: Final = 1 << 28
STATISTICS: Final = (1, 2, 5, 6)
"""max, min (both of the old order), max_value, min_value."""


@dataclass
class Chunk:
    """One column of one row group: the values its dictionary page holds, and those named as minimum or maximum."""

    row_group: int
    column: str
    physical: int
    dictionary: list[int | bytes] = field(default_factory=list)
    extremes: list[int | bytes] = field(default_factory=list)


@dataclass
class Layout:
    """A file's chunks, its key-value metadata (of file and chunks), how many stretches of bytes nothing explains, and
    what the file says wrote it."""

    chunks: list[Chunk]
    metadata: list[tuple[bytes, bytes]]
    stray: int
    writer: bytes


def read_layout(data: memoryview) -> Layout:
    """Walk a whole file.

    Args:
        data: the file's bytes, unsigned.

    Raises:
        ValueError, OSError: the bytes are not sound Parquet.
    """
    try:
        return _read(data)
    except (LookupError, TypeError, AttributeError, struct.error, RecursionError) as error:
        raise ValueError("the bytes are not sound Parquet") from error


def _read(data: memoryview) -> Layout:
    if len(data) < 12 or bytes(data[:4]) != MAGIC or bytes(data[-4:]) != MAGIC:
        raise ValueError("no Parquet file: the magic bytes are missing")
    footer_at = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    footer, footer_end = read_struct(data, footer_at)
    spans = [(0, 4), (footer_at, footer_end), (len(data) - 8, len(data))]
    layout = Layout([], _pairs(footer.get(5)), 0, footer.get(6, b""))
    for number, group in enumerate(footer[4]):
        for column in group[1]:
            layout.chunks.append(_chunk(data, number, column, spans))
            layout.metadata += _pairs(column[3].get(8))
    layout.stray = _gaps(spans, len(data))
    return layout


def plain_values(raw: bytes, physical: int, count: int | None = None) -> list[int | bytes]:
    """Decode PLAIN values of a dictionary page; bytes left over are a value too, since somebody put them there."""
    if physical in INTEGERS:
        code = INTEGERS[physical]
        values: list[int | bytes] = [value for (value,) in struct.iter_unpack("<" + code, raw)]
        return values
    if physical != BYTE_ARRAY:
        raise ValueError("a physical type that a release does not use")
    values, at = [], 0
    while at < len(raw) and (count is None or len(values) < count):
        size = int.from_bytes(raw[at : at + 4], "little")
        values.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return [*values, raw[at:]] if at < len(raw) else values


def _chunk(data: memoryview, number: int, column: dict[int, Any], spans: list[tuple[int, int]]) -> Chunk:
    meta = column[3]
    chunk = Chunk(number, meta[3][0].decode(), meta[1])
    # A dictionary offset of 0 means none: 0 is the magic.
    at = meta.get(11) or meta[9]
    end = at + meta[7]
    spans.append((at, end))
    _add_extremes(chunk, meta.get(12))
    while at < end:
        header, body = read_struct(data, at)
        at = body + header[3]
        if header[3] < 0 or at > end:
            raise ValueError("a page ends outside its column")
        if header[1] == DICTIONARY_PAGE:
            raw = _decompress(bytes(data[body:at]), meta[4], header[2])
            chunk.dictionary += plain_values(raw, chunk.physical, header[7][1])
        _add_extremes(chunk, header.get(5, {}).get(5))
        _add_extremes(chunk, header.get(8, {}).get(8))
    if 6 in column:
        index, index_end = read_struct(data, column[6])
        spans.append((column[6], index_end))
        for of_nulls, low, high in zip(index[1], index[2], index[3], strict=True):
            if not of_nulls:
                chunk.extremes += [_scalar(low, chunk.physical), _scalar(high, chunk.physical)]
    if 4 in column:
        spans.append((column[4], read_struct(data, column[4])[1]))
    return chunk


def _add_extremes(chunk: Chunk, statistics: dict[int, Any] | None) -> None:
    for number in STATISTICS:
        if statistics and number in statistics:
            chunk.extremes.append(_scalar(statistics[number], chunk.physical))


def _scalar(raw: bytes, physical: int) -> int | bytes:
    if physical in INTEGERS:
        (value,) = struct.unpack("<" + INTEGERS[physical], raw)
        return int(value)
    return raw


def _decompress(raw: bytes, codec: int, size: int) -> bytes:
    if not 0 <= size <= LARGEST_PAGE:
        raise ValueError("a dictionary page is larger than any writer makes it")
    if codec == 0:
        return raw
    return bytes(pa.Codec(CODECS[codec]).decompress(raw, decompressed_size=size, asbytes=True))


def _pairs(metadata: list[dict[int, bytes]] | None) -> list[tuple[bytes, bytes]]:
    return [(pair[1], pair.get(2, b"")) for pair in metadata or ()]


def _gaps(spans: list[tuple[int, int]], size: int) -> int:
    """Stretches of the file that no known part covers, or that two parts claim."""
    gaps, reached = 0, 0
    for start, stop in sorted(spans):
        gaps += start != reached
        reached = max(reached, stop)
    return gaps + (reached != size)
