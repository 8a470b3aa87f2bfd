"""What segmentation takes and gives: sessions of token ids in, an inventory of released phrases and segments out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

SCALE: Final = 1_000_000
"""Weights are whole multiples of a millionth of a transition, so that bytes never depend on the order of a float sum."""

MOST_TOKENS: Final = 2**31 - 256
"""Places are held as int32."""


@dataclass(frozen=True)
class Sessions:
    """Packed sessions; the rows of one person are contiguous. No array holds a null."""

    tokens: Int32
    """n token ids in the order of the token strings, so that ties by id are ties by content; −1: withheld here, which is
    never part of a phrase and cuts the session."""
    starts: Int64
    """s + 1 session boundaries into `tokens`, non-decreasing, from 0 to n."""
    person: Int32
    """The person of each session, as an index, non-decreasing."""
    unit_offsets: Int64
    """p + 1 offsets into `units`, one row a person."""
    units: Int32
    """The units each person held, at least one each, every unit once a person; 'unknown' is one unit id."""

    @property
    def people(self) -> int:
        """How many persons the unit table holds; `person` indexes into it."""
        return len(self.unit_offsets) - 1

    def checked(self) -> Sessions:
        """The same sessions as arrays that a kernel takes as they are: contiguous, of these types, writeable.

        Arrow's arrays are read-only, and a kernel would be compiled anew for them.

        Raises:
            ValueError: the arrays do not fit together; a bug of the caller, never a matter of the input.
        """
        self._check()
        return Sessions(
            tokens=np.require(self.tokens, np.int32, ("C", "A", "W")),
            starts=np.require(self.starts, np.int64, ("C", "A", "W")),
            person=np.require(self.person, np.int32, ("C", "A", "W")),
            unit_offsets=np.require(self.unit_offsets, np.int64, ("C", "A", "W")),
            units=np.require(self.units, np.int32, ("C", "A", "W")),
        )

    def _check(self) -> None:
        starts, person = self.starts, self.person
        if len(starts) != len(person) + 1 or starts[0] != 0 or starts[-1] != len(self.tokens):
            raise ValueError(
                "sessions: starts must hold one more boundary than there are sessions, from 0 to all tokens"
            )
        if bool((np.diff(starts) < 0).any()):
            raise ValueError("sessions: starts must not decrease")
        if bool((np.diff(person) < 0).any()):
            raise ValueError(
                "sessions: the sessions of one person must be contiguous, persons not decreasing"
            )
        if len(person) and not 0 <= int(person[0]) <= int(person[-1]) < self.people:
            raise ValueError("sessions: a person index lies outside the unit table")
        if int(self.tokens.min(initial=0)) < -1 or int(self.units.min(initial=0)) < 0:
            raise ValueError("sessions: a token below −1, or a negative unit")
        if len(self.tokens) > MOST_TOKENS:
            raise ValueError(
                f"sessions: at most {MOST_TOKENS} tokens at once; solve on a sample of the persons"
            )
        if self.unit_offsets[0] != 0 or self.unit_offsets[-1] != len(self.units):
            raise ValueError("sessions: unit_offsets must run from 0 to all units")
        if bool((np.diff(self.unit_offsets) < 1).any()):
            raise ValueError("sessions: every person needs at least one unit ('unknown' is one)")


@dataclass(frozen=True)
class Settings:
    """The policy (no defaults) and the knobs of the search (defaults measured on the three real logs)."""

    k: int
    """People who must emit a phrase."""
    min_outside_unit: int
    """People who must remain when any one unit's people are taken away; 0: units are not known."""
    max_length: int
    """The longest phrase, in actions."""
    drop_share: float = 0.1
    """The share of the failing phrases that one round of repair drops, weakest first."""
    drop_share_large: float = 0.25
    """… on large logs (`solve.LARGE`)."""
    add_back: int = 8
    """Most passes over the dropped phrases in search of some that can stand after all; 0: none."""
    add_back_work: int = 3_500_000
    """About how many tokens these passes may go over in all; one pass is always made."""
    local_search: int = 20_000
    """Most tries of the local search, and never more than fifty a phrase; where there are more phrases than tries: none."""
    local_work: int = 5_000_000
    """About how many occurrences the local search may look at: bounds its time where phrases are common."""
    seed: int = 0
    """Seeds the local search: the same seed and content give the same inventory."""
    threads: int = 1
    """How many may work side by side; nothing depends on it."""

    def __post_init__(self) -> None:
        """Raise ValueError for a value that no policy can mean."""
        if self.k < 1 or self.min_outside_unit < 0 or not 1 <= self.max_length <= 127 or self.threads < 1:
            raise ValueError(
                "segmentation needs k ≥ 1, min_outside_unit ≥ 0, 1 ≤ max_length ≤ 127 and threads ≥ 1"
            )
        effort = (self.add_back, self.add_back_work, self.local_search, self.local_work)
        if not 0 < self.drop_share <= self.drop_share_large <= 1 or min(effort) < 0:
            raise ValueError(
                "segmentation needs 0 < drop_share ≤ drop_share_large ≤ 1, and no negative effort"
            )


@dataclass(frozen=True)
class Inventory:
    """The phrases of length ≥ 2 that may be emitted, ordered by content (a prefix before its extensions). Picklable."""

    offsets: Int64
    """m + 1 offsets into `tokens`."""
    tokens: Int32
    """The phrases' token ids, one after the other."""
    weights: Int64
    """m weights in millionths of a transition, ≥ 0: what `cut` maximises."""

    def __len__(self) -> int:
        """How many phrases it holds."""
        return len(self.weights)

    def phrase(self, index: int) -> tuple[int, ...]:
        """The token ids of one phrase."""
        return tuple(self.tokens[self.offsets[index] : self.offsets[index + 1]].tolist())

    @cached_property
    def lengths(self) -> Int32:
        """The length of each phrase, in actions."""
        return np.diff(self.offsets).astype(np.int32)

    def __getstate__(self) -> dict[str, object]:
        """Ship the three arrays only: what is derived from them is built where it is used."""
        return {name: self.__dict__[name] for name in ("offsets", "tokens", "weights")}

    @staticmethod
    def empty() -> Inventory:
        """The inventory that releases single actions only."""
        return Inventory(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64))


@dataclass(frozen=True)
class Segments:
    """Disjoint segments in the order of the tokens: every token ≥ 0 lies in exactly one, a token −1 in none."""

    start: Int64
    """Index of the first token."""
    length: Int32
    """In actions, ≥ 1."""
    phrase: Int32
    """Index into the inventory; −1: a single leftover action."""
