from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tests.transforms.decoding import mapping_of
from transforms.decode import Decoded, reasons
from transforms.decode.tabular import decode_batch, field_type, find_field, is_usable
from transforms.schemas import POSITION, RECORD_ID

MOMENT = datetime(2026, 11, 22, 10, 11, 12, 123456, tzinfo=UTC)


def decode(columns: dict[str, Any], *names: str, position: int = 0, key: bytes | None = None) -> Decoded:
    return decode_batch(pa.record_batch(columns), mapping_of(*names), position=position, record_key=key)


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["é", None], pa.string(), ["é", None]),
        (["a", None], pa.large_string(), ["a", None]),
        (["a", None], pa.string_view(), ["a", None]),
        ([b"a", None], pa.binary(), ["a", None]),
        ([b"ab"], pa.binary(2), ["ab"]),
        (["a", None, "a"], pa.dictionary(pa.int8(), pa.string()), ["a", None, "a"]),
        (["a"], pa.dictionary(pa.int32(), pa.large_string()), ["a"]),
        ([1, None], pa.int8(), [1, None]),
        ([1, 2], pa.uint64(), [1, 2]),
        ([1, (1 << 64) - 1], pa.uint64(), ["1", "18446744073709551615"]),
        ([0.5, None], pa.float32(), [0.5, None]),
        ([True, None], pa.bool_(), [True, None]),
        ([Decimal("1.50"), None], pa.decimal128(10, 2), ["1.50", None]),
        ([Decimal(100)], pa.decimal128(5, -2), ["100"]),
        ([date(2026, 11, 22)], pa.date32(), ["2026-11-22"]),
        ([time(10, 11)], pa.time32("s"), ["10:11:00"]),
        ([MOMENT], pa.timestamp("ms"), ["2026-11-22 10:11:12.123000"]),
        ([None], pa.null(), [None]),
    ],
)
def test_types(values: list[Any], kind: pa.DataType, expected: list[Any]) -> None:
    if pa.types.is_timestamp(kind):
        values = [value.replace(tzinfo=None, microsecond=123000) for value in values]
    rows = decode({"u": pa.array(values, kind), "t": pa.nulls(len(values), pa.string())}, "u", "t").rows
    assert rows.column("u").to_pylist() == expected
    assert rows.column_names == ["u", "t", POSITION]


def test_times_stay_timestamps() -> None:
    nanoseconds = int(MOMENT.timestamp()) * 10**9 + 123_456_789
    for zone in (None, "UTC", "Europe/Berlin"):
        times = decode({"u": ["a"], "t": pa.array([nanoseconds], pa.timestamp("ns", zone))}, "u", "t").rows[
            "t"
        ]
        assert times.type == pa.timestamp("us", zone)
        assert times.cast(pa.int64()).to_pylist() == [nanoseconds // 1000]


def test_struct_fields_and_names_with_dots() -> None:
    nested = pa.array([{"x": {"y": "a"}}, {"x": None}, None])
    assert decode({"o": nested, "t": ["1"] * 3}, "o.x.y", "t").rows["o.x.y"].to_pylist() == ["a", None, None]
    assert (
        decode({"o": nested, "o.x": ["b"] * 3, "t": ["1"] * 3}, "o.x", "t").rows["o.x"].to_pylist()
        == ["b"] * 3
    )


def test_finding_fields() -> None:
    inner = pa.struct([("x", pa.dictionary(pa.int8(), pa.string())), ("l", pa.list_(pa.int64()))])
    schema = pa.schema([("a", pa.int64()), ("o", inner)])
    assert find_field(schema, "o.x") == ("o", "x")
    assert [find_field(schema, name) for name in ("b", "a.x", "o.z", "o.x.y", "")] == [None] * 5
    assert is_usable(field_type(schema, ("o", "x")))
    assert not is_usable(field_type(schema, ("o", "l")))
    assert not is_usable(field_type(schema, ("o",)))


def test_positions_and_invalid_text() -> None:
    broken = pa.array([b"a", b"\xff", None]).view(pa.string())
    decoded = decode({"u": broken, "t": ["1", "2", "3"]}, "u", "t", position=10)
    assert decoded.rows[POSITION].to_pylist() == [10, 12]
    assert decoded.rejects.to_pylist() == [{"position": 11, "reason": reasons.UTF8_INVALID}]


def test_record_ids_cover_every_column() -> None:
    columns = {
        "u": ["a"] * 3,
        "t": ["1"] * 3,
        "x": pa.array([b"\xff", b"\xff", None]).view(pa.string()),
        "n": [1, 1, 1],
    }
    ids = decode(columns, "u", "t", key=b"key").rows[RECORD_ID].to_pylist()
    assert ids[0] == ids[1] != ids[2]
    assert decode({**columns, "n": [1, 2, 1]}, "u", "t", key=b"key").rows[RECORD_ID].to_pylist()[1] != ids[1]
