"""A bucket's events in total order, without duplicates, cut into sessions and reduced to actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.barriers import opens_session
from transforms.buckets import compact
from transforms.distinct import distinct, number, repeated
from transforms.endless import over_by_length, working_since
from transforms.newest_first import backwards, newest_first
from transforms.repeated_hour import Repeated, repeated_hours, second_pass
from transforms.schemas import ACTIONS, EVENTS
from transforms.tokens import level_texts

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FAR_US: Final = 1 << 62
"""Later than any event."""


class Ordered(NamedTuple):
    """EVENTS in the total order (person, time, file, position); how many duplicates were dropped, of how many people, and
    these themselves (EVENTS)."""

    events: pa.RecordBatch
    duplicates: int
    duplicate_people: int
    repeats: pa.RecordBatch


class Sequenced(NamedTuple):
    """ACTIONS, the people of the bucket, and its counts.

    `persons`: binary(16), ascending; ACTIONS.person is an index into it. `sessions` counts sessions of *events*.
    `transitions_of`: by person, adjacent pairs of actions inside a session, repeats of the finest token collapsed: in all
    the denominator of the figure of merit (DESIGN §5).
    """

    actions: pa.RecordBatch
    persons: pa.Array
    sessions: int
    transitions_of: Int64s

    @property
    def transitions(self) -> int:
        """Of everybody."""
        return int(self.transitions_of.sum())


def order_events(
    batches: Sequence[pa.RecordBatch],
    *,
    find_newest_first: bool = True,
    timezone: str | None = None,
    end_us: int = FAR_US,
) -> Ordered:
    """Bring a bucket's batches into the total order and drop a person's repeats of a record id (the first stays).

    O(n log n): a stable sort by person and time, and one of the record ids where there are some.

    Args:
        batches: EVENTS, in any order and cut in any way.
        find_newest_first: read the records of who has them newest first backwards (`newest_first`); what is returned has
            files and positions in that order.
        timezone: of local times: those of an hour that it repeats are told apart (`repeated_hour`); None: there are none.
        end_us: where the window ends: no time is moved beyond it.
    """
    if not batches:
        return Ordered(_empty(), 0, 0, _empty())
    first_of = sorted(
        batches, key=lambda batch: (batch.column("file")[0].as_py(), batch.column("position")[0].as_py())
    )
    table = pa.Table.from_batches(first_of).unify_dictionaries()
    person, _ = person_codes(table.column("person"))
    time_us, file, position = (np.asarray(table.column(name)) for name in ("time_us", "file", "position"))
    if timezone is not None and len(time_us):
        hours = repeated_hours(timezone, int(time_us.min()), int(time_us.max()))
        moved = second_pass(person, time_us, file, position, [hour for hour in hours if _fits(hour, end_us)])
        if moved is not time_us:
            time_us = moved
            table = table.set_column(2, EVENTS.field("time_us"), pa.array(time_us))
    order = _order(person, time_us, file, position)
    back = newest_first(person, time_us, file, position, order) if find_newest_first else None
    if back is not None and back.any():
        turned = backwards(file, position)
        file, position = np.where(back, turned[0], file), np.where(back, turned[1], position)
        table = table.set_column(3, EVENTS.field("file"), pa.array(file))
        table = table.set_column(4, EVENTS.field("position"), pa.array(position))
        order = _order(person, time_us, file, position)
    keep = _first_of_each(table, person, order)
    events = compact(table.take(pa.array(order[keep])))
    repeats = _empty() if keep.all() else compact(table.take(pa.array(order[~keep])))
    return Ordered(events, repeats.num_rows, len(distinct(person[order[~keep]])), repeats)


def _fits(hour: Repeated, end_us: int) -> bool:
    return not hour.from_us < end_us < 2 * hour.to_us - hour.from_us


def _order(person: Int32s, time_us: Int64s, file: Int32s, position: Int64s) -> Int64s:
    """The rows by person, time, file and position."""
    # As a rule rows stand by file and position already: then a stable sort needs the other two keys only.
    if not _ascend(file, position):
        return np.lexsort((position, file, time_us, person))
    by_time = np.argsort(time_us, kind="stable")
    who = person[by_time]
    if who.max(initial=0) < 1 << 16:  # of so few bits a stable sort is one by radix
        who = who.astype(np.uint16)
    return by_time[np.argsort(who, kind="stable")]


def _ascend(file: Int32s, position: Int64s) -> bool:
    same = file[1:] == file[:-1]
    return bool(((file[1:] > file[:-1]) | (same & (position[1:] > position[:-1]))).all())


def person_codes(column: pa.ChunkedArray) -> tuple[Int32s, pa.Array]:
    """Each row's person as an index into the distinct persons in ascending order of their digests.

    O(n + p log p) for p persons.
    """
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    digests = np.array(encoded.dictionary.to_pylist(), object)
    order = np.argsort(digests, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[np.asarray(encoded.indices)], pa.array(digests[order].tolist(), pa.binary(16))


def runs_of_people(column: pa.Array) -> tuple[Int32s, pa.Array]:
    """`person_codes` of EVENTS in total order, where each person's rows follow each other. Linear, nothing is hashed."""
    words = np.frombuffer(column.buffers()[1] or b"", np.int64).reshape(-1, 2)
    words = words[column.offset : column.offset + len(column)]
    begins = np.ones(len(words), np.bool_)
    begins[1:] = (words[1:, 0] != words[:-1, 0]) | (words[1:, 1] != words[:-1, 1])
    return np.cumsum(begins, dtype=np.int32) - np.int32(1), column.filter(pa.array(begins))


def open_sessions(
    events: pa.RecordBatch, *, gap_us: int, spent: pa.Table | None, end_us: int, longest_us: int = 0
) -> Bools:
    """Which events are of a session that may go on after `end_us` (µs UTC, exclusive): its last is no more than the gap
    before, and it is not cut for its length between that and the end.

    O(n + (n + s) log s) for n events and s spent intervals.

    Args:
        events, gap_us, spent, longest_us: as of `build_actions`.
    """
    person, persons = runs_of_people(events.column("person"))
    time_us = np.asarray(events.column("time_us"), np.int64)
    fragment = events.column("fragment")
    opens = opens_session(
        person, persons, time_us, fragment, gap_us=gap_us, spent=spent, longest_us=longest_us
    )
    first = np.flatnonzero(opens)
    last = np.append(first, events.num_rows)[1:] - 1
    late = time_us[last] >= end_us - gap_us
    if longest_us and late.any():
        asked = last[late]
        since = working_since(person, persons, time_us, asked, gap_us=gap_us, spent=spent)
        late[late] = ~over_by_length(
            time_us[asked], since, end_us=end_us, gap_us=gap_us, longest_us=longest_us
        )
    return np.repeat(late, last - first + 1)


def build_actions(
    events: pa.RecordBatch,
    *,
    gap_us: int,
    drop_repeats: bool,
    spent: pa.Table | None = None,
    longest_us: int = 0,
) -> Sequenced:
    """Sessionize and reduce.

    O(n + (n + s) log s) for n events and s spent intervals: the events are in order already.

    Args:
        events: EVENTS in total order, as `order_events` returns them.
        gap_us: a pause longer than this starts a new session (exactly the gap does not; DESIGN §2).
        drop_repeats: whether a run of the same action is one action.
        spent: SPENT_OF_PEOPLE, what was released before (`transforms.barriers`); None: nothing.
        longest_us: sessions that never pause are cut by it (`transforms.endless`); 0: they are not.
    """
    rows = events.num_rows
    person, persons = runs_of_people(events.column("person"))
    time_us = np.asarray(events.column("time_us"))
    path = events.column("path")
    code = np.asarray(path.indices, np.int32)
    fragment = events.column("fragment")
    opens = opens_session(
        person, persons, time_us, fragment, gap_us=gap_us, spent=spent, longest_us=longest_us
    )
    session = np.cumsum(opens, dtype=np.int32) - 1
    starts = opens.copy()
    starts[1:] |= (code[1:] != code[:-1]) if drop_repeats else True
    first = np.flatnonzero(starts)
    last = np.append(first, rows)[1:]
    actions = pa.RecordBatch.from_arrays(
        [
            pa.array(person[first]),
            pa.array(session[first].astype(np.int32)),
            pa.DictionaryArray.from_arrays(pa.array(code[first]), path.dictionary),
            pa.array(first.astype(np.int64)),
            pa.array((last - first).astype(np.int32)),
        ],
        schema=ACTIONS,
    )
    sessions = int(opens.sum())
    finest = _finest(path.dictionary)[code[first]]
    moves = (session[first][1:] == session[first][:-1]) & ((finest[1:] != finest[:-1]) | (not drop_repeats))
    doer = person[first][1:][moves]
    return Sequenced(actions, persons, sessions, np.bincount(doer, minlength=len(persons)).astype(np.int64))


def _finest(paths: pa.Array) -> Int64s:
    """For each distinct path a number for its finest level's text: equal texts, equal numbers."""
    return np.asarray(level_texts(paths, 0).dictionary_encode().indices, np.int64)


def _first_of_each(table: pa.Table, person: Int32s, order: Int64s) -> npt.NDArray[np.bool_]:
    """Which rows of the order are the first of their person with their record id; rows without an id all are."""
    keep = np.ones(len(order), np.bool_)
    record_id = table.column("record_id")
    if record_id.null_count == len(order):
        return keep
    named = np.flatnonzero(np.asarray(record_id.is_valid())[order])
    some = named[repeated(np.asarray(record_id.fill_null(0), np.int64)[order[named]])]
    encoded = record_id.take(pa.array(order[some])).combine_chunks().dictionary_encode()
    code = np.asarray(encoded.indices, np.int64)
    pair = person[order[some]].astype(np.int64) * (len(encoded.dictionary) + 1) + code
    keep[some] = False
    keep[some[number(pair).first]] = True
    return keep


def _empty() -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in EVENTS], schema=EVENTS)
