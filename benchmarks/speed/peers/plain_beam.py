"""Plain Beam: a dict for each event and a GroupByKey by person, as a tutorial has it, in the local in-memory runner.

The runner is the one that a run of ours uses too (`FnApiRunner`), so what differs is what an element is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.options.pipeline_options import PipelineOptions

from benchmarks.speed.job import ABSENT, BLANK, GAP_US, Columns, Task, task

_OUT = pa.schema([("sequence", pa.list_(pa.string())), ("people", pa.int32()), ("occurrences", pa.int32())])

Sequence = tuple[str, ...]


def run(given: Task) -> None:
    """Do the job; the output is a folder."""
    options = PipelineOptions([], runner="FnApiRunner", direct_running_mode="in_memory", direct_num_workers=1)
    with beam.Pipeline(options=options) as pipeline:
        files = pipeline | "Files" >> beam.Create([str(path) for path in given.files])
        if given.is_parquet:
            wanted = [given.columns.person, given.columns.time, *given.columns.token]
            events = files | "ReadParquet" >> beam.io.ReadAllFromParquet(columns=wanted)
        else:
            events = files | "ReadLines" >> beam.io.ReadAllFromText() | "Parse" >> beam.Map(json.loads)
        (
            events
            | "KeyByPerson" >> beam.Map(_keyed, given.columns, given.time_is_text)
            | "GroupByPerson" >> beam.GroupByKey()
            | "Sequences" >> beam.FlatMap(_sequences)
            | "CountPeople" >> beam.CombinePerKey(_CountPeople())
            | "KeepShared" >> beam.Filter(_is_shared, given.k)
            | "ToRow" >> beam.Map(_row)
            | "Write"
            >> beam.io.WriteToParquet(
                str(given.out / "part"), _OUT, num_shards=1, file_name_suffix=".parquet"
            )
        )


def _keyed(event: dict[str, Any], columns: Columns, time_is_text: bool) -> tuple[str, tuple[int, str]]:
    when = event[columns.time]
    if time_is_text:
        at = datetime.fromisoformat(when)
        time_us = int(at.timestamp()) * 1_000_000 + at.microsecond
    else:
        time_us = when * columns.unit_us
    parts = (event.get(name) for name in columns.token)
    return event[columns.person], (
        time_us,
        BLANK.join(ABSENT if part is None else str(part) for part in parts),
    )


def _sequences(grouped: tuple[str, Iterable[tuple[int, str]]]) -> Iterator[tuple[Sequence, str]]:
    person, events = grouped
    tokens: list[str] = []
    before_us: int | None = None
    for time_us, token in sorted(events):
        if before_us is not None and time_us - before_us > GAP_US:
            yield _collapsed(tokens), person
            tokens = []
        tokens.append(token)
        before_us = time_us
    yield _collapsed(tokens), person


def _collapsed(tokens: list[str]) -> Sequence:
    return tuple(token for token, _ in groupby(tokens))


class _CountPeople(beam.CombineFn):  # type: ignore[misc]
    """The different people of a sequence, and how often it comes."""

    def create_accumulator(self) -> tuple[set[str], int]:
        return set(), 0

    def add_input(self, state: tuple[set[str], int], person: str) -> tuple[set[str], int]:
        state[0].add(person)
        return state[0], state[1] + 1

    def merge_accumulators(self, states: Iterable[tuple[set[str], int]]) -> tuple[set[str], int]:
        people: set[str] = set()
        occurrences = 0
        for some, count in states:
            people |= some
            occurrences += count
        return people, occurrences

    def extract_output(self, state: tuple[set[str], int]) -> tuple[int, int]:
        return len(state[0]), state[1]


def _is_shared(counted: tuple[Sequence, tuple[int, int]], k: int) -> bool:
    return counted[1][0] >= k


def _row(counted: tuple[Sequence, tuple[int, int]]) -> dict[str, Any]:
    sequence, (people, occurrences) = counted
    return {"sequence": list(sequence), "people": people, "occurrences": occurrences}


if __name__ == "__main__":
    run(task())
