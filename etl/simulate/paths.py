"""Every path that anybody ever walks, flat: company-wide, of a unit, of a person, and noise.

A path is a list of action numbers. Pools lie contiguously, so that a pool is its first path and its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from etl.simulate.draws import For, Ints, below, draw
from etl.simulate.ragged import starts
from etl.simulate.scripts import Script, walk_script
from etl.simulate.vocabulary import Vocabulary

VARIANTS: Final = 48
"""How many walks of a workflow there are in the company."""
WANDERINGS: Final = 32
SLIPS: Final = 4
INTERRUPTIONS: Final = 4


class Pool(NamedTuple):
    """Paths `first` … `first + size - 1`."""

    first: int
    size: int


@dataclass(frozen=True)
class Paths:
    """Path p is `steps[start[p]:start[p + 1]]`, int32 action numbers."""

    steps: npt.NDArray[np.int32]
    start: Ints
    length: Ints


class PathBook:
    """Collects paths and numbers them."""

    def __init__(self) -> None:
        """Start without a path."""
        self._steps: list[npt.NDArray[np.int32]] = []
        self._lengths: list[Ints] = []
        self._size = 0

    def add(self, paths: Iterable[Sequence[int]]) -> Pool:
        """Add paths of any lengths as one pool."""
        listed = [np.asarray(path, np.int32) for path in paths]
        self._steps += listed
        return self._enter(np.array([len(path) for path in listed], np.int64))

    def add_block(self, block: Ints) -> Pool:
        """Add paths of one length, a row each, as one pool."""
        self._steps.append(block.astype(np.int32).ravel())
        return self._enter(np.full(block.shape[0], block.shape[1], np.int64))

    def paths(self) -> Paths:
        """Everything added, flat."""
        length = np.concatenate(self._lengths)
        return Paths(np.concatenate(self._steps), starts(length), length)

    def _enter(self, lengths: Ints) -> Pool:
        self._lengths.append(lengths)
        self._size += len(lengths)
        return Pool(self._size - len(lengths), len(lengths))


def add_workflow(book: PathBook, script: Script, key: int) -> Pool:
    """Walk a workflow's script VARIANTS times."""
    return book.add(walk_script(script, key, variant) for variant in range(VARIANTS))


def add_wanderings(book: PathBook, vocabulary: Vocabulary, app: str, key: int) -> Pool:
    """Short visits to an app: the switch, then one to three acts, the app's first ones more often (Zipf)."""
    numbers = np.array(vocabulary.by_app[app][1:] or vocabulary.by_app[app])
    shares = np.cumsum(1_000_000 // np.arange(1, len(numbers) + 1))
    chance = draw(key, For.WORLD, np.arange(WANDERINGS * 4)).reshape(WANDERINGS, 4)
    picks = numbers[np.searchsorted(shares, below(chance[:, :3], int(shares[-1])), side="right")]
    lengths = 1 + below(chance[:, 3], 3)
    return book.add(
        [vocabulary.switch_to(app), *row[:length].tolist()]
        for row, length in zip(picks, lengths, strict=True)
    )


def add_slips(book: PathBook, vocabulary: Vocabulary, app: str, key: int) -> Pool:
    """What comes of a slip of the hand in an app: some act of the app, then undo where the app has it."""
    numbers = np.array(vocabulary.by_app[app])
    picks = numbers[below(draw(key, For.NOISE, np.arange(SLIPS)), len(numbers))].tolist()
    undo = [n for n in numbers.tolist() if vocabulary.actions[n][::2] == ("shortcut", "Ctrl+Z")]
    return book.add([pick, *undo] for pick in picks)


def add_interruptions(book: PathBook, vocabulary: Vocabulary, app: str) -> Pool:
    """Somebody writes, one looks, and comes back to the app."""
    by_name = {(*action[::2], action.app): number for action, number in vocabulary.number.items()}
    look = [
        [vocabulary.switch_to("Chat"), by_name["scroll", "messages", "Chat"]],
        [
            vocabulary.switch_to("Chat"),
            by_name["scroll", "messages", "Chat"],
            by_name["key", "message", "Chat"],
        ],
        [vocabulary.switch_to("Mail"), by_name["scroll", "message list", "Mail"]],
        [vocabulary.switch_to("Calendar"), by_name["click", "Today", "Calendar"]],
    ]
    return book.add([*path, vocabulary.switch_to(app)] for path in look[:INTERRUPTIONS])
