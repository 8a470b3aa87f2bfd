"""What a bucket draws on: its events in order, those consumed before left out, open sessions set apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.buckets import compact
from transforms.ledger import Content, content_of, ledger_of, places, seen
from transforms.named import named_by, set_apart
from transforms.schemas import EVENTS
from transforms.sequence import Ordered, open_sessions, order_events, runs_of_people

Bools = npt.NDArray[np.bool_]

SEEN_BEFORE: Final = "seen_before"


@dataclass(frozen=True)
class DrawPolicy:
    """What `draw` needs to know. The window is [first_us, end_us), µs UTC. `hold_open`: whether sessions that may go on
    after it wait; a load of all time has nothing after it. `late_us`: how long before the window's end an event can have
    been that is still recognised; 0: none is. `find_newest_first`, `timezone`: as of `order_events`.
    `longest_us`: sessions that never pause are cut by it; 0: they are not."""

    first_us: int
    end_us: int
    gap_us: int
    hold_open: bool
    late_us: int
    ledger_key: bytes = field(repr=False)
    content_key: bytes = field(repr=False)
    find_newest_first: bool = True
    timezone: str | None = None
    longest_us: int = 0


class Drawn(NamedTuple):
    """`closed`: EVENTS in total order, of whole sessions. `waiting`: EVENTS of open ones. `named`: NAMED, what is said of
    units by all that is not in `closed`: open sessions, repeats, events that an earlier version consumed, and records that
    are no events. `consumed`: LEDGER of those read from the files. `content`: of the window's own. `counts`: by name,
    additive over buckets:

    duplicates, seen_before, late, pooled, open, fresh (read from the files and kept), each also with `_people`: events, and
    people behind them; active: people with events in the window itself.
    """

    closed: pa.RecordBatch
    waiting: pa.RecordBatch
    named: pa.Table
    consumed: pa.Table
    content: Content
    counts: Counter[str]


def draw(
    batches: Sequence[pa.RecordBatch],
    *,
    ledger: pa.Table,
    spent: pa.Table | None,
    policy: DrawPolicy,
    going_on: pa.Array | None = None,
) -> Drawn:
    """Order a bucket's events and decide on each.

    O((n + l) log (n + l)) for n events and l entries of the ledger: both are sorted.

    Args:
        batches: EVENTS as of `order_events`, the pool's among them, and rows that only name a unit (`transforms.named`).
        ledger: LEDGER of the bucket's people, by person (`etl.draw_on.stage_ledgers`). spent: SPENT_OF_PEOPLE.
        going_on: binary(16), people with events behind the window: their open sessions wait whatever the policy says.
    """
    apart = set_apart(batches)
    ordered = _ordered(apart.events, policy)
    events = ordered.events
    fresh = np.asarray(events.column("fragment").is_null())
    inside = _inside(events, policy) & fresh
    read = _rows(events, fresh)
    placed = places(read, key=policy.ledger_key)
    content = content_of(_rows(read, inside[fresh]), placed[inside[fresh]], key=policy.content_key)
    known = np.zeros(events.num_rows, np.bool_)
    known[fresh] = seen(read, ledger)
    before = _rows(events, known)
    recent = ~known[fresh] & _recent(read, policy)
    consumed = ledger_of(_rows(read, recent))
    events = _looked_at(events)
    events, inside, fresh = _rows(events, ~known), inside[~known], fresh[~known]
    waits = np.zeros(events.num_rows, np.bool_)
    goes_on = going_on is not None and len(going_on) > 0
    if policy.hold_open or goes_on:
        waits = open_sessions(
            events, gap_us=policy.gap_us, spent=spent, end_us=policy.end_us, longest_us=policy.longest_us
        )
    if goes_on and not policy.hold_open:
        waits &= np.asarray(pc.is_in(events.column("person"), value_set=going_on), np.bool_)
    counts = Counter({"duplicates": ordered.duplicates, "duplicates_people": ordered.duplicate_people})
    _tell(counts, SEEN_BEFORE, before)
    _tell(counts, "late", _rows(events, fresh & ~inside))
    _tell(counts, "pooled", _rows(events, ~fresh))
    waiting = _rows(events, waits)
    _tell(counts, "open", waiting)
    _tell(counts, "fresh", _rows(events, fresh))
    counts["active"] = _people(_rows(events, inside))
    beside = [pa.Table.from_batches([rows]) for rows in (waiting, before, ordered.repeats)]
    named = named_by([apart.named, *beside])
    return Drawn(_rows(events, ~waits), waiting, named, consumed, content, counts)


def content(batches: Sequence[pa.RecordBatch], *, policy: DrawPolicy) -> Content:
    """The content of a bucket's window alone: equal to what `draw` finds for the same events.

    O(n log n), as `order_events`; the sum itself is linear.
    """
    events = _ordered(set_apart(batches).events, policy).events
    own = _rows(events, _inside(events, policy))
    return content_of(own, places(own, key=policy.ledger_key), key=policy.content_key)


def _ordered(batches: Sequence[pa.RecordBatch], policy: DrawPolicy) -> Ordered:
    return order_events(
        batches,
        find_newest_first=policy.find_newest_first,
        timezone=policy.timezone,
        end_us=policy.end_us,
    )


def _looked_at(events: pa.RecordBatch) -> pa.RecordBatch:
    """EVENTS without their identities: nobody behind here compares them, and so they are staged nowhere."""
    place = EVENTS.get_field_index("identity")
    return events.set_column(place, EVENTS.field(place), pa.nulls(events.num_rows, pa.int64()))


def _inside(events: pa.RecordBatch, policy: DrawPolicy) -> Bools:
    time_us = np.asarray(events.column("time_us"), np.int64)
    return (time_us >= policy.first_us) & (time_us < policy.end_us)


def _recent(events: pa.RecordBatch, policy: DrawPolicy) -> Bools:
    time_us = np.asarray(events.column("time_us"), np.int64)
    if policy.late_us == 0:
        return np.zeros(len(time_us), np.bool_)
    return time_us >= min(policy.end_us, int(time_us.max(initial=policy.late_us))) - policy.late_us


def _rows(events: pa.RecordBatch, mask: Bools) -> pa.RecordBatch:
    if mask.all():
        return events
    return compact(pa.Table.from_batches([events.filter(pa.array(mask))]))


def _people(events: pa.RecordBatch) -> int:
    return len(runs_of_people(events.column("person"))[1])  # in order, as all events here are


def _tell(counts: Counter[str], name: str, events: pa.RecordBatch) -> None:
    counts[name] = events.num_rows
    counts[f"{name}_people"] = _people(events)
