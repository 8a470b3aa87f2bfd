"""Packed sessions: what the one solving worker needs of all buckets, in a few bytes an action.

PACKED has one row a session: which bucket-local person, that person's units, and the session's path codes. Only
counts of people depend on it, never who they are: no digest and no time leaves the bucket.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.distinct import distinct
from transforms.sequence import Sequenced, runs_of_people

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

UNKNOWN_UNIT: Final = ""
"""How an unknown unit is counted: as one unit of its own."""


class Packed(NamedTuple):
    """Sessions of whole people. Sessions of one person are adjacent; paths are numbered by content.

    `path`: for each action an index into `paths` (string, ascending). `starts`: session boundaries, one more than
    sessions. `person`: for each session. `unit_offsets`, `units`: the units each person held, as indices into
    `unit_names` (string, ascending).
    """

    path: Int32s
    paths: pa.Array
    starts: Int64s
    person: Int32s
    unit_offsets: Int64s
    units: Int32s
    unit_names: pa.Array

    @property
    def units_known(self) -> bool:
        """Whether anybody's unit is known; where nobody's is, diversity over units means nothing."""
        return any(name != UNKNOWN_UNIT for name in self.unit_names.to_pylist())

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.unit_offsets) - 1


def pack(sequenced: Sequenced, events: pa.RecordBatch, *, held: pa.Table, named: pa.Table) -> Packed:
    """Pack one bucket.

    O(n log n) for n events by the sort that finds the units that each person held; else linear.

    Args:
        sequenced: the bucket's actions.
        events: the bucket's EVENTS in total order, for the units that their own log names.
        held: UNITS, what everybody held in the window: a person counts in all of them, whatever the events say.
        named: UNITS, what the bucket's people named elsewhere: in sessions that are open yet, in records that are no events.
            Units of people without actions are known as well, though nobody here counts in them.
    """
    actions = sequenced.actions
    session = np.asarray(actions.column("session"))
    starts = (
        np.flatnonzero(np.append(True, session[1:] != session[:-1]))
        if len(session)
        else np.zeros(0, np.int64)
    )
    path, paths = _by_content(actions.column("path"))
    offsets, units, names = _units(events, sequenced.persons, held, named)
    return Packed(
        path,
        paths,
        np.append(starts, len(session)).astype(np.int64),
        np.asarray(actions.column("person"))[starts].astype(np.int32),
        offsets,
        units,
        names,
    )


def merge(parts: Sequence[Packed]) -> Packed:
    """All buckets as one: people renumbered, paths and units numbered by content over all.

    Linear in the actions, and a sort of the distinct paths.
    """
    paths, path_maps = _merge_names([part.paths for part in parts])
    names, unit_maps = _merge_names([part.unit_names for part in parts])
    people = np.cumsum([0, *(part.people for part in parts)])
    sizes = np.cumsum([0, *(len(part.path) for part in parts)])
    unit_sizes = np.cumsum([0, *(len(part.units) for part in parts)])
    none32, zero = np.zeros(0, np.int32), np.zeros(1, np.int64)
    return Packed(
        np.concatenate([none32, *(codes[part.path] for codes, part in zip(path_maps, parts, strict=True))]),
        paths,
        np.concatenate([zero, *(part.starts[1:] + size for size, part in zip(sizes, parts, strict=False))]),
        np.concatenate(
            [none32, *(part.person + np.int32(n) for n, part in zip(people, parts, strict=False))]
        ),
        np.concatenate(
            [zero, *(part.unit_offsets[1:] + size for size, part in zip(unit_sizes, parts, strict=False))]
        ),
        np.concatenate([none32, *(codes[part.units] for codes, part in zip(unit_maps, parts, strict=True))]),
        names,
    )


def _by_content(column: pa.DictionaryArray) -> tuple[Int32s, pa.Array]:
    codes, names = np.asarray(column.indices, np.int32), np.array(column.dictionary.to_pylist(), object)
    distinct, inverse = np.unique(names, return_inverse=True)
    return inverse.astype(np.int32)[codes], pa.array(distinct.tolist(), pa.string())


def _units(
    events: pa.RecordBatch, persons: pa.Array, held: pa.Table, named: pa.Table
) -> tuple[Int64s, Int32s, pa.Array]:
    person, _ = runs_of_people(events.column("person"))
    known = _known(events.column("unit"))
    held_then = person.astype(np.int64) * max(len(known.dictionary), 1) + np.asarray(known.indices, np.int64)
    changes = np.ones(len(held_then), np.bool_)
    changes[1:] = held_then[1:] != held_then[:-1]
    seen = distinct(held_then[changes])
    seen_by, seen_unit = seen // max(len(known.dictionary), 1), seen % max(len(known.dictionary), 1)

    holder, words = [seen_by], [known.dictionary.take(pa.array(seen_unit))]
    for table in (held, named):
        index = pc.index_in(table.column("person").combine_chunks(), value_set=persons)  # null: not here
        holder.append(np.asarray(index.drop_null(), np.int64))
        words.append(table.column("unit").combine_chunks().filter(index.is_valid()).fill_null(UNKNOWN_UNIT))
    # Behind all those that somebody here holds: what is known at all.
    words.append(pc.unique(named.column("unit")).drop_null())
    unit, names = _by_content(pa.concat_arrays(words).dictionary_encode())
    both = distinct(np.concatenate(holder) * max(len(names), 1) + unit[: sum(map(len, holder))])
    offsets = np.searchsorted(both // max(len(names), 1), np.arange(len(persons) + 1)).astype(np.int64)
    return offsets, (both % max(len(names), 1)).astype(np.int32), names


def _known(column: pa.DictionaryArray) -> pa.DictionaryArray:
    unknown = len(column.dictionary)
    words = pa.concat_arrays([column.dictionary, pa.array([UNKNOWN_UNIT], pa.string())])
    return pa.DictionaryArray.from_arrays(column.indices.fill_null(unknown), words)


def _merge_names(parts: Sequence[pa.Array]) -> tuple[pa.Array, list[Int32s]]:
    distinct = sorted({name for part in parts for name in part.to_pylist()})
    number = {name: index for index, name in enumerate(distinct)}
    maps = [np.array([number[name] for name in part.to_pylist()], np.int32) for part in parts]
    return pa.array(distinct, pa.string()), maps
