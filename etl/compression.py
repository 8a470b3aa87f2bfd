"""Compressed streams, read to the last byte that can be had: what breaks is said after everything before it was given.

Members one after the other (as `cat a.gz b.gz` makes them) are one stream. Input goes in by small pieces, so that little of
what stands before a damage is lost with it, and so that a bomb unfolds piece by piece.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, Protocol

from transforms.decode import reasons

Compression = Literal["gzip", "bz2", "zstd", "xz"]

EXTENSIONS: Final[dict[str, Compression]] = {
    ".gz": "gzip",
    ".gzip": "gzip",
    ".bz2": "bz2",
    ".zst": "zstd",
    ".zstd": "zstd",
    ".xz": "xz",
}
MAGIC: Final[dict[Compression, bytes]] = {
    "gzip": b"\x1f\x8b",
    "bz2": b"BZh",
    "zstd": b"\x28\xb5\x2f\xfd",
    "xz": b"\xfd7zXZ\x00",
}
_SKIPPABLE_ZSTD: Final = tuple(bytes([low, 0x2A, 0x4D, 0x18]) for low in range(0x50, 0x60))
_PIECE_BYTES: Final = 1 << 10
_GIVEN_BYTES: Final = 1 << 18


class BrokenStreamError(Exception):
    """The stream ends or breaks here; `reason` is a reject's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def compression_of(name: str) -> Compression | None:
    """What the end of a file's name says.

    >>> compression_of("a.jsonl.gz"), compression_of("a.jsonl")
    ('gzip', None)
    """
    lower = name.lower()
    return next((kind for end, kind in EXTENSIONS.items() if lower.endswith(end)), None)


def detect(head: bytes) -> Compression | None:
    """What a file's first bytes say.

    >>> detect(bytes([0x1F, 0x8B, 8])), detect(b"{}")
    ('gzip', None)
    """
    if head.startswith(_SKIPPABLE_ZSTD):
        return "zstd"
    return next((kind for kind, magic in MAGIC.items() if head.startswith(magic)), None)


def decompress(chunks: Iterator[bytes], compression: Compression) -> Iterator[bytes]:
    """The bytes inside a compressed stream. No writer of one leaves an empty file: that is the shortest cut.

    Raises:
        BrokenStreamError: after everything before it was yielded; `stream_truncated` where the stream ends too early,
            `stream_corrupt` where it is damaged, or where something else follows it.
    """
    make, failures = _maker(compression)
    given: list[bytes] = []
    size = 0
    member: Any = None
    started = False
    rest = b""
    broken: str | None = None
    for piece in _pieces(chunks):
        rest += piece
        while rest and broken is None:
            if member is None:
                if started:
                    rest = rest.lstrip(b"\0")  # padding between members and behind the last
                    if not rest:
                        break
                member, started = make(), True
            try:
                out = member.decompress(rest)
            except failures:
                out, broken = b"", reasons.STREAM_CORRUPT
            rest = b""
            if member.eof if broken is None else False:
                rest, member = member.unused_data, None
            if out:
                given.append(out)
                size += len(out)
        if size >= _GIVEN_BYTES or broken:
            yield b"".join(given)
            given, size = [], 0
        if broken:
            raise BrokenStreamError(broken)
    if given:
        yield b"".join(given)
    if member is not None or not started:
        raise BrokenStreamError(reasons.STREAM_TRUNCATED)


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for at in range(0, len(chunk), _PIECE_BYTES):
            yield chunk[at : at + _PIECE_BYTES]


def _maker(compression: Compression) -> tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]:
    if compression == "gzip":
        return lambda: zlib.decompressobj(wbits=zlib.MAX_WBITS | 16), (zlib.error,)
    if compression == "bz2":
        return bz2.BZ2Decompressor, (OSError, ValueError)
    if compression == "xz":
        return lambda: lzma.LZMADecompressor(format=lzma.FORMAT_XZ), (lzma.LZMAError,)
    import zstandard

    zstd = zstandard.ZstdDecompressor()
    return lambda: zstd.decompressobj(), (zstandard.ZstdError,)
