"""Load logs as every method is given them: verbatim, finest level, no caps, no units, repeats collapsed, gap 30 minutes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.compare_anonymisers.log import Log
from etl.errors import InputError
from etl.inputs import find_inputs, plan_splits
from etl.reading import read_raw
from etl.simulate import Simulation, simulate
from etl.source import read_mapping
from transforms.buckets import partition
from transforms.events import EventPolicy, to_events
from transforms.mapping import NATIVE, Mapping
from transforms.pack import pack
from transforms.participation import UNITS
from transforms.segmentation import Sessions
from transforms.sequence import build_actions, order_events

GAP_US: Final = 30 * 60_000_000
_BARE: Final = Path(__file__).resolve().parents[2] / "examples" / "mappings" / "bare"
_REAL: Final = {
    "web_interactions": ("web_interactions", "web_interactions"),
    "git tldr": ("git_activity/tldr-pages__tldr.tsv.gz", "git_activity"),
    "git Laravel": ("git_activity/laravel__framework.tsv.gz", "git_activity"),
}
_SOME_KEY: Final = b"\0" * 32
_FOREVER_US: Final = 1 << 62


def real_logs(data: Path) -> list[Log]:
    """The three real logs below a folder.

    Raises:
        InputError: one is missing, or cannot be read.
    """
    return [
        load(name, str(data / files), read_mapping(_BARE / f"{mapping}.yaml"))
        for name, (files, mapping) in _REAL.items()
    ]


def simulated_log(*, events: int, people: int, seed: int) -> Log:
    """A simulated workplace, so that the comparison runs where no real log is."""
    finest = tuple(column.model_copy(update={"as_": "verbatim"}) for column in NATIVE.action[0])
    mapping = NATIVE.model_copy(update={"action": (finest,), "unit": None})
    with tempfile.TemporaryDirectory() as folder:
        simulate(Simulation(events=events, people=people, seed=seed, hostile=False), Path(folder))
        return load(f"simulated, {events:,} events", f"{folder}/*.jsonl", mapping)


def load(name: str, pattern: str, mapping: Mapping) -> Log:
    """Read, decode, order, sessionize and reduce by the functions that a run uses, in one bucket.

    Raises:
        InputError: no file matches, or a record cannot be used: a comparison is of whole logs.
    """
    ordered = read_ordered(name, pattern, mapping)
    sequenced = build_actions(ordered, gap_us=GAP_US, drop_repeats=True)
    packed = pack(sequenced, ordered, held=UNITS.empty_table(), named=UNITS.empty_table())
    nobody = np.zeros(packed.people, np.int32)  # everybody in one unit that nobody looks at
    sessions = Sessions(
        packed.path, packed.starts, packed.person, np.arange(packed.people + 1, dtype=np.int64), nobody
    )
    return Log(name, sessions.checked(), np.asarray(sequenced.actions.column("rows")).astype(np.int64))


def read_ordered(name: str, pattern: str, mapping: Mapping) -> pa.RecordBatch:
    """Read, decode and order a log as a run does, everybody admitted, in one bucket: EVENTS in total order.

    Raises:
        InputError: no file matches, or a record cannot be used.
    """
    batches = read_batches(name, pattern, mapping)
    return order_events(batches, find_newest_first=mapping.order is None).events


def read_batches(name: str, pattern: str, mapping: Mapping) -> list[pa.RecordBatch]:
    """Read and decode a log as a run does, everybody admitted, in one bucket: EVENTS, a batch a file, not ordered yet.

    Raises:
        InputError: no file matches, or a record cannot be used.
    """
    events: list[pa.RecordBatch] = []
    policy = EventPolicy(
        mapping,
        -_FOREVER_US,
        _FOREVER_US,
        person_key=_SOME_KEY,
        record_key=_SOME_KEY,
        unit_key=_SOME_KEY,
        counting_key=_SOME_KEY,
        registry=None,
    )
    for split in plan_splits(find_inputs((pattern,), mapping, date=None), mapping, split_bytes=1 << 30):
        parts = []
        for decoded in read_raw(split, mapping, record_key=None):
            normalised = to_events(decoded.rows, policy, file=split.file.index)
            if decoded.rejects.num_rows or normalised.rejects.num_rows:
                raise InputError(
                    f"{name}: some records cannot be read; compare on a log that can be read whole."
                )
            parts.append(normalised.events)
        if parts:
            table = pa.concat_tables(parts).unify_dictionaries()
            events += [batch for _, batch in partition(table, buckets=1)]
    return events
