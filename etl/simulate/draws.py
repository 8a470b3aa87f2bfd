"""Randomness without state: every number is a pure function of (seed, who, what for, which one).

A generator's stream would tie a person's day to what was drawn before it; a counter does not, so that chunks,
files and processes may cut the work anywhere and get the same events (Salmon et al. 2011, *Parallel random
numbers: as easy as 1, 2, 3*). The mixer is SplitMix64's (Steele, Lea, Flood 2014, Stafford's constants). Integers
only, and no library's bit stream: the same bytes on every machine and with every version of NumPy.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

Draws = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


class For(IntEnum):
    """What a draw is for: two purposes never share a number."""

    WORLD = 1
    UNIT = 2
    PERSON = 3
    REPERTOIRE = 4
    PERSONAL = 5
    DAY = 6
    EPISODE = 7
    NOISE = 8
    RUN = 9
    GAP = 10
    EVENT_ID = 11
    BREAK = 12
    SECRET = 13
    LATE = 14
    SHIFT = 15


def draw(key: int | Draws, purpose: For, counter: int | Ints = 0) -> Draws:
    """64 uniform bits for each (key, counter).

    Args:
        key: names the stream: a seed, or the result of an earlier draw (a person's key, a day's key).
        purpose: keeps the uses of one key apart.
        counter: which number of the stream; broadcast with the key.

    >>> int(draw(7, For.WORLD, 3)) == int(draw(7, For.WORLD, np.arange(5))[3])
    True
    """
    with np.errstate(over="ignore"):  # arithmetic modulo 2^64 is the point
        stream = _mixed(np.asarray(key, np.uint64) + np.uint64(purpose) * _SECOND)
        return _mixed(stream + (np.asarray(counter).astype(np.uint64) + np.uint64(1)) * _GOLDEN)


def below(draws: Draws, limit: int | Ints) -> Ints:
    """Each draw as an integer in [0, limit), from its upper 32 bits; limits below 2^31.

    >>> bool((below(draw(7, For.WORLD, np.arange(100)), 3) < 3).all())
    True
    """
    scaled = (draws >> np.uint64(32)) * np.asarray(limit).astype(np.uint64)
    return (scaled >> np.uint64(32)).astype(np.int64)


def _mixed(bits: Draws) -> Draws:
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))
