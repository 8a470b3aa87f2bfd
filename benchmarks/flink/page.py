"""The rows as a page."""

from __future__ import annotations

import os
import re
from typing import Final

from benchmarks.flink.artefacts import Artefacts
from benchmarks.flink.cluster import SLOTS
from benchmarks.flink.jobs import FlinkJob, Step
from benchmarks.flink.trial import Row
from benchmarks.flink.world import World

_HEAD: Final = """\
# On Apache Flink

Written by `make flink-test ARGS='--kills --out docs'`, on {cores} cores. Beam {python} for Python, as a wheel in an
environment of its own; the job server is Beam {java}, on Flink {flink}: one job manager, {workers} task managers of {slots}
slots, each with a worker pool (`python -m etl.worker_pool`) of its own, all of them processes that talk over the network
of this machine.
{java_note}
The log is a simulated one of {events:,} events by {people} people over two nights. The first was published with the local
runner; the second, with what waited of the first, is run on the cluster (`--parallelism={workers}`, splits of {split} MB,
{buckets} buckets) in a fresh copy of the registry each time. The local runner takes {local:.0f} s for it.

After each run: `data/`, `manifests/` and `reports/` are compared byte for byte with what the local runner made ({files}
files, {data} of them data); `desirepath verify`, `audit` and `versions` find nothing; nothing is left in staging. A run
that published nothing is followed by another, and then the same is asked. Of {secrets} accounts and rare texts of the log
none is in the logs of the cluster and its workers afterwards, and none of the {accounts} accounts in any of its files.

**{rows} runs; {verdict}.**

| run | exit | seconds | failures that Flink met | splits read by each task manager | published | if not | bytes |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""

_STEPS: Final = """
## Where the time and the bytes go

Of the first run, as Flink tells it: steps that hold code of ours, in the order in which they ended up in the job. A step's
seconds go from its first record to its end, waiting for what comes before it and starting Python included. Bytes are those
that it hands on, on one machine or to another.

| step | seconds | records in, by task manager | bytes out |
| --- | --- | --- | --- |
"""

_OTHER_VERSION: Final = """\
The job server is of another version than Beam for Python because Maven Central gave all parts of this one to the machine
where this was measured. Where it has those of the same version, take these (`--beam-java`, `--flink-line`).
"""


def page(
    rows: list[Row], job: FlinkJob, world: World, artefacts: Artefacts, *, python: str, workers: int
) -> str:
    """The page, in Markdown. `job`: the first run's."""
    bad = [row for row in rows if row.problems]
    text = _HEAD.format(
        cores=os.cpu_count(),
        python=python,
        java=artefacts.beam,
        java_note="" if python == artefacts.beam else _OTHER_VERSION,
        flink=artefacts.flink,
        workers=workers,
        slots=SLOTS,
        events=world.events,
        people=world.people,
        split=f"{world.pieces.split_mb:g}",
        buckets=world.pieces.buckets,
        local=world.seconds,
        files=len(world.expected),
        data=world.expected_data,
        secrets=len(world.secrets),
        accounts=len(world.accounts),
        rows=len(rows),
        verdict="all as they should be" if not bad else f"{len(bad)} with problems",
    )
    steps = [_step(step) for step in job.steps if "MapPartition" in step.name or "GroupReduce" in step.name]
    return text + "\n".join(map(_line, rows)) + "\n" + _STEPS + "\n".join(steps) + "\n"


def _step(step: Step) -> str:
    name = re.sub(r".*?at \[\d+\]|.*?\(GroupReduce at |\).*| -> .*|/?\{?FlatMap.*", "", step.name)
    records = ", ".join(f"{count:,}" for _, count in sorted(step.by_worker.items())) or "—"
    return f"| {name.strip('{}')} | {step.seconds:.1f} | {records} | {step.written_bytes:,} |"


def _line(row: Row) -> str:
    same = "; ".join(f"**{problem}**" for problem in row.problems) or "the same"
    readers = ", ".join(str(count) for _, count in sorted(row.readers.items())) or "—"
    published = "yes" if row.published else f"no: {row.wrong}" if row.wrong else "no"
    cells = (row.name, row.exit_code, f"{row.seconds:.0f}", row.restarts, readers, published, row.then, same)
    return f"| {' | '.join(map(str, cells))} |"
