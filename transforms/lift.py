"""Lifting: every action to the finest level of its hierarchy that enough people share; one recoding per window.

A coarser token is counted over the people whose finer token failed, so that what a lifted token says ("its children
had too few") is all that it says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.distinct import distinct
from transforms.pack import Packed
from transforms.tokens import level_names

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lift:
    """The recoding. `token[i]`: what `paths[i]` becomes, an index into `tokens` (string, ascending); -1: withheld."""

    paths: pa.Array
    token: Int32s
    tokens: pa.Array


def lift(packed: Packed, *, levels: int, k: int, min_outside_unit: int) -> Lift:
    """Find the recoding.

    Args:
        levels: how many levels the mapping has; 1 lifts nothing.
        k: people that a token needs.
        min_outside_unit: people it needs outside any one unit; 0: units are not known.
    """
    person = np.repeat(packed.person, np.diff(packed.starts)).astype(np.int64)
    held = distinct(person * max(len(packed.paths), 1) + packed.path)
    pair_person, pair_path = held // max(len(packed.paths), 1), held % max(len(packed.paths), 1)
    name_of = np.full(len(packed.paths), None, object)
    open_paths = np.ones(len(packed.paths), np.bool_)
    for level in range(levels):
        names = level_names(packed.paths, level).dictionary_encode()
        code = np.asarray(names.indices, np.int64)
        pending = open_paths[pair_path]
        enough = shared_enough(
            pair_person[pending],
            code[pair_path[pending]],
            len(names.dictionary),
            packed,
            k=k,
            min_outside_unit=min_outside_unit,
        )
        passes = open_paths & enough[code]
        name_of[passes] = np.array(names.dictionary.to_pylist(), object)[code[passes]]
        open_paths &= ~passes
    tokens = sorted({name for name in name_of if name is not None})
    number = {name: index for index, name in enumerate(tokens)}
    token = np.array([-1 if name is None else number[name] for name in name_of], np.int32)
    return Lift(packed.paths, token, pa.array(tokens, pa.string()))


def shared_enough(
    person: Int64s, value: Int64s, values: int, packed: Packed, *, k: int, min_outside_unit: int
) -> Bools:
    """For each of `values` values: do at least k different people have it, and enough of them outside any one unit?

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
    cell, people = np.unique(np.repeat(what, held) * names + unit, return_counts=True)
    largest = np.zeros(values, np.int64)
    np.maximum.at(largest, cell // names, people)
    return largest


def tokens_of(paths: pa.Array, recoding: Lift) -> Int32s:
    """The token of each of some paths (string, distinct); -1: withheld, or a path the recoding does not know."""
    index = pc.index_in(paths.cast(pa.string()), value_set=recoding.paths)
    known = np.asarray(pc.fill_null(index, -1), np.int64)
    return (
        np.where(known >= 0, recoding.token[known], -1).astype(np.int32)
        if len(recoding.token)
        else np.full(len(paths), -1, np.int32)
    )
