"""How much memory so many people on one token take, from staged events to the release: `python -m tests.privacy.million N`.

Prints the growth of the process's peak in bytes, and what was released.
"""

from __future__ import annotations

import json
import resource
import sys

import numpy as np
import pyarrow as pa

from tests.worlds import policy
from transforms.buckets import partition
from transforms.count import add, count
from transforms.emit import emit
from transforms.pack import merge, pack
from transforms.participation import UNITS
from transforms.plan import find_plan
from transforms.release import Release, release
from transforms.schemas import EVENTS
from transforms.sequence import build_actions, order_events

K, J, BUCKETS, TEAMS = 10, 3, 8, 40


def events_of(people: int) -> pa.Table:
    """One event a person, all of one path."""
    digests = np.random.default_rng(1).integers(0, 2**63, 2 * people)
    ones, units = np.zeros(people, np.int32), (np.arange(people) % TEAMS).astype(np.int32)
    columns = [
        pa.Array.from_buffers(pa.binary(16), people, [None, pa.py_buffer(digests)]),
        pa.DictionaryArray.from_arrays(pa.array(units), pa.array([f"unit {unit}" for unit in range(TEAMS)])),
        pa.array(np.arange(people)),
        pa.array(ones),
        pa.array(np.arange(people)),
        pa.DictionaryArray.from_arrays(pa.array(ones), pa.array(["click Desk open"])),
        pa.nulls(people, pa.int64()),
        pa.Array.from_buffers(pa.binary(16), people, [None, pa.py_buffer(digests)]),
        pa.nulls(people, pa.int64()),
        pa.nulls(people, pa.int64()),
    ]
    return pa.table(columns, schema=EVENTS)


def released(people: int) -> Release:
    numbers = policy(k=K, min_outside_unit=J, cap_per_person=20, max_per_person=5000)
    staged = [order_events([part]).events for _, part in partition(events_of(people), buckets=BUCKETS)]
    packed, rows = [], []
    for part in staged:
        made = build_actions(part, gap_us=numbers.gap_us, drop_repeats=True)
        packed.append(pack(made, part, held=UNITS.empty_table(), named=UNITS.empty_table()))
        rows.append(np.append(np.asarray(made.actions.column("first_row")), part.num_rows))
    everybody = merge(packed)
    plan = find_plan(everybody, numbers, min_outside_unit=J)
    counts = [
        count(
            emit(one, first, plan, cap_per_person=20, max_per_person=5000, drop_repeats=True, salt=b"v"),
            len(plan.digests),
        )
        for one, first in zip(packed, rows, strict=True)
    ]
    return release(add(counts, len(plan.digests)), plan, k=K, min_outside_unit=J)


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    released(10_000)  # what is loaded and compiled once
    before = peak_bytes()
    made = released(int(sys.argv[1]))
    result = {
        "bytes": peak_bytes() - before,
        "people": made.people.tolist(),
        "rows": made.table.to_pylist(),
    }
    print(json.dumps(result))  # noqa: T201
