"""Ours: a Beam pipeline of the project's own parts, with its local runner, its sealed shuffle and its checks of the input.

Reading, ordering, sessionizing and packing are those of the nightly job; what makes a release of it is left out.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.pvalue import AsIter

from benchmarks.speed.job import ABSENT, BLANK, GAP_US, Task, cores, task
from etl.beam_options import beam_options
from etl.inputs import InputFile, Split, find_inputs, plan_splits
from etl.job import Job
from etl.plan import BUCKET_BYTES
from etl.read_step import ROWS_HELD, Done, Reader, rows_of, sent
from etl.reading import MAX_RECORD_BYTES, read_raw
from etl.sealed import new_key
from etl.shuffle import Travelling, receive
from etl.staging import Staging
from etl.threaded import OneForOne
from transforms.decode import Decoded
from transforms.distinct import distinct, number_below
from transforms.draw import DrawPolicy
from transforms.events import EventPolicy
from transforms.mapping import Mapping
from transforms.pack import Packed, merge, pack
from transforms.participation import UNITS
from transforms.policy import AnonymityPolicy
from transforms.pseudonym import pseudonyms
from transforms.schemas import EVENTS, POSITION, SPENT_OF_PEOPLE
from transforms.sequence import build_actions, order_events
from transforms.text import as_distinct_text
from transforms.times import parse_times


def run(given: Task) -> None:
    """Do the job."""
    mapping = _mapping(given)
    files = find_inputs([str(path) for path in given.files], mapping, date=None)
    with tempfile.TemporaryDirectory() as folder:
        staging = Staging(Path(folder))
        staging.create()
        job = _job(mapping, files, staging)
        with beam.Pipeline(options=beam_options([])) as pipeline:
            packed = (
                pipeline
                | "Splits" >> beam.Create(list(job.splits))
                | "Read" >> beam.ParDo(_Read(job))  # (bucket, Travelling)
                | "ByPersonBucket" >> beam.GroupByKey()  # (bucket, Travellings)
                | "Sequence" >> beam.ParDo(_Sequence(job))  # Packed
            )
            _ = (
                pipeline
                | "Once" >> beam.Create([None])
                | "Write" >> beam.Map(_write, AsIter(packed), k=given.k, out=str(given.out))
            )


class _Read(Reader):
    def read(self, split: Split) -> Done:
        job = self._job
        outputs: list[Any] = []
        held: list[pa.Table] = []
        blocks = read_raw(
            split,
            job.events.mapping,
            record_key=None,
            block_bytes=job.block_bytes,
            max_record_bytes=job.max_record_bytes,
        )
        for decoded in blocks:
            held.append(_events(decoded, job, split.file.index))
            if rows_of(held) >= ROWS_HELD:
                outputs += sent(held, job)
                held = []
        return Done(outputs, held)


def _events(decoded: Decoded, job: Job, file: int) -> pa.Table:
    """RAW → EVENTS, nothing dropped and nothing generalised."""
    mapping, rows = job.events.mapping, decoded.rows
    account = as_distinct_text(rows.column(mapping.person.source_columns[0]))
    person = pseudonyms(account.dictionary, key=job.events.person_key).take(account.indices)
    nulls = {
        name: pa.nulls(rows.num_rows, EVENTS.field(name).type)
        for name in ("unit", "record_id", "fragment", "identity")
    }
    columns = nulls | {
        "person": person,
        "account": person,
        "time_us": parse_times(rows.column(mapping.time.column), mapping.time, mapping.timezone).time_us,
        "file": pa.array(np.full(rows.num_rows, file, np.int32)),
        "position": rows.column(POSITION),
        "path": _tokens([as_distinct_text(rows.column(spec.column)) for spec in mapping.action[0]]),
    }
    return pa.table({name: columns[name] for name in EVENTS.names}, schema=EVENTS)


def _tokens(columns: list[pa.DictionaryArray]) -> pa.DictionaryArray:
    code = np.zeros(len(columns[0]), np.int64)
    first = np.zeros(min(len(code), 1), np.int64)
    for column in columns:
        values = len(column.dictionary) + 1
        of_column = np.asarray(column.indices.fill_null(values - 1), np.int64)
        code, first = number_below(code * values + of_column, (len(first) or 1) * values)
    words = [column.dictionary.take(column.indices.take(pa.array(first))) for column in columns]
    texts = pa.compute.binary_join_element_wise(
        *words, BLANK, null_handling="replace", null_replacement=ABSENT
    ).dictionary_encode()
    return pa.DictionaryArray.from_arrays(texts.indices.take(pa.array(code)), texts.dictionary)


class _Sequence(OneForOne):
    def work(self, element: tuple[int, Iterable[Travelling]]) -> Packed:
        events = order_events(receive(*element, self._job)).events
        return pack(
            build_actions(events, gap_us=GAP_US, drop_repeats=True),
            events,
            held=UNITS.empty_table(),
            named=UNITS.empty_table(),
        )


def _write(_: object, parts: Iterable[Packed], *, k: int, out: str) -> None:
    """Count the people of each distinct session, and write those of at least k."""
    everybody = merge(list(parts))
    offsets = pa.py_buffer((everybody.starts * 4).astype(np.int32))
    sessions = pa.Array.from_buffers(
        pa.binary(), len(everybody.person), [None, offsets, pa.py_buffer(everybody.path)]
    ).dictionary_encode()
    which = np.asarray(sessions.indices, np.int64)
    pairs = distinct(which * (everybody.people + 1) + everybody.person)
    people = np.bincount(pairs // (everybody.people + 1), minlength=len(sessions.dictionary))
    occurrences = np.bincount(which, minlength=len(sessions.dictionary))
    kept = np.flatnonzero(people >= k)
    names = everybody.paths.to_pylist()
    sequences = [
        [names[code] for code in np.frombuffer(one, np.int32)]
        for one in sessions.dictionary.take(pa.array(kept)).to_pylist()
    ]
    order = sorted(range(len(kept)), key=sequences.__getitem__)
    rows = pa.table(
        {
            "sequence": pa.array([sequences[at] for at in order], pa.list_(pa.string())),
            "people": pa.array(people[kept][order], pa.int32()),
            "occurrences": pa.array(occurrences[kept][order], pa.int32()),
        }
    )
    pq.write_table(rows, out)


def _mapping(given: Task) -> Mapping:
    columns = given.columns
    formats = {1: "epoch_us", 1000: "epoch_ms"}
    return Mapping.model_validate(
        {
            "format": "parquet" if given.is_parquet else "jsonl",
            "person": columns.person,
            "time": {
                "column": columns.time,
                "format": "iso8601" if given.time_is_text else formats[columns.unit_us],
            },
            "action": [[{"column": name, "as": "verbatim"} for name in columns.token]],
            "optional": list(columns.token),
        }
    )


def _job(mapping: Mapping, files: list[InputFile], staging: Staging) -> Job:
    key = new_key()
    events = EventPolicy(
        mapping,
        0,
        0,
        person_key=key,
        record_key=key,
        unit_key=key,
        counting_key=key,
        registry=None,
    )
    size_bytes = sum(file.size_bytes for file in files)
    return Job(
        splits=tuple(plan_splits(files, mapping, split_bytes=64 << 20)),
        events=events,
        held=UNITS.empty_table(),
        held_from_us=0,
        draw=DrawPolicy(0, 0, GAP_US, hold_open=False, late_us=0, ledger_key=key, content_key=key),
        spent=SPENT_OF_PEOPLE.empty_table(),
        pooled=(),
        anonymity=AnonymityPolicy(10, 0, 0, 0, 1, 12, GAP_US, drop_repeats=True, levels=1),
        staging=staging,
        buckets=max(1, -(-size_bytes // BUCKET_BYTES)),
        shuffles_in_files=True,
        threads=cores(),
        memory_bytes=None,
        block_bytes=16 << 20,
        max_record_bytes=MAX_RECORD_BYTES,
        version_salt=b"",
        sealing_key=key,
    )


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)  # as `etl.cli` has it
    run(task())
