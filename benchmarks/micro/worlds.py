"""Inputs of growing size: simulated logs of about 500 events a person, and what the steps before would make of them.

Each is made once a size. What a step is measured on is made by the functions that a run uses.
"""

from __future__ import annotations

import io
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pytest

from benchmarks.compare_anonymisers.load import GAP_US, read_batches
from etl.simulate import Simulation, simulate
from transforms.emit import Emitted, emit
from transforms.mapping import NATIVE
from transforms.pack import Packed, pack
from transforms.participation import UNITS
from transforms.plan import Plan, find_plan
from transforms.policy import AnonymityPolicy
from transforms.segmentation import Sessions
from transforms.sequence import Ordered, Sequenced, build_actions, order_events

SIZES: Final = (20_000, 80_000, 320_000)
"""Events: each four times the one before, so that four times the time is linear."""

each_size = pytest.mark.parametrize("events", SIZES, ids=lambda events: f"{events // 1000:03d} k")

POLICY: Final = AnonymityPolicy(
    k=10,
    min_outside_unit=3,
    cap_per_person=20,
    max_per_person=5000,
    min_active=50,
    max_length=12,
    gap_us=GAP_US,
    drop_repeats=True,
    levels=len(NATIVE.action),
)


@cache
def lines(events: int) -> bytes:
    """Native JSONL, one file's."""
    with tempfile.TemporaryDirectory() as folder:
        (path,) = _simulated(Path(folder), events, files=1)
        return path.read_bytes()


@cache
def csv(events: int) -> bytes:
    """The same records as CSV, without a header; columns as of `csv_names`."""
    out = io.BytesIO()
    pa_csv.write_csv(_table(events), out, pa_csv.WriteOptions(include_header=False))
    return out.getvalue()


def csv_names(events: int) -> list[str]:
    """The columns of `csv`, in order."""
    return list(_table(events).column_names)


@cache
def batches(events: int) -> tuple[pa.RecordBatch, ...]:
    """EVENTS of one bucket, not ordered yet, of four files."""
    with tempfile.TemporaryDirectory() as folder:
        _simulated(Path(folder), events, files=4)
        return tuple(read_batches("simulated", f"{folder}/*.jsonl", NATIVE))


@cache
def ordered(events: int) -> Ordered:
    """The same in total order."""
    return order_events(batches(events))


@cache
def sequenced(events: int) -> Sequenced:
    """The same as actions."""
    return build_actions(ordered(events).events, gap_us=GAP_US, drop_repeats=True)


@cache
def packed(events: int) -> Packed:
    """The same as the solving worker gets them."""
    return pack(
        sequenced(events), ordered(events).events, held=UNITS.empty_table(), named=UNITS.empty_table()
    )


@cache
def sessions(events: int) -> Sessions:
    """The same as the segmentation takes them, verbatim at the finest level."""
    got = packed(events)
    return Sessions(got.path, got.starts, got.person, got.unit_offsets, got.units).checked()


@cache
def plan(events: int) -> Plan:
    """What may be released of them."""
    return find_plan(packed(events), POLICY, min_outside_unit=POLICY.min_outside_unit)


def emitted(events: int) -> Emitted:
    """What is cut from them."""
    rows = ordered(events).events.num_rows
    first_row = np.append(np.asarray(sequenced(events).actions.column("first_row")), rows)
    return emit(
        packed(events),
        first_row,
        plan(events),
        cap_per_person=POLICY.cap_per_person,
        max_per_person=POLICY.max_per_person,
        drop_repeats=POLICY.drop_repeats,
        salt=b"bench",
    )


def _simulated(folder: Path, events: int, *, files: int) -> tuple[Path, ...]:
    people = max(events // 500, 30)
    simulation = Simulation(events, people=people, units=8, nights=1, files=files, hostile=False)
    return simulate(simulation, folder).files


@cache
def _table(events: int) -> pa.Table:
    text = [
        (name, pa.string()) for name in ("ts", "event_id", "user_id", "unit", "event_type", "app", "target")
    ]
    options = pa_json.ParseOptions(explicit_schema=pa.schema(text), unexpected_field_behavior="ignore")
    return pa_json.read_json(io.BytesIO(lines(events)), parse_options=options)
