"""Where sessions begin: a new person, a longer pause, something released in between (docs/decisions/0014), or a cut."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.endless import cut_by_length

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def opens_session(
    person: npt.NDArray[np.int32],
    persons: pa.Array,
    time_us: Int64s,
    fragment: pa.Array,
    *,
    gap_us: int,
    spent: pa.Table | None,
    longest_us: int = 0,
) -> Bools:
    """Whether each event begins a session.

    Two consecutive events of a person are one session if the pause is no longer than the gap and no spent interval shares
    an instant with it, ends included; of two that waited in one fragment, ends excluded: only an account that was linked
    since can have something between them.

    Args:
        person: for each event, in total order, an index into `persons` (binary(16), distinct).
        fragment: int64, null: read from the files.
        spent: SPENT_OF_PEOPLE; None: nothing was released before.
        longest_us: sessions that never pause are cut by it (`transforms.endless`); 0: they are not.

    O(n + (n + s) log s) for n events and s intervals.
    """
    opens = np.ones(len(person), np.bool_)
    opens[1:] = (person[1:] != person[:-1]) | (time_us[1:] - time_us[:-1] > gap_us)
    opens |= cut_by_length(person, persons, time_us, gap_us=gap_us, longest_us=longest_us, spent=spent)
    if spent is None or spent.num_rows == 0 or len(person) < 2:
        return opens
    known = np.asarray(fragment.is_valid())
    number = np.asarray(fragment.fill_null(-1), np.int64)
    inner = (known[1:] & known[:-1] & (number[1:] == number[:-1])).astype(np.int64)
    asked = np.flatnonzero(~opens[1:])
    begin, end = time_us[asked] + inner[asked], time_us[asked + 1] - inner[asked]
    opens[1 + asked] = _parted(person[asked], begin, end, persons, spent)
    return opens


def _parted(
    person: npt.NDArray[np.int32], begin: Int64s, end: Int64s, persons: pa.Array, spent: pa.Table
) -> Bools:
    """Whether an interval of the person meets [begin, end]: the latest end among those that begin by its end is enough."""
    whose = pc.index_in(spent.column("person").combine_chunks(), value_set=persons)
    here = whose.is_valid()
    owner = np.asarray(whose.drop_null(), np.int64)
    first, last = (np.asarray(spent.column(name).filter(here), np.int64) for name in ("from_us", "to_us"))
    if not len(owner):
        return np.zeros(len(person), np.bool_)
    order = np.lexsort((first, owner))
    owner, first, last = owner[order], first[order], last[order]
    ends = np.unique(last)
    # Packed with the owner in front, the running maximum starts anew with each owner.
    reach = np.maximum.accumulate(owner * (len(ends) + 1) + np.searchsorted(ends, last) + 1)
    starts = np.unique(first)
    packed = owner * (len(starts) + 1) + np.searchsorted(starts, first) + 1
    asked = person.astype(np.int64) * (len(starts) + 1) + np.searchsorted(starts, end, side="right")
    found = np.searchsorted(packed, asked, side="right") - 1
    mine = (found >= 0) & (owner[found] == person)
    latest = ends[np.maximum(reach[found] - owner[found] * (len(ends) + 1) - 1, 0)]
    return np.asarray(mine & (latest >= begin), np.bool_)
