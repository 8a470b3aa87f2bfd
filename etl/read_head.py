"""What a text file's head says before anything is read: encoding, line ends, header."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from etl.compression import BrokenStreamError, Compression, detect
from etl.errors import ConfigError, InputError
from etl.read_stream import BOM, open_binary, utf8_chunks
from transforms.mapping import Format, Mapping

_CHUNK_BYTES: Final = 1 << 16
_MOST_BYTES: Final = 1 << 20
_LF, _CR = 10, 13
_WIDE_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Head(NamedTuple):
    """The byte that ends a line; a delimited file's columns; where the first record can start, in the stream as UTF-8."""

    newline: int
    names: tuple[str, ...]
    body: int


def read_head(path: str, compression: Compression | None, kind: Format, mapping: Mapping) -> Head:
    """Read as much of a file as it takes to know its line ends and its header.

    Raises:
        InputError: the file is not what its name or the mapping says, or a mapped column is missing from it.
    """
    with open_binary(path) as handle:
        _check_compression(path, handle.read(16), compression)
        handle.seek(0)
        chunks = utf8_chunks(handle, compression, mapping.encoding, _CHUNK_BYTES)
        head, complete = b"", False
        while True:
            try:
                chunk = next(chunks, None)
            except BrokenStreamError:
                chunk = None  # whoever reads the file meets it again, and rejects what is broken
            complete = chunk is None
            head += chunk or b""
            if mapping.encoding == "utf-8":
                _check_encoding(path, head)
            found = _judge(path, head, complete, kind, mapping)
            if found is not None:
                return found


def _judge(path: str, head: bytes, complete: bool, kind: Format, mapping: Mapping) -> Head | None:
    mark = len(BOM) if head.startswith(BOM) else 0
    if kind == "json":
        return Head(_LF, (), mark) if complete or len(head) > len(BOM) else None
    if not complete and len(head) < _MOST_BYTES and not re.search(rb"[\r\n].", head, re.DOTALL):
        return None  # a CR at the very end may be half of a CRLF
    newline = _CR if b"\r" in head and b"\n" not in head else _LF
    if kind == "jsonl":
        return Head(newline, (), mark)
    return _header(path, head[mark:], mark, newline, complete, mapping)


def _header(path: str, text: bytes, mark: int, newline: int, complete: bool, mapping: Mapping) -> Head | None:
    from transforms.decode.delimited import dialect_of, read_header

    try:
        dialect = dialect_of(mapping, newline=newline, max_record_bytes=_MOST_BYTES)
    except ValueError as error:
        raise ConfigError(f"the mapping's {error}.") from None
    if not mapping.header:
        return Head(newline, _checked(path, mapping.names, mapping), mark)
    try:
        found = read_header(text, final=complete, dialect=dialect)
    except ValueError as error:
        raise InputError(
            f"the header of {path} cannot be read ({error}): check the mapping's quote, delimiter and encoding, or say "
            "`header: false` and give the columns as `names`."
        ) from None
    if found is None:
        return Head(newline, mapping.columns, mark + len(text)) if complete else None
    names, end = found
    return Head(newline, _checked(path, names, mapping), mark + end)


def _checked(path: str, names: tuple[str, ...], mapping: Mapping) -> tuple[str, ...]:
    for column in mapping.columns:
        if names.count(column) != 1:
            what = "has no column" if column not in names else "has more than one column"
            raise InputError(
                f"{path} {what} {column}, which the mapping names: correct the mapping (its columns, delimiter, header or "
                "names), or take the file out of --input."
            )
    return names


def _check_compression(path: str, first: bytes, compression: Compression | None) -> None:
    seen = detect(first)
    if first and seen != compression and (compression is not None or seen is not None):
        is_now = f"compressed with {seen}" if seen else "not compressed with anything known"
        should = f"ends as {compression} files do" if compression else "does not say so"
        raise InputError(f"{path} is {is_now}, but its name {should}: rename it, or write it again.")


def _check_encoding(path: str, head: bytes) -> None:
    if head.startswith(_WIDE_MARKS):
        raise InputError(
            f"{path} starts with the byte-order mark of UTF-16 or UTF-32: set `encoding: utf-16` (or utf-32) in the mapping."
        )
