"""The log of some people's days, as columns: who, when, what, and what is wrong with the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.simulate.clock import DAY_US, times_us
from etl.simulate.delivery import delivered_us
from etl.simulate.draws import For, Ints, draw
from etl.simulate.names import WORDS
from etl.simulate.ragged import owners
from etl.simulate.schedule import day_keys
from etl.simulate.vocabulary import Kind
from etl.simulate.walk import walk
from etl.simulate.world import World

BATCH_EVENTS: Final = 131_072
"""People's days are walked together until they hold so many events: bounds memory, and stays in the cache."""


class Fault(IntEnum):
    """What is wrong with a record."""

    NONE = 0
    MALFORMED = 1
    NO_OFFSET = 2
    IN_1970 = 3


_DUPLICATE: Final = 4
_PER_MILLION: Final = {Fault.MALFORMED: 150, Fault.NO_OFFSET: 200, Fault.IN_1970: 100, _DUPLICATE: 300}


@dataclass(frozen=True)
class Log:
    """Events as columns of one length."""

    time_us: Ints
    """Since the start of the first night, UTC."""
    person: npt.NDArray[np.int32]
    action: npt.NDArray[np.int32]
    word: npt.NDArray[np.int8]
    """Index into WORDS of what was typed; -1: nothing was."""
    event_id: npt.NDArray[np.uint64]
    fault: npt.NDArray[np.int8]
    delivered_us: Ints
    """When the record arrived: as it happened, or whole nights later."""

    def __len__(self) -> int:
        """How many events."""
        return len(self.time_us)

    def take(self, rows: Ints | slice) -> Log:
        """Some of the events."""
        return Log(*(getattr(self, field.name)[rows] for field in fields(self)))


def concatenated(logs: list[Log]) -> Log:
    """Several logs as one."""
    return Log(*(np.concatenate([getattr(log, field.name) for log in logs]) for field in fields(Log)))


def logs_of_day(world: World, people: Ints, events: Ints, day: int) -> Iterator[Log]:
    """Some people's logs of one local day, in batches.

    Times beyond the last night go on with the first: whoever works past the end has done so before the beginning too.

    Args:
        world: the workplace.
        people: who.
        events: of each, as `events_by_day` says.
        day: counted from the first night.
    """
    people, events = people[events > 0], events[events > 0]
    batch = (np.cumsum(events) - events) // BATCH_EVENTS
    for number in np.unique(batch):
        yield _log(world, people[batch == number], events[batch == number], day)


def _log(world: World, people: Ints, events: Ints, day: int) -> Log:
    keys = day_keys(world, people, day)
    runs = walk(world, people, events, keys)
    owner, number = owners(events)
    stream = keys[owner]
    chance = draw(stream, For.GAP, number)
    time_us = times_us(world, people, keys, runs, chance) + day * DAY_US
    action = np.repeat(runs.action, runs.length)
    typed = (chance >> np.uint64(34)).astype(np.int64) % len(WORDS)
    log = Log(
        time_us=time_us % (world.simulation.nights * DAY_US),
        person=people[owner].astype(np.int32),
        action=action,
        word=np.where(world.action_kind[action] == Kind.KEY, typed, -1).astype(np.int8),
        event_id=draw(stream, For.EVENT_ID, number),
        fault=np.zeros(len(owner), np.int8),
        delivered_us=np.zeros(len(owner), np.int64),
    )
    if world.simulation.hostile:
        _spoil(log, (chance >> np.uint64(40)).astype(np.int64), number)
    return replace(log, delivered_us=delivered_us(world, log.person, log.time_us, stream, number))


def _spoil(log: Log, chance_24: Ints, number: Ints) -> None:
    """Put faults and duplicates in: half a per mille is rejected, less is a duplicate."""
    low = 0
    for fault, per_million in _PER_MILLION.items():
        high = low + per_million * 2**24 // 1_000_000
        rows = np.flatnonzero((chance_24 >= low) & (chance_24 < high))
        low = high
        if fault != _DUPLICATE:
            log.fault[rows] = fault
            continue
        rows = rows[number[rows] > 0]  # the day's first has nothing to repeat
        for field in fields(log):
            column = getattr(log, field.name)
            column[rows] = column[rows - 1]
