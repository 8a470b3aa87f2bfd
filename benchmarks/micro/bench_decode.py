"""Decode: bytes to columns, linear in the bytes."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from benchmarks.micro import worlds
from transforms.decode import Decoder
from transforms.decode.delimited import Delimited
from transforms.decode.jsonl import JsonLines
from transforms.events import EventPolicy, to_events
from transforms.mapping import NATIVE

_LF = 10
_KEY = b"\0" * 32


def _jsonl() -> JsonLines:
    return JsonLines(
        NATIVE, record_key=None, newline=_LF, end=None, skip_first=False, max_record_bytes=1 << 20
    )


def _csv(events: int) -> Delimited:
    return Delimited(
        NATIVE.model_copy(update={"format": "csv"}),
        names=worlds.csv_names(events),
        record_key=None,
        newline=_LF,
        end=None,
        skip_first=False,
        max_record_bytes=1 << 20,
    )


def _decoded(decoder: Decoder, data: bytes) -> pa.Table:
    return decoder.feed(data, 0, final=True).decoded.rows


@worlds.each_size
def bench_jsonl(benchmark: Any, events: int) -> None:
    """`JsonLines.feed`."""
    assert benchmark(_decoded, _jsonl(), worlds.lines(events)).num_rows == events


@worlds.each_size
def bench_csv(benchmark: Any, events: int) -> None:
    """`Delimited.feed`."""
    assert benchmark(_decoded, _csv(events), worlds.csv(events)).num_rows == events


@worlds.each_size
def bench_to_events(benchmark: Any, events: int) -> None:
    """`to_events`: admit, minimise and pseudonymise what was decoded."""
    rows = _jsonl().feed(worlds.lines(events), 0, final=True).decoded.rows
    policy = EventPolicy(
        NATIVE,
        0,
        1 << 62,
        person_key=_KEY,
        record_key=_KEY,
        unit_key=_KEY,
        counting_key=_KEY,
        registry=None,
    )
    assert benchmark(to_events, rows, policy, file=0).events.num_rows == events
