"""A file as a stream of UTF-8 bytes, whatever its file system, compression and encoding."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast

from etl.compression import Compression, decompress
from etl.errors import InputError

CHUNK_BYTES: Final = 1 << 20

BOM: Final = codecs.BOM_UTF8
_MARK: Final = "desirepath.mark"
"""The error handler that puts a lone surrogate in the place of what cannot be decoded, so that the record is found to be
invalid when it is looked at, and only that record."""


def is_remote(path: str) -> bool:
    """Whether a path has a scheme other than `file`, and so belongs to a Beam file system.

    >>> is_remote("gs://bucket/a.jsonl"), is_remote("/logs/a.jsonl")
    (True, False)
    """
    return "://" in path and not path.startswith("file://")


def open_binary(path: str) -> BinaryIO:
    """Open a file for reading its bytes as they are.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        if is_remote(path):
            from apache_beam.io.filesystem import CompressionTypes
            from apache_beam.io.filesystems import FileSystems

            return cast(BinaryIO, FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED))
        return open(path, "rb")
    except (OSError, ValueError) as error:
        raise InputError(unreadable(path, error)) from error


def unreadable(path: str, error: Exception) -> str:
    """The paragraph for a file or folder that cannot be read."""
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
    return f"{path} cannot be read ({why}): give the account that runs this the right to read it, or take it out of --input."


def read_chunks(handle: BinaryIO, chunk_bytes: int) -> Iterator[bytes]:
    """The bytes from where the file stands to its end."""
    while chunk := handle.read(chunk_bytes):
        yield chunk


def utf8_chunks(
    handle: BinaryIO, compression: Compression | None, encoding: str, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[bytes]:
    """The whole file, decompressed and as UTF-8; `chunk_bytes` of it (as it lies) at a time.

    Raises:
        BrokenStreamError: as `decompress`.
    """
    chunks = read_chunks(handle, chunk_bytes)
    if compression is not None:
        chunks = decompress(chunks, compression)
    return chunks if encoding == "utf-8" else _transcoded(chunks, encoding)


def _transcoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(_MARK)
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", True).encode("utf-8", "surrogatepass")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udc80", error.end


codecs.register_error(_MARK, cast(Any, _mark))
