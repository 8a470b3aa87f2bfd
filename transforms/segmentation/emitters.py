"""Count the distinct people who emit each phrase of a cut, and how many of them are outside any one unit.

The rows of one person are contiguous, so a phrase's count grows when the person differs from the last one seen with it. All
of it can be done for parts of the tokens that share no person; counts are then sums.
"""

from __future__ import annotations

import numpy as np

from transforms.kernel import kernel
from transforms.segmentation.inventory import Int8, Int32, Int64


@kernel
def count_people(choice: Int32, length: Int8, person: Int32, emitters: Int32) -> int:
    """Walk the chosen phrases from the left; fill `emitters`; return the transitions they hold. Linear in the tokens."""
    before = np.full(len(length), -1, np.int32)
    emitters[:] = 0
    transitions = 0
    i = 0
    while i < len(choice):
        x = choice[i]
        if x < 0:
            i += 1
            continue
        if before[x] != person[i]:
            before[x] = person[i]
            emitters[x] += 1
        transitions += length[x] - 1
        i += length[x]
    return transitions


@kernel
def list_people(choice: Int32, length: Int8, person: Int32, free: Int64, who: Int32) -> None:
    """Write each phrase's people into `who` from place `free[x]` on, and move that. Linear in the tokens."""
    before = np.full(len(length), -1, np.int32)
    i = 0
    while i < len(choice):
        x = choice[i]
        if x < 0:
            i += 1
            continue
        if before[x] != person[i]:
            before[x] = person[i]
            who[free[x]] = person[i]
            free[x] += 1
        i += length[x]


@kernel
def outside_units(
    ends: Int64, emitters: Int32, who: Int32, unit_offsets: Int64, units: Int32, outside: Int32
) -> None:
    """Set `outside[x]`: emitters of x less those of its fullest unit, a person counting in every unit held.

    Linear in the units of all emitters, a person once a phrase.

    Args:
        ends: people of phrase x are `who[ends[x] - emitters[x]:ends[x]]`, grouped so that one row of counts serves all.
    """
    by_unit = np.zeros(units.max() + 1 if len(units) else 1, np.int32)
    for x in range(len(emitters)):
        largest = 0
        for r in range(ends[x] - emitters[x], ends[x]):
            for u in range(unit_offsets[who[r]], unit_offsets[who[r] + 1]):
                by_unit[units[u]] += 1
                largest = max(largest, by_unit[units[u]])
        for r in range(ends[x] - emitters[x], ends[x]):
            for u in range(unit_offsets[who[r]], unit_offsets[who[r] + 1]):
                by_unit[units[u]] = 0
        outside[x] = emitters[x] - largest
