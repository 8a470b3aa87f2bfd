"""The state of the search: which phrases live, what each weighs, and the cut and counts that follow from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from transforms.segmentation.emitters import people_per_phrase
from transforms.segmentation.inventory import Int32, Int64, Sessions, Settings
from transforms.segmentation.mine import Trie
from transforms.segmentation.program import choose, living_prefixes

Flags = npt.NDArray[np.uint8]


class State:
    """Mutable, of one worker. `evaluate` must run after any change of `alive` or `weight`."""

    def __init__(self, sessions: Sessions, trie: Trie, weight: Int32, settings: Settings) -> None:
        """Start with every mined n-gram of length ≥ 2 alive."""
        self.sessions = sessions
        self.trie = trie
        self.settings = settings
        self.weight = weight
        self.alive: Flags = (trie.length >= 2).astype(np.uint8)
        self.emitters: Int32 = np.zeros(len(trie.token), np.int32)
        self.outside: Int32 = np.zeros(len(trie.token), np.int32)
        self.gain: Int32 = np.zeros(len(trie.longest), np.int32)
        self.choice: Int32 = np.full(len(trie.longest), -1, np.int32)
        self.up: Int32 = np.zeros(len(trie.token), np.int32)
        self.transitions = 0

    def evaluate(self) -> int:
        """Cut every session anew, recount the emitters, and return how many transitions the phrases hold."""
        trie, units = self.trie, self.settings.min_outside_unit > 0
        living_prefixes(trie.parent, trie.length, self.alive, self.up)
        choose(trie.longest, trie.length, self.weight, self.alive, self.up, self.gain, self.choice)
        self.transitions = people_per_phrase(
            self.choice,
            trie.length,
            trie.person,
            self.sessions.unit_offsets,
            self.sessions.units,
            np.bool_(units),
            self.emitters,
            self.outside,
        )
        return int(self.transitions)

    def failing(self) -> Int64:
        """The phrases somebody emits and too few people do, by number."""
        weak = self.emitters < self.settings.k
        if self.settings.min_outside_unit > 0:
            weak |= self.outside < self.settings.min_outside_unit
        return np.flatnonzero((self.emitters > 0) & weak)
