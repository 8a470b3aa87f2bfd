"""Recount a release from the raw files: every record must occur as a run in the sessions of at least k people.

Written apart from the pipeline, in plain Python: it knows the raw logs and the published Parquet, and imports nothing of
the project. `python -m tests.independent.recount LOG REGISTRY RAW_FILE …` prints the smallest count.
"""

from __future__ import annotations

import csv
import glob
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

import pyarrow.parquet as pq

GAP_S = 1800.0
Event = tuple[str, float, str]


def web_events(paths: Iterable[str]) -> Iterator[Event]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                name = " ".join(row.get(part) or "∅" for part in ("type", "nodeName", "id"))
                yield row["user"], row["timeStamp"] / 1000, name


def git_events(paths: Iterable[str]) -> Iterator[Event]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                moment = datetime.fromisoformat(row["author_ts"]).timestamp()
                yield row["user_id"], moment, f"{row['action'] or '∅'} {row['file_kind'] or '∅'}"


READERS = {"web_interactions": web_events, "git_activity": git_events}


def sessions(events: Iterable[Event]) -> Iterator[tuple[str, list[str]]]:
    """(person, session) with runs of the same name collapsed.

    Equal times keep the order of the files; of a person whose records run from the newest to the oldest, they turn it.
    """
    by_person: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for person, moment, name in events:
        by_person[person].append((moment, name))
    for person, acts in by_person.items():
        steps = [after[0] - before[0] for before, after in pairwise(acts)]
        if steps and max(steps) <= 0 and min(steps) < 0:
            acts.reverse()
        acts.sort(key=lambda act: act[0])
        session: list[str] = []
        before = acts[0][0]
        for moment, name in acts:
            if moment - before > GAP_S:
                yield person, session
                session = []
            if not session or session[-1] != name:
                session.append(name)
            before = moment
        yield person, session


def recount(events: Iterable[Event], registry: str) -> dict[tuple[str, ...], int]:
    """For each released record the number of people who have it as a run in a session."""
    wanted: set[tuple[str, ...]] = set()
    for path in glob.glob(f"{registry}/data/*/*/*.parquet"):
        wanted |= {
            tuple(actions) for actions in pq.read_table(path, partitioning=None).column("actions").to_pylist()
        }
    lengths = sorted({len(record) for record in wanted})
    people: dict[tuple[str, ...], set[str]] = {record: set() for record in wanted}
    for person, session in sessions(events):
        for length in lengths:
            for start in range(len(session) - length + 1):
                run = tuple(session[start : start + length])
                if run in people:
                    people[run].add(person)
    return {record: len(who) for record, who in people.items()}


if __name__ == "__main__":
    log, registry, *raw = sys.argv[1:]
    counts = recount(READERS[log](sorted(raw)), registry)
    print(f"{len(counts):,} records; fewest people who have one: {min(counts.values(), default=None)}")  # noqa: T201
