"""Lifting: every action to the finest level of its hierarchy that enough people share; one recoding per window.

A coarser token is counted over the people whose finer token failed, so that what a lifted token says ("its children
had too few") is all that it says. What each action can be lifted to further, where its context asks for it, comes along.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.distinct import counted, distinct
from transforms.pack import Packed
from transforms.tokens import level_names

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lift:
    """The recoding: what `paths` (string, distinct) become, as indices into `tokens` (string, ascending); -1: withheld.

    `steps[0]`: everywhere. `steps[n]`: after n liftings in context (`transforms.context`), each to the next coarser level
    that enough people have, in any context; where there is none, as before.
    """

    paths: pa.Array
    steps: Int32s
    tokens: pa.Array


def lift(packed: Packed, *, levels: int, k: int, min_outside_unit: int) -> Lift:
    """Find the recoding.

    O(a log a) for a actions: each person and path once, by sorting; then every level costs a sort of these pairs.

    Args:
        levels: how many levels the mapping has; 1 lifts nothing.
        k: people that a token needs.
        min_outside_unit: people it needs outside any one unit; 0: units are not known.
    """
    person = np.repeat(packed.person, np.diff(packed.starts)).astype(np.int64)
    paths = max(len(packed.paths), 1)
    held = distinct(person * paths + packed.path)
    pair_person, pair_path = held // paths, held % paths

    def enough(code: Int64s, names: int, among: Bools) -> Bools:
        """For each path whether enough people have its name by one of the paths `among`."""
        some = among[pair_path]
        who, what = pair_person[some], code[pair_path[some]]
        return shared_enough(who, what, names, packed, k=k, min_outside_unit=min_outside_unit)[code]

    chain = np.full((levels, len(packed.paths)), None, object)
    place = np.zeros(len(packed.paths), np.int64)  # in its chain, where a path's next name goes
    pending = np.ones(len(packed.paths), np.bool_)
    by_level = [_coded(packed.paths, level) for level in range(levels)]
    start = np.zeros(len(packed.paths), np.int64)
    for level, (name, code, names) in enumerate(by_level):
        passes = pending & enough(code, names, pending)
        chain[0, passes], start[passes], pending[passes] = name[passes], level, False
    everything = np.ones(len(packed.paths), np.bool_)
    for level, (name, code, names) in enumerate(by_level[1:], start=1):
        further = np.flatnonzero((start < level) & enough(code, names, everything))
        place[further] += 1
        chain[place[further], further] = name[further]
    tokens = sorted({name for name in chain.ravel() if name is not None})
    number = {name: index for index, name in enumerate(tokens)} | {None: -1}
    steps = np.array([[number[name] for name in row] for row in chain], np.int32)
    for step in range(1, levels):
        steps[step] = np.where(place < step, steps[step - 1], steps[step])
    return Lift(packed.paths, steps, pa.array(tokens, pa.string()))


def _coded(paths: pa.Array, level: int) -> tuple[npt.NDArray[np.object_], Int64s, int]:
    """Each path's name at a level, and its number among the names; how many names there are."""
    names = level_names(paths, level).dictionary_encode()
    code = np.asarray(names.indices, np.int64)
    return np.array(names.dictionary.to_pylist(), object)[code], code, len(names.dictionary)


def shared_enough(
    person: Int64s, value: Int64s, values: int, packed: Packed, *, k: int, min_outside_unit: int
) -> Bools:
    """For each of `values` values: do at least k different people have it, and enough of them outside any one unit?

    O(n log n) for n pairs, times the units a person held where these count.

    Args:
        person, value: who has what; pairs may repeat.
    """
    pairs = distinct(person * max(values, 1) + value)
    who, what = pairs // max(values, 1), pairs % max(values, 1)
    people = np.bincount(what, minlength=values)
    enough = people >= k
    if min_outside_unit > 0:
        enough &= people - largest_unit(who, what, values, packed) >= min_outside_unit
    return np.asarray(enough, np.bool_)


def largest_unit(who: Int64s, what: Int64s, values: int, packed: Packed) -> Int64s:
    """For each value the number of its people in the unit that has most of them; a person counts in every unit held."""
    held = np.diff(packed.unit_offsets)[who]
    starts = np.repeat(packed.unit_offsets[who] - np.append(0, np.cumsum(held)[:-1]), held)
    unit = packed.units[starts + np.arange(held.sum())].astype(np.int64)
    names = max(len(packed.unit_names), 1)
    cell, people = counted(np.repeat(what, held) * names + unit)
    largest = np.zeros(values, np.int64)
    np.maximum.at(largest, cell // names, people)
    return largest


def steps_of(paths: pa.Array, recoding: Lift) -> Int32s:
    """The steps of each of some paths (string, distinct), one column a path; -1: withheld, or a path it does not know."""
    index = pc.index_in(paths.cast(pa.string()), value_set=recoding.paths)
    known = np.asarray(pc.fill_null(index, len(recoding.paths)), np.int64)
    return np.pad(recoding.steps, ((0, 0), (0, 1)), constant_values=-1)[:, known]
