"""Count the distinct people who emit each phrase of a cut, and how many of them are outside any one unit.

The rows of one person are contiguous, so a phrase's count grows when the person differs from the last one seen with it.
"""

from __future__ import annotations

import numpy as np

from transforms.kernel import kernel
from transforms.segmentation.inventory import Int8, Int32, Int64


@kernel
def people_per_phrase(
    choice: Int32,
    length: Int8,
    person: Int32,
    unit_offsets: Int64,
    units: Int32,
    with_units: bool,
    emitters: Int32,
    outside: Int32,
) -> int:
    """Walk the chosen phrases from the left; fill `emitters` and `outside`; return the transitions they hold.

    Linear in the tokens; with units also in the units of all emitters, a person once a phrase.

    `outside[x]`: emitters of x less those of its fullest unit, a person counting in every unit held; all of them where
    `with_units` is false.
    """
    n = len(choice)
    phrases = len(length)
    before = np.full(phrases, -1, np.int32)
    emitters[:] = 0
    transitions = 0
    i = 0
    while i < n:
        x = choice[i]
        if x < 0:
            i += 1
            continue
        if before[x] != person[i]:
            before[x] = person[i]
            emitters[x] += 1
        transitions += length[x] - 1
        i += length[x]
    outside[:] = emitters
    if not with_units:
        return transitions
    ends = np.cumsum(
        emitters
    )  # people grouped by phrase, so that one row of counts by unit serves all phrases
    free = ends - emitters
    who = np.empty(ends[-1] if phrases else 0, np.int32)
    before[:] = -1
    i = 0
    while i < n:
        x = choice[i]
        if x < 0:
            i += 1
            continue
        if before[x] != person[i]:
            before[x] = person[i]
            who[free[x]] = person[i]
            free[x] += 1
        i += length[x]
    by_unit = np.zeros(units.max() + 1 if len(units) else 1, np.int32)
    for x in range(phrases):
        largest = 0
        for r in range(ends[x] - emitters[x], ends[x]):
            for u in range(unit_offsets[who[r]], unit_offsets[who[r] + 1]):
                by_unit[units[u]] += 1
                largest = max(largest, by_unit[units[u]])
        for r in range(ends[x] - emitters[x], ends[x]):
            for u in range(unit_offsets[who[r]], unit_offsets[who[r] + 1]):
                by_unit[units[u]] = 0
        outside[x] = emitters[x] - largest
    return transitions
