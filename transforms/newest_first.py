"""Tell whose records stand newest first in the files, so that acts of one moment keep the order they were done in.

A time says the order of everything but of what happened at once; there the place in the file decides, and in an export that
begins with the newest it has to be read backwards.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_LAST_FILE: Final = 1 << 30
_LAST_POSITION: Final = 1 << 62


def backwards(file: Int32s, position: Int64s) -> tuple[Int32s, Int64s]:
    """Files and positions such that what stood last comes first. No place of these is one of the others."""
    return np.int32(_LAST_FILE) - file, np.int64(_LAST_POSITION) - position


def newest_first(person: Int32s, time_us: Int64s, file: Int32s, position: Int64s, order: Int64s) -> Bools:
    """Which rows are of people whose records run from the newest to the oldest, and of whom two acts are of one moment.

    The evidence is a person's own: from record to record, over all files in order, the time never grows, and once it falls.
    So it is the same however a log is cut into files that keep its order. Linear where no two acts are of one moment.

    Args:
        person, time_us, file, position: of EVENTS; those of the pool (file −1) say nothing and stay.
        order: the rows by person, time, file and position.
    """
    none = np.zeros(len(order), np.bool_)
    who, when = person[order], time_us[order]
    ties = who[1:][(who[1:] == who[:-1]) & (when[1:] == when[:-1])]
    if not len(ties):
        return none
    tied = np.zeros(int(person.max()) + 1, np.bool_)
    tied[ties] = True
    rows = np.flatnonzero(tied[person] & (file >= 0))
    rows = rows[np.lexsort((position[rows], file[rows], person[rows]))]
    step = np.diff(time_us[rows])
    same = person[rows[1:]] == person[rows[:-1]]
    falls, grows = np.zeros_like(tied), np.zeros_like(tied)
    falls[person[rows[1:]][same & (step < 0)]] = True
    grows[person[rows[1:]][same & (step > 0)]] = True
    none[rows] = (falls & ~grows)[person[rows]]
    return none
