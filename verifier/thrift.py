"""Thrift's compact protocol, as far as Parquet needs it: a struct becomes {field number: value}.

Source: the Apache Thrift compact protocol specification. Read here by hand because pyarrow shows neither page headers
nor column indexes, and what a reader does not show is where values are forgotten.
"""

from __future__ import annotations

import struct
from typing import Any, Final

TRUE: Final = 1
FALSE: Final = 2
DEEPEST: Final = 32


def read_struct(data: memoryview, at: int) -> tuple[dict[int, Any], int]:
    """Read the struct that starts at an offset; returns it and the offset after it.

    Raises:
        ValueError, IndexError: the bytes are no struct, or end too early.
    """
    return _Reader(data, at).whole()


class _Reader:
    def __init__(self, data: memoryview, at: int) -> None:
        self.data, self.at, self.depth = data, at, 0

    def whole(self) -> tuple[dict[int, Any], int]:
        return self._struct(), self.at

    def _byte(self) -> int:
        value = self.data[self.at]
        self.at += 1
        return value

    def _take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.data) - self.at:
            raise IndexError("a Thrift value ends after its file")
        self.at += size
        return bytes(self.data[self.at - size : self.at])

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ValueError("a Thrift number is too long")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _struct(self) -> dict[int, Any]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("Thrift structs are nested too deep")
        fields: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            kind = head & 0x0F
            fields[number] = kind == TRUE if kind in (TRUE, FALSE) else self._value(kind)
        self.depth -= 1
        return fields

    def _value(self, kind: int) -> Any:
        match kind:
            case 1 | 2:  # inside a list a boolean is a byte of its own
                return self._byte() == TRUE
            case 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._zigzag()
            case 7:
                return struct.unpack("<d", self._take(8))[0]
            case 8:
                return self._take(self._varint())
            case 9 | 10:
                head = self._byte()
                size = self._varint() if head >> 4 == 15 else head >> 4
                return [self._value(head & 0x0F) for _ in range(size)]
            case 12:
                return self._struct()
        raise ValueError("a Thrift type that Parquet does not use")
