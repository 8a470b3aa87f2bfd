"""People in an order that follows from what they emitted alone, so that a figure depends on nobody's number or bucket."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from risk.evidence import Emitted

Int64s = npt.NDArray[np.int64]
UInt64s = npt.NDArray[np.uint64]


def canonical(emitted: Emitted) -> Emitted:
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
    what = emitted.record * 4 + opens * 2 + joined
    words = mixed(mixed(what.astype(np.uint64)) + place.astype(np.uint64))
    order = np.lexsort((sizes, np.add.reduceat(words, first)))
    length = sizes[order]
    begins = np.cumsum(length) - length
    index = np.repeat(first[order] - begins, length) + np.arange(len(emitted))
    return Emitted(
        emitted.record[index],
        np.repeat(np.arange(len(order)), length),
        np.cumsum(opens[index]) - 1,
        emitted.start[index],
        emitted.stop[index],
    )


def mixed(words: UInt64s) -> UInt64s:
    """A 64-bit finaliser, element by element (SplitMix64: Steele, Lea and Flood, OOPSLA 2014)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
