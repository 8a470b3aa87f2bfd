"""People in an order that follows from what they emitted alone, so that a figure depends on nobody's number or bucket."""

from __future__ import annotations

import numpy as np

from risk.draws import mix
from risk.evidence import Occurrences
from risk.linked import ranges


def canonical(emitted: Occurrences) -> Occurrences:
    """The same occurrences, people renumbered and reordered by a digest of their own occurrences.

    Two people with the same digest emitted the same, so that it does not matter which comes first.
    """
    if len(emitted) == 0:
        return emitted
    first = np.flatnonzero(np.append(True, emitted.person[1:] != emitted.person[:-1]))
    sizes = np.diff(np.append(first, len(emitted)))
    opens = np.append(True, emitted.session[1:] != emitted.session[:-1])
    joined = np.append(False, emitted.start[1:] <= emitted.stop[:-1]) & ~opens
    place = np.arange(len(emitted)) - np.repeat(first, sizes)
    what = emitted.record.astype(np.int64) * 4 + opens * 2 + joined
    words = mix(mix(what.astype(np.uint64)) + place.astype(np.uint64))
    order = np.lexsort((sizes, np.add.reduceat(words, first)))
    length = sizes[order]
    index = ranges(first[order], length)
    return Occurrences(
        emitted.record[index],
        np.repeat(np.arange(len(order), dtype=np.int32), length),
        np.cumsum(opens[index], dtype=np.int32) - 1,
        emitted.start[index],
        emitted.stop[index],
    )
