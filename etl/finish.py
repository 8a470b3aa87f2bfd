"""The last steps of the pipeline: filter and write the release, and leave the totals where the run picks them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from etl.job import Job
from etl.parquet import write_release
from etl.progress import advance
from etl.staging import staged, write_batch, write_bytes
from etl.steps import Told
from transforms.believed import BEHIND, DEAD_LETTERS, UNBELIEVED, Believed
from transforms.count import Counts, add
from transforms.decode import reasons
from transforms.draw import SEEN_BEFORE
from transforms.events import OUTSIDE_WINDOW
from transforms.ledger import NOTHING, Content
from transforms.release import Release, release
from transforms.statistics import ReadStatistics, total

_COUNTED: Final = ("duplicates", SEEN_BEFORE, "late", "pooled", "open", "fresh", BEHIND, *UNBELIEVED)
TOTALS: Final = (
    *("people", "sessions", "actions", "transitions", "active"),
    *(f"{name}{of}" for name in _COUNTED for of in ("", "_people")),
)
"""What the buckets count, all of it there even where there is no bucket."""


def write_outcome(
    _: object, told: Told, counts: Iterable[Counts], totals: Iterable[Counter[str]], job: Job
) -> None:
    """Filter exactly, write the Parquet files, and leave the exact totals."""
    plan = told.plan
    released = release(
        add(list(counts), len(plan.digests)),
        plan,
        k=job.anonymity.k,
        min_outside_unit=plan.min_outside_unit,
    )
    for batch in released.table.combine_chunks().to_batches():
        write_batch(batch, job.staging.release)
    files = _write_files(released, job)
    sums = Counter(dict.fromkeys(TOTALS, 0))
    for part in totals:
        sums.update(part)
    shown = sorted(released.table.column("people").to_pylist())  # on the ladder: exact counts stay inside
    outcome = {
        **sums,
        "min_outside_unit": plan.min_outside_unit,
        "released": {
            "events": released.events,
            "transitions": released.transitions,
            "transitions_finest": released.transitions_finest,
            "records": released.table.num_rows,
        },
        "withheld": released.withheld,
        "smallest_support": min(shown, default=None),
        "median_support": shown[len(shown) // 2] if shown else None,
        "vocabulary": len(
            set(pa.compute.list_flatten(released.table.column("actions")).unique().to_pylist())
        ),
        "files": files,
    }
    write_bytes(orjson.dumps(outcome), job.staging.outcome)
    advance("write", released.table.num_rows)


def _write_files(released: Release, job: Job) -> list[str]:
    """The Parquet files, each whole or not there; returns their names below `data`, in order."""
    data = job.staging.data
    with job.staging.attempt() as folder:
        names = [str(path.relative_to(folder)) for path in write_release(released, folder)]
        for name in names:
            (data / name).parent.mkdir(exist_ok=True)
            (folder / name).replace(data / name)
    return names


def write_content(_: object, parts: Iterable[Content], job: Job) -> None:
    """Leave what the window's events amount to."""
    whole = NOTHING
    for part in parts:
        whole = whole + part
    write_bytes(orjson.dumps({"content": whole.commitment}), job.staging.content)


def statistics_of(_: object, parts: Iterable[ReadStatistics]) -> ReadStatistics:
    """What was read, in all."""
    return total(parts)


def believed_of(_: object, statistics: ReadStatistics, job: Job) -> Believed | None:
    """Which window the clocks of enough people give a load of all time; None: the window is another one."""
    return None if job.span is None else job.span.believed(statistics)


def write_statistics(
    _: object, statistics: ReadStatistics, ahead: Iterable[tuple[int, pa.RecordBatch]], job: Job
) -> None:
    """Leave what was read, the times that were ahead told apart: of a later night, or of no clock that is believed."""
    future, later = 0, 0
    for _file, clocks in ahead:
        wrong = _in_future(clocks, statistics, job)
        future += int(wrong.sum())
        later += int((~wrong).sum())
    values = {name: value for name, value in vars(statistics).items() if name != "edges"}
    values["rejected"] = statistics.rejected + Counter({reasons.TIME_IN_FUTURE: future})
    values["dropped"] = statistics.dropped + Counter({OUTSIDE_WINDOW: later})
    for name in ("behind", "present"):
        values[name] = {reason: len(people) for reason, people in values[name].items()}
    values["columns"] = {
        name: {"distinct": seen.distinct, "sentences": seen.sentences, "content": seen.is_content}
        for name, seen in sorted(values["columns"].items())
    }
    plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
    nights = None if job.span is None else job.span.nights(statistics)
    plain["nights"] = None if nights is None else [str(night) for night in nights]
    write_bytes(orjson.dumps(plain), job.staging.statistics)


def write_dead_letters(
    _: object,
    parts: Iterable[tuple[int, pa.RecordBatch]],
    letters: Iterable[pa.Table],
    statistics: ReadStatistics,
    ahead: Iterable[tuple[int, pa.RecordBatch]],
    job: Job,
) -> None:
    """Leave the dead letters in order of file and position: never what a record held."""
    tables = [_letters(file, batch.column("position"), batch.column("reason")) for file, batch in parts]
    for file, clocks in ahead:
        position = clocks.column("position").filter(pa.array(_in_future(clocks, statistics, job)))
        reason = pa.repeat(pa.scalar(reasons.TIME_IN_FUTURE), len(position))
        tables.append(_letters(file, position, reason))
    whole = pa.concat_tables([DEAD_LETTERS.empty_table(), *tables, *letters])
    ordered = whole.sort_by([("file", "ascending"), ("position", "ascending"), ("reason", "ascending")])
    with staged(job.staging.dead_letters) as partial:
        pq.write_table(ordered, partial, compression="zstd")


def _letters(file: int, position: pa.Array, reason: pa.Array) -> pa.Table:
    return pa.table(
        [pa.repeat(pa.scalar(file, pa.int32()), len(position)), position, reason], schema=DEAD_LETTERS
    )


def _in_future(clocks: pa.RecordBatch, statistics: ReadStatistics, job: Job) -> npt.NDArray[np.bool_]:
    if job.span is None:
        return np.zeros(clocks.num_rows, np.bool_)
    return np.asarray(clocks.column("time_us"), np.int64) >= job.span.future_us(statistics)
