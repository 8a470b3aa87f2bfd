from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.decode import reasons
from transforms.mapping import TimeSpec
from transforms.times import parse_times

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
WIDE: dict[str, Any] = {
    "earliest": datetime(1, 1, 2, tzinfo=UTC),
    "latest": datetime(9999, 12, 30, tzinfo=UTC),
}


def us(*parts: int) -> int:
    year, month, day, *clock = parts
    hour, minute, second, micro = [*clock, 0, 0, 0, 0][:4]
    moment = datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1)


def parse(
    values: list[object] | pa.Array, form: str = "iso8601", zone: str | None = "UTC", **more: Any
) -> tuple[list[int | None], list[str | None]]:
    column = values if isinstance(values, pa.Array) else pa.array(values)
    spec = TimeSpec.model_validate({"column": "t", "format": form, **more})
    parsed = parse_times(pa.chunked_array([column]), spec, zone)
    assert parsed.time_us.type == pa.int64()
    assert parsed.reason.type == pa.string()
    assert len(parsed.time_us) == len(parsed.reason) == len(column)
    return parsed.time_us.to_pylist(), parsed.reason.to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:11:12Z", us(2026, 11, 22, 10, 11, 12)),
        ("2026-11-22 10:11:12", us(2026, 11, 22, 10, 11, 12)),
        ("2026-11-22t10:11:12z", us(2026, 11, 22, 10, 11, 12)),
        ("2026-11-22 10:11", us(2026, 11, 22, 10, 11)),
        ("2026-11-22T10:11Z", us(2026, 11, 22, 10, 11)),
        ("2026-11-22T10:11:12.5Z", us(2026, 11, 22, 10, 11, 12, 500_000)),
        ("2026-11-22T10:11:12,25Z", us(2026, 11, 22, 10, 11, 12, 250_000)),
        ("2026-11-22T10:11:12.123456789", us(2026, 11, 22, 10, 11, 12, 123_456)),
        ("2026-11-22T10:11:12.99999999999999Z", us(2026, 11, 22, 10, 11, 12, 999_999)),
        ("2026-11-22T10:11:12+09:00", us(2026, 11, 22, 1, 11, 12)),
        ("2026-11-22T10:11:12-0330", us(2026, 11, 22, 13, 41, 12)),
        ("2026-11-22T10:11:12+05", us(2026, 11, 22, 5, 11, 12)),
        ("2026-11-22 10:11:12 +0200", us(2026, 11, 22, 8, 11, 12)),
        ("2026-11-22 10:11:12 UTC", us(2026, 11, 22, 10, 11, 12)),
        ("2026-11-22T10:11:12+14:00", us(2026, 11, 21, 20, 11, 12)),
        ("2024-02-29T00:00:00Z", us(2024, 2, 29)),
        ("2000-02-29T23:59:59Z", us(2000, 2, 29, 23, 59, 59)),
    ],
)
def test_iso8601_forms(text: str, expected: int) -> None:
    assert parse([text]) == ([expected], [None])


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T10:11:12+518:00",
        "2026-11-22T10:11:12+14:01",
        "2026-11-22T10:11:12+09:60",
        "2026-11-22T10:11:12+9",
        "2026-11-22T10:11:60Z",
        "2026-11-22T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-11-22",
        "2026-11-22T10",
        "2026-11-22T10:11:",
        "2026-11-22T10:11:1",
        "2026-11-22T10:11:12.Z",
        "2026-11-22T10:11:12ZZ",
        "2026-11-22T10:11:12 ",
        " 2026-11-22T10:11:12",
        "2026-11-22T10:11:12 CET",
        "2026-11-22T1x:11:12Z",
        "yesterday",
        "1700000000",
        " ",
    ],
)
def test_iso8601_malformed(text: str) -> None:
    assert parse([text, "2026-11-22T10:11:12Z"]) == (
        [None, us(2026, 11, 22, 10, 11, 12)],
        [reasons.TIME_MALFORMED, None],
    )


def test_missing_and_out_of_range() -> None:
    times = [None, "", "1948-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1979-12-31T23:59:59.999999Z"]
    edges = ["1980-01-01T00:00:00Z", "2100-01-01T00:00:00Z"]
    assert parse([*times, *edges])[1] == [
        reasons.TIME_MISSING,
        reasons.TIME_MISSING,
        reasons.TIME_OUT_OF_RANGE,
        reasons.TIME_OUT_OF_RANGE,
        reasons.TIME_OUT_OF_RANGE,
        None,
        reasons.TIME_OUT_OF_RANGE,
    ]


def test_a_time_without_offset_needs_a_timezone() -> None:
    values: list[object] = ["2026-07-01 12:00", "2026-07-01T12:00Z"]
    assert parse(values, zone=None) == (
        [None, us(2026, 7, 1, 12)],
        [reasons.TIME_WITHOUT_OFFSET, None],
    )
    assert parse(values, zone="Europe/Berlin")[0] == [us(2026, 7, 1, 10), us(2026, 7, 1, 12)]


def test_clock_changes() -> None:
    repeated, skipped = "2026-10-25T02:30:00", "2026-03-29T02:30:00"
    times, _ = parse([repeated, skipped], zone="Europe/Berlin")
    assert times == [us(2026, 10, 25, 0, 30), us(2026, 3, 29, 1) - 1]


@settings(deadline=None)  # the first example may compile
@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28)),
    st.one_of(st.none(), st.integers(-14 * 60, 14 * 60)),
    st.sampled_from(["T", " "]),
)
def test_iso8601_equals_python(moment: datetime, minutes: int | None, joint: str) -> None:
    zone = UTC if minutes is None else timezone(timedelta(minutes=minutes))
    aware = moment.replace(tzinfo=zone)
    text = aware.isoformat(joint) if minutes is not None else moment.isoformat(joint)
    assert parse([text], **WIDE)[0] == [(aware - EPOCH) // timedelta(microseconds=1)]


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.text("0123456789-+:.TZ ,e", max_size=30), max_size=5))
def test_any_text_gets_a_time_or_a_reason_by_itself(words: list[str]) -> None:
    for form in ("iso8601", "iso8601_or_epoch_us", "epoch_s", "%Y-%m-%d %H"):
        together = parse(pa.array(words, pa.string()), form)
        apart = [parse(pa.array([word], pa.string()), form) for word in words]
        assert together == ([t[0] for t, _ in apart], [r[0] for _, r in apart])
        assert all((t is None) != (r is None) for t, r in zip(*together, strict=True))


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("epoch_s", 1_700_000_000, 1_700_000_000_000_000),
        ("epoch_s", 1_700_000_000.521, 1_700_000_000_521_000),
        ("epoch_s", 1_700_000_000.123456, 1_700_000_000_123_456),
        ("epoch_s", "1700000000.521", 1_700_000_000_521_000),
        ("epoch_s", "1.7e9", 1_700_000_000_000_000),
        ("epoch_s", "+1700000000", 1_700_000_000_000_000),
        ("epoch_s", "1700000000.0000004999999999999999999999", 1_700_000_000_000_000),
        ("epoch_s", "1700000000.0000005000000000000000000001", 1_700_000_000_000_001),
        ("epoch_ms", 1_700_000_000_123, 1_700_000_000_123_000),
        ("epoch_ms", 1_700_000_000_123.25, 1_700_000_000_123_250),
        ("epoch_ms", "1700000000123.0625", 1_700_000_000_123_062),
        ("epoch_us", 1_700_000_000_123_456, 1_700_000_000_123_456),
        ("epoch_us", 1_700_000_000_123_456.0, 1_700_000_000_123_456),
        ("iso8601_or_epoch_us", 1_700_000_000_123_456, 1_700_000_000_123_456),
        ("iso8601_or_epoch_us", "1700000000123456", 1_700_000_000_123_456),
        ("iso8601_or_epoch_us", "2023-11-14T22:13:20Z", 1_700_000_000_000_000),
    ],
)
def test_numbers(form: str, value: object, expected: int) -> None:
    assert parse([value], form) == ([expected], [None])


@pytest.mark.parametrize("form", ["epoch_s", "epoch_ms", "epoch_us", "iso8601_or_epoch_us"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), reasons.TIME_MALFORMED),
        (float("inf"), reasons.TIME_MALFORMED),
        ("nan", reasons.TIME_MALFORMED),
        ("1_000", reasons.TIME_MALFORMED),
        ("1e1_0", reasons.TIME_MALFORMED),
        ("0x10", reasons.TIME_MALFORMED),
        ("-", reasons.TIME_MALFORMED),
        (True, reasons.TIME_MALFORMED),
        (-5, reasons.TIME_OUT_OF_RANGE),
        (-5.5, reasons.TIME_OUT_OF_RANGE),
        ("-5", reasons.TIME_OUT_OF_RANGE),
        (1e300, reasons.TIME_OUT_OF_RANGE),
        ("1e300", reasons.TIME_OUT_OF_RANGE),
        ("1e99999999999999999999999", reasons.TIME_OUT_OF_RANGE),
        ("9" * 40, reasons.TIME_OUT_OF_RANGE),
        ((1 << 63) - 1, reasons.TIME_OUT_OF_RANGE),
        (-(1 << 63), reasons.TIME_OUT_OF_RANGE),
        (None, reasons.TIME_MISSING),
        ("", reasons.TIME_MISSING),
        ("0e99", reasons.TIME_OUT_OF_RANGE),
    ],
)
def test_numbers_that_are_no_times(form: str, value: object, reason: str) -> None:
    assert parse([value], form) == ([None], [reason])


@settings(deadline=None)  # the first example may compile
@given(st.floats(-1e15, 1e15), st.sampled_from([("epoch_s", 10**6), ("epoch_ms", 10**3), ("epoch_us", 1)]))
def test_a_double_and_its_text_are_the_same_time(number: float, form: tuple[str, int]) -> None:
    wide = {"earliest": WIDE["earliest"], "latest": WIDE["latest"]}
    exact = Context(prec=60).multiply(Decimal(repr(number)), form[1]).to_integral_value(ROUND_HALF_EVEN)
    inside = us(1, 1, 2) <= exact < us(9999, 12, 30)
    assert parse([number], form[0], **wide)[0] == [int(exact) if inside else None]
    assert parse([repr(number)], form[0], **wide)[0] == [int(exact) if inside else None]


@settings(deadline=None)  # the first example may compile
@given(st.from_regex(re.compile(r"[+-]?[0-9]{1,25}(\.[0-9]{1,25})?", re.ASCII), fullmatch=True))
def test_numeric_text_is_exact(text: str) -> None:
    exact = Context(prec=80).multiply(Decimal(text), 10**6).to_integral_value(ROUND_HALF_EVEN)
    inside = us(1, 1, 2) <= exact < us(9999, 12, 30)
    assert parse([text], "epoch_s", **WIDE)[0] == [int(exact) if inside else None]


def test_relative_seconds() -> None:
    anchor = us(2026, 1, 1)
    assert parse([0.0, 27.400000000000006, None], "relative_s", anchor=ANCHOR) == (
        [anchor, anchor + 27_400_000, None],
        [None, None, reasons.TIME_MISSING],
    )
    assert parse(["1.5"], "relative_s", anchor=ANCHOR)[0] == [anchor + 1_500_000]
    assert parse([3], "relative_s", anchor=ANCHOR)[0] == [anchor + 3_000_000]


def test_patterns() -> None:
    texts: list[object] = ["22.11.2026 10:11", "bad", None, "", "30.02.2026 10:11", "22.11.2026 10:11"]
    moment = us(2026, 11, 22, 10, 11)
    assert parse(texts, "%d.%m.%Y %H:%M") == (
        [moment, None, None, None, None, moment],
        [
            None,
            reasons.TIME_MALFORMED,
            reasons.TIME_MISSING,
            reasons.TIME_MISSING,
            reasons.TIME_MALFORMED,
            None,
        ],
    )
    assert parse(["22/Nov/2026:10:11:12 +0100"], "%d/%b/%Y:%H:%M:%S %z", zone=None)[0] == [
        us(2026, 11, 22, 9, 11, 12)
    ]
    assert parse(["2026112210"], "%Y%m%d%H", zone="Europe/Berlin")[0] == [us(2026, 11, 22, 9)]
    assert parse([2026112210], "%Y%m%d%H")[0] == [us(2026, 11, 22, 10)]
    assert parse(["10:11"], "%H:%M", zone=None)[1] == [reasons.TIME_WITHOUT_OFFSET]


def test_timestamp_columns() -> None:
    zoned = pa.array([us(2026, 7, 1, 12), None], pa.timestamp("us", "Europe/Berlin"))
    naive = pa.array([us(2026, 7, 1, 12)], pa.timestamp("us"))
    assert parse(zoned, zone=None) == ([us(2026, 7, 1, 12), None], [None, reasons.TIME_MISSING])
    assert parse(naive, zone="Europe/Berlin")[0] == [us(2026, 7, 1, 10)]
    assert parse(naive, zone=None)[1] == [reasons.TIME_WITHOUT_OFFSET]


def test_wrong_types_and_empty_columns() -> None:
    assert parse([5])[1] == [reasons.TIME_MALFORMED]
    assert parse([True])[1] == [reasons.TIME_MALFORMED]
    assert parse(pa.nulls(2))[1] == [reasons.TIME_MISSING] * 2
    for form in ("iso8601", "epoch_s", "%Y"):
        assert parse(pa.array([], pa.string()), form) == ([], [])


def test_a_slice_reads_like_a_copy() -> None:
    column = pa.array(["x", "2026-01-01T00:00Z", None, "2026-01-02T00:00Z"])[1:]
    assert parse(column)[0] == [us(2026, 1, 1), None, us(2026, 1, 2)]


DATES = st.sampled_from(
    ["2026-11-22", "2026-11-23", "2026-12-22", "2025-11-22", "2026-02-30", "2026-11x22", "x026-11-22"]
)


@settings(deadline=None)
@given(st.lists(st.one_of(DATES.map(lambda date: f"{date}T10:11:12Z"), DATES, st.just("")), max_size=12))
def test_a_date_is_read_the_same_whatever_the_row_before_says(texts: list[str]) -> None:
    alone = [parse([text]) for text in texts]
    assert parse(pa.array(texts, pa.string())) == (
        [value for values, _ in alone for value in values],
        [reason for _, reasons in alone for reason in reasons],
    )


def test_epochs_and_iso_times_stand_side_by_side() -> None:
    texts = ["2026-11-22T10:11:12Z", "1763806272000001", "nothing", "2026-11-22"]
    times, reasons = parse(texts, "iso8601_or_epoch_us")
    assert times == [us(2026, 11, 22, 10, 11, 12), 1763806272000001, None, None]
    assert [reason is None for reason in reasons] == [True, True, False, False]


NAMED = "%Y-%m-%d %H:%M:%S %Z"


@pytest.mark.parametrize("machine", ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata"])
def test_names_of_zones_mean_the_same_on_every_machine(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        texts = [f"2026-11-17 00:10:00 {name}" for name in ("UTC", "GMT", "Z", "CET", "CEST", "EST", "IST")]
        hours = [0, 0, 0, -1, None, None, None]
        unknown = reasons.TIME_ZONE_UNKNOWN
        expected = [None if h is None else us(2026, 11, 17, 0, 10) + h * 3_600_000_000 for h in hours]
        assert parse(list(texts), NAMED, "Europe/Berlin") == (expected, [None] * 4 + [unknown] * 3)
        assert parse(["2026-11-17 00:10:00 CET"], NAMED, None)[1] == [unknown]
        assert parse(["Tue, 17 Nov 2026 00:10:00 GMT"], "%a, %d %b %Y %H:%M:%S %Z", None)[0] == [
            us(2026, 11, 17, 0, 10)
        ]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_zones_own_names_tell_the_repeated_hour_apart() -> None:
    texts = ["2026-10-25 02:30:00 CEST", "2026-10-25 02:30:00 CET", "2026-03-29 02:30:00 CET"]
    times, why = parse(list(texts), NAMED, "Europe/Berlin")
    assert times == [us(2026, 10, 25, 0, 30), us(2026, 10, 25, 1, 30), None]
    assert why == [None, None, reasons.TIME_ZONE_UNKNOWN]


def test_the_mapping_says_what_other_names_mean() -> None:
    zones = {"IST": "+05:30", "EST": "America/New_York"}
    column = pa.array(["2026-11-17 12:00:00 IST", "2026-11-17 12:00:00 est", "2026-11-17 12:00:00"])
    parsed = parse_times(column, TimeSpec(column="t", format=NAMED), None, zones)
    assert parsed.time_us.to_pylist() == [us(2026, 11, 17, 6, 30), us(2026, 11, 17, 17), None]
    assert parsed.reason.to_pylist() == [None, None, reasons.TIME_MALFORMED]


def test_a_zone_in_plain_letters_of_a_pattern_is_utc() -> None:
    for form, text in (
        ("%Y-%m-%dT%H:%M:%SZ", "2026-11-17T00:10:00Z"),
        ("%Y-%m-%d %H:%M GMT", "2026-11-17 00:10 GMT"),
    ):
        assert parse([text], form, "Europe/Berlin")[0] == [us(2026, 11, 17, 0, 10)]


@pytest.mark.parametrize("form", ["%c", "%d %X", "%s", "%Y-%m-%d %", "%Z %z", "%Y %Y"])
def test_a_pattern_that_no_machine_reads_alike_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match=r"time\.format"):
        TimeSpec(column="t", format=form)
