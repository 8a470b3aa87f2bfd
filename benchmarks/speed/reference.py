"""The job in a dozen lines of plain Python, to check the others by on a small log."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import pyarrow.parquet as pq

from benchmarks.speed.job import ABSENT, BLANK, GAP_US, Task

Counted = dict[tuple[str, ...], tuple[int, int]]
"""By sequence: how many people have it, and how many sessions are it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def counted(task: Task) -> Counted:
    """The result of the job, by the letter of `benchmarks.speed.job`."""
    sessions: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for person, events in _by_person(task).items():
        events.sort(key=lambda event: event[0])
        session: list[str] = []
        for index, (time_us, token) in enumerate(events):
            if index and time_us - events[index - 1][0] > GAP_US:
                sessions[tuple(session)].append(person)
                session = []
            if not session or session[-1] != token:
                session.append(token)
        sessions[tuple(session)].append(person)
    return {
        sequence: (len(set(people)), len(people))
        for sequence, people in sessions.items()
        if len(set(people)) >= task.k
    }


def ties(task: Task) -> int:
    """How many events have the time of another of their person: what the order of is left open."""
    return sum(
        count
        for events in _by_person(task).values()
        for count in (len(list(same)) for _, same in groupby(sorted(time_us for time_us, _ in events)))
        if count > 1
    )


def _by_person(task: Task) -> dict[str, list[tuple[int, str]]]:
    columns = task.columns
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in _records(task):
        when = event[columns.time]
        if task.time_is_text:
            since = datetime.fromisoformat(when) - _EPOCH
            time_us = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        else:
            time_us = when * columns.unit_us
        parts = [event.get(name) for name in columns.token]
        token = BLANK.join(ABSENT if part is None else str(part) for part in parts)
        found[event[columns.person]].append((time_us, token))
    return found


def _records(task: Task) -> list[dict[str, Any]]:
    if task.is_parquet:
        return [row for path in task.files for row in pq.ParquetFile(path).read().to_pylist()]
    return [json.loads(line) for path in task.files for line in path.read_text("utf-8").splitlines()]
