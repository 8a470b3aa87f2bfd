"""A split of a file → decoded records, block by block, in memory that does not grow with the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from etl.compression import BrokenStreamError
from etl.errors import InputError, StorageError
from etl.inputs import Split
from etl.read_parquet import read_row_groups
from etl.read_stream import open_binary, utf8_chunks
from transforms.decode import Decoded, Decoder
from transforms.decode.header_again import ColumnsChangeError
from transforms.mapping import Mapping

BLOCK_BYTES: Final = 16 << 20
MAX_RECORD_BYTES: Final = 1 << 20
_OVERHANG_BYTES: Final = 1 << 16
"""What is read at a time of the last record of a split, behind the split's end."""


def read_raw(
    split: Split,
    mapping: Mapping,
    *,
    record_key: bytes | None,
    block_bytes: int = BLOCK_BYTES,
    max_record_bytes: int = MAX_RECORD_BYTES,
) -> Iterator[Decoded]:
    """Read and decode the records whose first byte (Parquet: row group) lies in a split.

    Args:
        record_key: also give RECORD_ID, keyed with it.
        block_bytes: about how much text becomes one `Decoded`; the records are the same for any size.
        max_record_bytes: a longer record is rejected, and never held in memory as a whole.

    Raises:
        InputError: the file cannot be opened, or its columns change midway. StorageError: reading failed in its middle.
    """
    if split.file.format == "parquet":
        yield from read_row_groups(split, mapping, record_key=record_key)
        return
    if split.start == split.end:
        return
    inside = split.start > split.body  # then the byte before the split tells whether a record starts with it
    offset = split.start - 1 if inside else split.body
    decoder = _decoder(
        split, mapping, record_key=record_key, skip_first=inside, max_record_bytes=max_record_bytes
    )
    with open_binary(split.file.path) as handle:
        if split.is_whole:
            chunks = _without(utf8_chunks(handle, split.file.compression, mapping.encoding), split.body)
            decoded = _decoded(chunks, decoder, offset, block_bytes)
        else:
            decoded = _decoded_at(handle, decoder, offset, split.end or split.file.size_bytes, block_bytes)
        try:
            yield from decoded
        except ColumnsChangeError as error:
            raise InputError(
                f"{split.file.path}: another header stands at byte {error.position}, with other columns than the first or "
                "in another order, so that what follows would be read under wrong names: give each export a file of its own."
            ) from None
        except OSError as error:
            raise StorageError(
                f"{split.file.path}: reading failed at byte {offset} or behind it; run again."
            ) from error


def _decoder(
    split: Split, mapping: Mapping, *, record_key: bytes | None, skip_first: bool, max_record_bytes: int
) -> Decoder:
    if split.file.format == "jsonl":
        from transforms.decode.jsonl import JsonLines

        return JsonLines(
            mapping,
            record_key=record_key,
            newline=split.newline,
            end=None if split.is_whole else split.end,
            skip_first=skip_first,
            max_record_bytes=max_record_bytes,
        )
    if split.file.format == "json":
        from transforms.decode.json_array import JsonDocument

        return JsonDocument(mapping, record_key=record_key, max_record_bytes=max_record_bytes)
    from transforms.decode.delimited import Delimited

    return Delimited(
        mapping,
        names=split.names,
        record_key=record_key,
        newline=split.newline,
        end=None if split.is_whole else split.end,
        skip_first=skip_first,
        max_record_bytes=max_record_bytes,
    )


def _decoded_at(
    handle: BinaryIO, decoder: Decoder, offset: int, end: int, block_bytes: int
) -> Iterator[Decoded]:
    """Of a file that can be read anywhere: what was not consumed is read again, not copied."""
    behind = _OVERHANG_BYTES
    while True:
        wanted = min(block_bytes, max(end - offset, 0)) + behind
        handle.seek(offset)
        data = handle.read(wanted)
        decoded, consumed = decoder.feed(data, offset, final=len(data) < wanted)
        if decoded.rows.num_rows or decoded.rejects.num_rows:
            yield decoded
        offset += consumed
        if offset >= end or len(data) < wanted:
            return
        behind = behind if consumed else 2 * behind  # a record is longer than what was read


def _decoded(chunks: Iterator[bytes], decoder: Decoder, offset: int, block_bytes: int) -> Iterator[Decoded]:
    held: list[bytes] = []
    size = 0
    broken: str | None = None
    while True:
        try:
            chunk = next(chunks, None)
        except BrokenStreamError as error:
            chunk, broken = None, error.reason
        if chunk is not None:
            held.append(chunk)
            size += len(chunk)
            if size < block_bytes:
                continue
        data = b"".join(held)
        decoded, consumed = decoder.feed(data, offset, final=chunk is None and broken is None)
        if decoded.rows.num_rows or decoded.rejects.num_rows:
            yield decoded
        data, offset = data[consumed:], offset + consumed
        if broken is not None:
            yield decoder.break_off(data, offset, broken)
            return
        if chunk is None:
            return
        held, size = [data], 0


def _without(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:]
        count = max(count - len(chunk), 0)
