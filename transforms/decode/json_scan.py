"""A strict scan of JSON records that notes where the wanted values are, and leaves everything unusual to a full parser.

The grammar is RFC 8259's. A record is GOOD only if it is an object that any strict parser reads the same way; whatever is
malformed, rare or open to interpretation (duplicate keys, escaped keys, surrogates, huge numbers, deep nesting) is ODD,
and only that record pays for the slower parser.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from transforms.decode.arrays import Bytes, Int8s, Int32s, Int64s
from transforms.decode.words import address_of, byte_at, same_bytes, until_special
from transforms.kernel import inner, kernel

GOOD: Final = 0
ODD: Final = 1
BLANK: Final = 2

TEXT: Final = 1
"""The types of a value: 0 null or missing; TEXT and ESCAPED are PLAIN and JSON_ESCAPES of `spans`."""
ESCAPED: Final = 2
WHOLE: Final = 3
DECIMAL: Final = 4
FALSE: Final = 5
TRUE: Final = 6

_DEPTH: Final = 64
_OBJECT: Final = 1
_ARRAY: Final = 2
_KEY_OR_END, _KEY, _VALUE, _VALUE_OR_END, _COMMA_OR_END = 0, 1, 2, 3, 4


class Targets(NamedTuple):
    """The wanted keys as a tree. An entry is a key inside a node (node 0: the record itself), given as its bytes
    `names[name_start : name_start + name_length]`; its value goes to `slot`, or it is an object whose node is `child`
    (-1: neither)."""

    names: Bytes
    node: Int64s
    name_start: Int64s
    name_length: Int64s
    slot: Int64s
    child: Int64s


class Scanned(NamedTuple):
    """`status` by record. By slot and record: `kinds`, `values` (where a text starts, or the digits of a number with its
    sign), `sizes` (a text's bytes, or how many of the digits stand behind the point)."""

    status: Int8s
    kinds: Int8s
    values: Int64s
    sizes: Int32s


def targets_of(paths: list[tuple[str, ...]]) -> Targets:
    """The tree for one path of keys for each slot."""
    nodes: dict[tuple[str, ...], int] = {(): 0}
    entries: dict[tuple[str, ...], tuple[int, int]] = {}
    for slot, path in enumerate(paths):
        for depth in range(1, len(path)):
            prefix = path[:depth]
            child = nodes.setdefault(prefix, len(nodes))
            entries[prefix] = (entries.get(prefix, (-1, -1))[0], child)
        entries[path] = (slot, entries.get(path, (-1, -1))[1])
    keys = [path[-1].encode() for path in entries]
    lengths = np.array([len(key) for key in keys], np.int64)
    return Targets(
        np.frombuffer(b"".join(keys), np.uint8),
        np.array([nodes[path[:-1]] for path in entries], np.int64),
        np.cumsum(lengths) - lengths,
        lengths,
        np.array([slot for slot, _ in entries.values()], np.int64),
        np.array([child for _, child in entries.values()], np.int64),
    )


def scan_json(data: Bytes, starts: Int64s, ends: Int64s, targets: Targets, slots: int) -> Scanned:
    """Scan the records `data[starts[i] : ends[i]]`. Time is linear in their bytes; nothing is allocated per record."""
    count = len(starts)
    status = np.zeros(count, np.int8)
    kinds = np.zeros((slots, count), np.int8)
    values = np.zeros((slots, count), np.int64)
    sizes = np.zeros((slots, count), np.int32)
    _scan(data, starts, ends, *targets, status, kinds, values, sizes)
    return Scanned(status, kinds, values, sizes)


@kernel
def _scan(
    data: Bytes,
    starts: Int64s,
    ends: Int64s,
    names: Bytes,
    node: Int64s,
    name_start: Int64s,
    name_length: Int64s,
    slot: Int64s,
    child: Int64s,
    status: Int8s,
    kinds: Int8s,
    values: Int64s,
    sizes: Int32s,
) -> None:
    seen = np.full(len(node), -1, np.int64)  # the last record that had the entry
    container = np.zeros(_DEPTH, np.int8)
    inside = np.zeros(_DEPTH, np.int64)  # the node that an open object is, -1: none of the wanted
    number = np.zeros(2, np.int64)
    base, spelled = address_of(data), address_of(names)
    follows = np.zeros(
        len(node) + 1, np.int64
    )  # by entry (0: none, the first) which one came next the last time
    for record in range(len(starts)):
        end = ends[record]
        i = _skip(base, starts[record], end)
        if i == end:
            status[record] = BLANK
            continue
        status[record] = ODD
        if byte_at(base + i) != 0x7B:
            continue
        container[0], inside[0], depth, state, entry = _OBJECT, 0, 1, _KEY_OR_END, -1
        before = 0
        i += 1
        while True:
            i = _skip(base, i, end)
            if i >= end:
                break
            c = byte_at(base + i)
            if state <= _KEY:
                if c == 0x22:
                    stop, escaped = _string(base, i + 1, end)
                    if stop < 0:
                        break
                    entry = -1
                    within = inside[depth - 1]
                    if within >= 0:
                        if escaped:
                            break
                        guess = follows[before]
                        length = stop - i - 1
                        if not (
                            name_length[guess] == length
                            and node[guess] == within
                            and same_bytes(spelled + name_start[guess], base + i + 1, length)
                        ):
                            guess = _find(
                                base + i + 1, length, within, spelled, node, name_start, name_length
                            )
                        entry = guess
                        if entry >= 0:
                            follows[before] = entry
                            before = entry + 1
                            if seen[entry] == record:
                                break
                            seen[entry] = record
                    i = _skip(base, stop + 1, end)
                    if i >= end or byte_at(base + i) != 0x3A:
                        break
                    i += 1
                    state = _VALUE
                    continue
                if c != 0x7D or state == _KEY:
                    break
            elif state == _COMMA_OR_END:
                if c == 0x2C:
                    i += 1
                    state = _KEY if container[depth - 1] == _OBJECT else _VALUE
                    continue
                if c != (0x7D if container[depth - 1] == _OBJECT else 0x5D):
                    break
            elif state == _VALUE or c != 0x5D:
                to = slot[entry] if entry >= 0 else -1
                into = child[entry] if entry >= 0 else -1
                entry = -1  # what an array holds has no key
                if c == 0x7B or c == 0x5B:
                    if to >= 0 or (into >= 0 and c == 0x5B) or depth == _DEPTH:
                        break
                    container[depth] = _OBJECT if c == 0x7B else _ARRAY
                    inside[depth] = into
                    depth += 1
                    i += 1
                    state = _KEY_OR_END if c == 0x7B else _VALUE_OR_END
                    continue
                if c == 0x6E:  # null
                    if not _word(data, i, end, 0x75, 0x6C, 0x6C):
                        break
                    i += 4
                    state = _COMMA_OR_END
                    continue
                if into >= 0:
                    break
                if c == 0x22:
                    stop, escaped = _string(base, i + 1, end)
                    if stop < 0:
                        break
                    if to >= 0:
                        kinds[to, record] = ESCAPED if escaped else TEXT
                        values[to, record] = i + 1
                        sizes[to, record] = stop - i - 1
                    i = stop + 1
                elif c == 0x74:  # true
                    if not _word(data, i, end, 0x72, 0x75, 0x65):
                        break
                    if to >= 0:
                        kinds[to, record] = TRUE
                    i += 4
                elif c == 0x66:  # false
                    if (
                        i + 5 > end
                        or not _word(data, i, end, 0x61, 0x6C, 0x73)
                        or byte_at(base + i + 4) != 0x65
                    ):
                        break
                    if to >= 0:
                        kinds[to, record] = FALSE
                    i += 5
                else:
                    stop = _number(data, i, end, to >= 0, number)
                    if stop < 0:
                        break
                    if to >= 0:
                        kinds[to, record] = WHOLE if number[1] < 0 else DECIMAL
                        values[to, record] = number[0]
                        sizes[to, record] = number[1]
                    i = stop
                state = _COMMA_OR_END
                continue
            # a container ends here
            depth -= 1
            i += 1
            state = _COMMA_OR_END
            entry = -1
            if depth == 0:
                if _skip(base, i, end) == end:
                    status[record] = GOOD
                break


@inner
def _skip(base: int, i: int, end: int) -> int:
    while i < end:
        c = byte_at(base + i)
        if c > 0x20 or not (c == 0x20 or c == 0x0A or c == 0x0D or c == 0x09):
            break
        i += 1
    return i


@inner
def _find(
    at: int,
    length: int,
    within: int,
    names: int,
    node: Int64s,
    name_start: Int64s,
    name_length: Int64s,
) -> int:
    for entry in range(len(node)):
        if (
            name_length[entry] == length
            and node[entry] == within
            and same_bytes(names + name_start[entry], at, length)
        ):
            return entry
    return -1


@kernel
def _word(data: Bytes, i: int, end: int, second: int, third: int, fourth: int) -> bool:
    return i + 4 <= end and data[i + 1] == second and data[i + 2] == third and data[i + 3] == fourth


@inner
def _string(base: int, i: int, end: int) -> tuple[int, bool]:
    """Where the closing quote is, and whether a backslash came before it; -1: leave it to the full parser."""
    escaped = False
    while True:
        i = until_special(base + i, base + end) - base
        if i >= end:
            return -1, False
        c = byte_at(base + i)
        if c == 0x22:
            return i, escaped
        if c < 0x20:
            return -1, False
        i += 1
        escaped = True
        if i >= end:
            return -1, False
        c = byte_at(base + i)
        i += 1
        if c == 0x75:  # u
            if i + 4 > end:
                return -1, False
            for j in range(i, i + 4):
                h = byte_at(base + j)
                if not (0x30 <= h <= 0x39 or 0x41 <= h <= 0x46 or 0x61 <= h <= 0x66):
                    return -1, False
            if (byte_at(base + i) | 32) == 0x64 and byte_at(base + i + 1) >= 0x38:  # a surrogate
                return -1, False
            i += 4
        elif not (
            c == 0x22
            or c == 0x5C
            or c == 0x2F
            or c == 0x62
            or c == 0x66
            or c == 0x6E
            or c == 0x72
            or c == 0x74
        ):
            return -1, False


@kernel
def _number(data: Bytes, i: int, end: int, wanted: bool, number: Int64s) -> int:
    """Check a number; if wanted, its digits and how many stand behind the point (-1: no point) go to `number`.

    Digits that make at most 2**53 divided by at most 10**22 give the nearest double exactly (Clinger 1990), which
    15 digits always do; longer ones are left to the full parser.
    """
    negative = data[i] == 0x2D
    if negative:
        i += 1
    begin = i
    digits = 0
    while i < end and 0x30 <= data[i] <= 0x39:
        if i - begin < 18:
            digits = digits * 10 + (data[i] - 0x30)
        i += 1
    count = i - begin
    if count == 0 or (count > 1 and data[begin] == 0x30):
        return -1
    behind = -1
    if i < end and data[i] == 0x2E:
        i += 1
        point = i
        while i < end and 0x30 <= data[i] <= 0x39:
            if count < 18:
                digits = digits * 10 + (data[i] - 0x30)
            count += 1
            i += 1
        behind = i - point
        if behind == 0:
            return -1
    if count > 100 or (i < end and (data[i] | 32) == 0x65):  # an exponent, or what might overflow
        return -1
    if wanted:
        if count > (18 if behind < 0 else 15) or (negative and digits == 0):
            return -1
        number[0] = -digits if negative else digits
        number[1] = behind
    return i
