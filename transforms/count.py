"""Counting who emitted what: people per record and per (record, unit), additive over person buckets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.distinct import counted, distinct
from transforms.emit import Emitted

Int64s = npt.NDArray[np.int64]


class Counts(NamedTuple):
    """What a set of people emitted. The sum over disjoint sets of people is the whole.

    `people`, `occurrences`: by record. `cell_record`, `cell_unit`, `cell_people`: people per (record, unit), a unit
    being an index into `unit_names`; a person counts in every unit held. `withheld`: reason → (actions, people).
    """

    people: Int64s
    occurrences: Int64s
    cell_record: Int64s
    cell_unit: Int64s
    cell_people: Int64s
    unit_names: tuple[str, ...]
    withheld: dict[str, tuple[int, int]]


def count(emitted: Emitted, records: int) -> Counts:
    """Count one bucket's emissions, each person once a record.

    O(s log s) for s segments, times the units a person held.

    Args:
        records: how many records the plan has.
    """
    packed = emitted.packed
    pairs = distinct(emitted.person.astype(np.int64) * max(records, 1) + emitted.record)
    who, what = pairs // max(records, 1), pairs % max(records, 1)
    held = np.diff(packed.unit_offsets)[who]
    begins = np.cumsum(held) - held
    slot = np.repeat(packed.unit_offsets[who] - begins, held) + np.arange(int(held.sum()))
    names = tuple(packed.unit_names.to_pylist())
    cells, people = counted(np.repeat(what, held) * max(len(names), 1) + packed.units[slot])
    return Counts(
        np.bincount(what, minlength=records).astype(np.int64),
        np.bincount(emitted.record, minlength=records).astype(np.int64),
        cells // max(len(names), 1),
        cells % max(len(names), 1),
        people.astype(np.int64),
        names,
        emitted.withheld,
    )


def add(parts: Sequence[Counts], records: int) -> Counts:
    """The counts of all buckets together.

    O(r + c log c) for r records in each part and c cells of (record, unit) in all.
    """
    names = tuple(sorted({name for part in parts for name in part.unit_names}))
    number = {name: index for index, name in enumerate(names)}
    zeros = np.zeros(records, np.int64)
    none = np.zeros(0, np.int64)
    record = np.concatenate([none, *(part.cell_record for part in parts)])
    unit = np.concatenate(
        [none, *(np.array([number[n] for n in part.unit_names], np.int64)[part.cell_unit] for part in parts)]
    )
    people = np.concatenate([none, *(part.cell_people for part in parts)])
    cells, inverse = np.unique(record * max(len(names), 1) + unit, return_inverse=True)
    withheld: dict[str, tuple[int, int]] = {}
    for part in parts:
        for reason, (actions, behind) in part.withheld.items():
            before = withheld.get(reason, (0, 0))
            withheld[reason] = (before[0] + actions, before[1] + behind)
    return Counts(
        sum((part.people for part in parts), zeros),
        sum((part.occurrences for part in parts), zeros),
        cells // max(len(names), 1),
        cells % max(len(names), 1),
        np.bincount(inverse, weights=people, minlength=len(cells)).astype(np.int64),
        names,
        withheld,
    )


def outside_any_unit(counts: Counts) -> Int64s:
    """For each record: how many of its people are outside the unit that has most of them. Linear in the cells."""
    largest = np.zeros(len(counts.people), np.int64)
    np.maximum.at(largest, counts.cell_record, counts.cell_people)
    return counts.people - largest
