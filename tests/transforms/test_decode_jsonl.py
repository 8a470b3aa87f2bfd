from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.decoding import Row, cut_at, feed_all, mapping_of, seen, text
from transforms.decode import reasons
from transforms.decode.jsonl import JsonLines
from transforms.decode.rows import record_ids
from transforms.mapping import Mapping
from transforms.schemas import RECORD_ID

COLUMNS = ("user", "ts", "a", "o.x", "o.p.y")
MAPPING = mapping_of(*COLUMNS, time={"column": "ts", "format": "%Y"})
LIMIT = 200


def decoder(mapping: Mapping = MAPPING, **more: Any) -> JsonLines:
    given = {
        "record_key": None,
        "newline": 10,
        "end": None,
        "skip_first": False,
        "max_record_bytes": LIMIT,
        **more,
    }
    return JsonLines(mapping, **given)


def decode(data: bytes, *, piece: int | None = None, **more: Any) -> tuple[list[Row], list[tuple[int, str]]]:
    return seen(feed_all(decoder(**more), data, piece=piece or max(len(data), 1)))


def expect(data: bytes, newline: bytes = b"\n") -> tuple[list[Row], list[tuple[int, str]]]:
    """What a plain line-by-line reader with the standard library makes of it."""
    rows: list[Row] = []
    rejects: list[tuple[int, str]] = []
    position = 0
    for line in data.split(newline):
        start, position = position, position + len(line) + 1
        line = line.removesuffix(b"\r") if newline == b"\n" else line
        if len(line) > LIMIT:
            rejects.append((start, reasons.RECORD_TOO_LONG))
        elif line.strip(b" \t\r\n"):
            row = one(line)
            if isinstance(row, str):
                rejects.append((start, row))
            else:
                rows.append((start, *(text(value) for value in row)))
    if line and rejects and rejects[-1][0] == start and rejects[-1][1] in INCOMPLETE:
        rejects[-1] = (start, reasons.STREAM_TRUNCATED)
    return rows, rejects


INCOMPLETE = {reasons.JSON_MALFORMED, reasons.UTF8_INVALID}


@pytest.mark.parametrize("newline", [b"\n", b"\r"])
def test_a_last_line_that_ends_in_its_middle_was_cut(newline: bytes) -> None:
    lines = [b'{"user":"a","ts":"1","a":"x"}', b"not JSON", b'{"user":"\xc3\xa4","ts":"1"}']
    data = newline.join(lines)
    for size in range(len(data) + 1):
        _, rejects = decode(data[:size], newline=newline[0])
        start = data[:size].rfind(newline) + 1
        whole = data[start:size] in (b"", lines[0], lines[2])
        assert [reason for place, reason in rejects if place >= start] == (
            [] if whole else [reasons.STREAM_TRUNCATED]
        )
    ended = decode(data[:-3] + newline, newline=newline[0])[1]
    assert [reason for _, reason in ended] == [reasons.JSON_MALFORMED] * 2


def one(line: bytes) -> list[Any] | str:
    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        line.decode()
    except UnicodeDecodeError:
        return reasons.UTF8_INVALID
    try:
        record = json.loads(line.decode(), parse_constant=refuse)
        json.dumps(record, ensure_ascii=False).encode()  # lone surrogates
    except (ValueError, UnicodeEncodeError):
        return reasons.JSON_MALFORMED
    if not isinstance(record, dict):
        return reasons.NOT_AN_OBJECT
    values = []
    for column in COLUMNS:
        value: Any = record.get(column)
        if value is None and "." in column:
            value = record
            for key in column.split("."):
                if value is not None and not isinstance(value, dict):
                    return reasons.WRONG_TYPE
                value = None if value is None else value.get(key)
        if isinstance(value, dict | list):
            return reasons.WRONG_TYPE
        values.append(value)
    return values


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=8),
    st.integers(-(1 << 70), 1 << 70),
    st.integers(-9, 9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.5, -0.0, 1.0, 100000000000000000000.0, 1e22, 123456789.123456]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["x", "p", "y", "z\n"]), inner, max_size=3),
    ),
    max_leaves=4,
)
keys = st.sampled_from([*COLUMNS, "o", "p", "é", "", 'a"'])
records = st.dictionaries(keys, values, max_size=6)
good_lines = st.builds(
    lambda record, ascii_only, spaced: json.dumps(
        record, ensure_ascii=ascii_only, separators=(" , ", " :\t") if spaced else (",", ":")
    ).encode("utf-8", "surrogatepass"),
    records,
    st.booleans(),
    st.booleans(),
)
uniform_lines = st.builds(
    lambda user, ts: json.dumps({"user": user, "ts": ts, "a": 1}).encode(),
    st.text(max_size=5),
    st.integers(0, 10**16),
)
odd_lines = st.sampled_from(
    [
        b"",
        b"  ",
        b"null",
        b"[]",
        b"5",
        b"{",
        b'{"a":1}{"a":2}',
        b'{"a":1} null {"a":2}',
        b'{"a":1,"a":2}',
        b'{"a":1,}',
        b'{"\\u0061":"escaped key"}',
        b'{"o":{"\\u0078":1}}',
        b'{"o":{"x":1},"o":{"p":{"y":2}}}',
        b'{"o":5}',
        b'{"o":null}',
        b'{"o":{"p":[]}}',
        b'{"o":{"x":1,"x":2}}',
        b'{"o.x":7,"o":{"x":8}}',
        b'{"o.x":null,"o":{"x":8}}',
        b'{"o.x":7,"o":6}',
        b'{"a":[]}',
        b'{"a":{}}',
        b'{"b":[[[{}]]],"a":3}',
        b'{"a":NaN}',
        b'{"b":Infinity}',
        b'{"b":-Infinity}',
        b'{"a":01}',
        b'{"b":-}',
        b'{"b":1.}',
        b'{"b":.5}',
        b'{"b":+5}',
        b'{"a":1e5}',
        b'{"a":-0}',
        b'{"a":-0.0}',
        b'{"a":12345678901234567890123}',
        b'{"a":9223372036854775808}',
        b'{"a":-9223372036854775808}',
        b'{"a":999999999999999999}',
        b'{"a":0.1234567890123456}',
        b'{"a":"\\ud800"}',
        b'{"b":"\\udc00"}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":"\\u0000\\u00e9\\u20ac\\"\\\\\\/\\b\\f\\n\\r\\t"}',
        b'{"a":"\\x"}',
        b'{"a":"\\u12g4"}',
        b'{"a":"tab\there"}',
        b'{"a":"nul\x00"}',
        b'{"a":"del\x7f"}',
        b'{"a":"\xff"}',
        b'{"b":"\xed\xa0\x80"}',
        b"\xff",
        b"\x00\x00",
        b'{"a":tru}',
        b'{"a":truex}',
        b'{"a":nul',
        b'{"a":"open',
        b'{"a" 1}',
        b'{"a":1 "b":2}',
        b"{a:1}",
        b"{'a':1}",
        b'{"a":1]',
        b'{"b":[1}',
        b'{"b":[1,]}',
        b'{"b":[,1]}',
        b"{,}",
        b'{"a":1}\x0c',
        b'{"a":1}//',
        b"\xef\xbb\xbf{}",
        b'{"a":' + b"9" * 150 + b"}",
        b'{"a":"' + b"x" * (LIMIT - 8) + b'"}',
        b'{"a":"' + b"x" * (LIMIT - 7) + b'"}',
        b" " * (LIMIT + 1),
        b'{"b":' + b"[" * 90 + b"]" * 90 + b"}",
    ]
)
files = st.builds(
    lambda lines, ends, last: b"".join(line + end for line, end in zip(lines, ends, strict=False)) + last,
    st.lists(st.one_of(good_lines, uniform_lines, odd_lines), max_size=12),
    st.lists(st.sampled_from([b"\n", b"\r\n"]), min_size=12, max_size=12),
    st.one_of(st.just(b""), good_lines, odd_lines),
)


@settings(deadline=None, max_examples=150)
@given(files, st.integers(1, 400))
def test_any_file_in_any_pieces_reads_like_line_by_line(data: bytes, piece: int) -> None:
    assert decode(data) == expect(data)
    assert decode(data, piece=piece) == expect(data)


@settings(deadline=None)
@given(files, st.lists(st.integers(0, 1500), max_size=4), st.integers(1, 400))
def test_any_split_reads_each_record_once(data: bytes, cuts: list[int], piece: int) -> None:
    bounds = cut_at(data, cuts)
    rows: list[Row] = []
    rejects: list[tuple[int, str]] = []
    for start, end in pairwise(bounds):
        split = decoder(end=end, skip_first=start > 0)
        part = seen(feed_all(split, data, piece=piece, start=max(start - 1, 0), end=end))
        assert all(start <= row[0] < end for row in part[0])
        rows += part[0]
        rejects += part[1]
    assert (rows, rejects) == expect(data)


@pytest.mark.parametrize("line", odd_lines.elements)  # type: ignore[attr-defined]
def test_an_odd_line_never_costs_its_neighbours(line: bytes) -> None:
    neighbour = b'{"user":"u","ts":1,"a":"x"}'
    data = neighbour + b"\n" + line + b"\n" + neighbour + b"\n"
    rows, _ = decode(data)
    assert decode(data) == expect(data)
    assert {0, len(neighbour) + len(line) + 2} <= {row[0] for row in rows}


def test_long_numbers() -> None:
    numbers = [random.Random(7).uniform(-1e6, 1e6) * 10.0**i for i in range(-6, 7) for _ in range(300)]
    numbers += [float(f"{random.Random(i).randrange(10**16)}e-{i % 9}") for i in range(3000)]
    data = "".join(f'{{"user":"u","ts":1,"a":{number:f}}}\n' for number in numbers).encode()
    assert decode(data, max_record_bytes=1000) == expect(data)
    long = [b"1" * 309, b"0." + b"1" * 300, b"1e309", b"9" * 400, b"1e-400"]
    data = b"\n".join(b'{"user":"u","b":' + number + b"}" for number in long)
    rows, rejects = decode(data, max_record_bytes=1000)
    assert len(rows) == 3  # what no double can hold is malformed, wanted or not
    assert [reason for _, reason in rejects] == [reasons.JSON_MALFORMED] * 2


def test_types_of_columns() -> None:
    def types(lines: str, mapping: Mapping) -> list[pa.DataType]:
        fed = decoder(mapping).feed(lines.encode(), 0, final=True)
        return [fed.decoded.rows.schema.field(name).type for name in mapping.columns]

    time = {"column": "t", "format": "epoch_s"}
    mapping = mapping_of("u", "t", "a", time=time)
    string, whole, double = pa.string(), pa.int64(), pa.float64()
    assert types('{"u":1,"t":1,"a":true}\n{"u":2,"t":2}', mapping) == [whole, whole, pa.bool_()]
    assert types('{"u":1,"t":1,"a":1}\n{"u":2.5,"t":2.5,"a":"x"}', mapping) == [string, double, string]
    assert types('{"u":1,"t":9007199254740993}\n{"u":2,"t":2.5}', mapping) == [whole, string, string]
    assert types('{"t":1}\n{"t":1.1e5}', mapping) == [string, double, string]
    also_action = mapping_of("u", "t", "t", time=time)
    assert types('{"u":1,"t":1}\n{"u":2,"t":2.5}', also_action) == [whole, string]


def test_depth() -> None:
    deep: Callable[[int], bytes] = lambda n: b'{"user":"u","b":' + b"[" * n + b"]" * n + b"}"  # noqa: E731
    data = b"\n".join([deep(63), deep(64), deep(1000), deep(100_000)])
    rows, rejects = decode(data, max_record_bytes=1 << 20)
    assert [row[1] for row in rows] == ["u"] * 3
    assert [reason for _, reason in rejects] == [reasons.NESTING_TOO_DEEP]


def test_record_ids_are_of_the_line_without_its_end() -> None:
    key = b"k" * 32
    lines = [b'{"user":"u"}', b' {"user":"u","x":1e5} ', b'{"user":"u"}']
    data = lines[0] + b"\r\nbroken\n" + lines[1] + b"\n" + lines[2]
    fed = decoder(record_key=key).feed(data, 0, final=True)
    assert fed.decoded.rows.column(RECORD_ID).to_pylist() == record_ids(lines, key)
    assert fed.decoded.rejects.num_rows == 1


def test_cr_only() -> None:
    data = b'{"user":"a"}\r{"user":\r\r{"user":"b"}'
    assert decode(data, newline=13) == expect(data, b"\r")


def test_break_off_rejects_one_line() -> None:
    fed = decoder().feed(b'{"user":"a"}\n{"us', 0, final=False)
    assert fed.consumed == 13
    rest = decoder().break_off(b'{"us', 13, reasons.STREAM_TRUNCATED)
    assert seen([rest]) == ([], [(13, reasons.STREAM_TRUNCATED)])
