"""Where sessions must not go on: between two events with something in between that an earlier version released or cut off.

Derived anew, from each interval to the pairs of rows that it parts (DESIGN §4, G3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from verifier.people import People
from verifier.schemas import SPENT, fits

Int64s = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Before:
    """`spent` (pa.Table, SPENT): what earlier versions released or cut off, by account; whose it is, is found here.
    `first_us`: where the window begins.

    Raises:
        ValueError: a table of another schema, or with a null.
    """

    spent: Any
    first_us: int

    def __post_init__(self) -> None:
        """Refuse a table that could be misread."""
        if not fits(self.spent, SPENT) or any(column.null_count for column in self.spent.columns):
            raise ValueError("spent must be of the schema SPENT, without a null")

    def of_people(self, people: People) -> Before:
        """The same with the person in the place of the account; of an account that is nobody's, the account."""
        account = self.spent.column("account").combine_chunks()
        whose = pc.coalesce(people.whose(account), account)
        at = SPENT.get_field_index("account")
        return Before(self.spent.set_column(at, SPENT.field(at), whose), self.first_us)


def parted(persons: Any, first: Int64s, time_us: Int64s, fragment: Any, before: Before) -> Mask:
    """For each row whether a session must begin with it because of what came out before.

    Args:
        persons: binary(16), of each run of rows of one person, as `before` (`Before.of_people`) names them.
        first: where each run begins.
        time_us: of all rows, ascending within a run. fragment: int64, null: read from the files.
    """
    mask, inner = np.zeros(len(time_us), np.bool_), np.zeros(len(time_us), np.bool_)
    index = pc.index_in(before.spent.column("account"), value_set=persons)
    here = pc.is_valid(index)
    if not pc.any(here).as_py():
        return mask
    stop = np.append(first[1:], len(time_us))
    columns = (before.spent.column(name).filter(here).to_pylist() for name in ("from_us", "to_us"))
    for run, begin, end in zip(index.drop_null().to_pylist(), *columns, strict=True):
        low, high = int(first[run]), int(stop[run])
        times = time_us[low:high]
        # The rows whose own time, or the time since the row before, shares an instant with the interval.
        earliest = max(low + int(np.searchsorted(times, begin, side="left")), low + 1)
        latest = min(low + int(np.searchsorted(times, end, side="right")), high - 1)
        mask[earliest : latest + 1] = True
        # Of one fragment: only what goes on after the row before and began before the row's own time.
        earliest = max(low + int(np.searchsorted(times, begin, side="right")), low + 1)
        latest = min(low + int(np.searchsorted(times, end, side="left")), high - 1)
        inner[earliest : latest + 1] = True
    number = np.asarray(fragment.fill_null(-1), np.int64)
    together = np.zeros(len(time_us), np.bool_)
    together[1:] = (number[1:] == number[:-1]) & (number[1:] >= 0)
    return np.where(together, inner, mask)
