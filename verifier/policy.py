"""What a release promised: the numbers that the verifier holds it to (DESIGN §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST: Final = 63
"""A record's tokens are matched as the bits of one 64-bit word."""


@dataclass(frozen=True)
class Policy:
    """The promises. None has a default: what is audited is said.

    `k`: fewest people of a record (G1). `min_outside_unit`: fewest people outside any one unit, where anybody's unit is
    known (G2); 0: not asked for. `cap_per_person`: most occurrences of one person in one record, c, and `max_per_person`:
    in the version, C (G4); 0: no cap. `gap_us`: a pause longer than this ends a session, in microseconds. `longest_us`:
    a session that fills the time between two multiples of it is cut at the second, in microseconds; 0: none is.
    `max_length`: actions in the longest sequence. `drop_repeats`: whether a run of one token is one action.

    Raises:
        ValueError: a number that no release can be held to.
    """

    k: int
    min_outside_unit: int
    cap_per_person: int
    max_per_person: int
    gap_us: int
    longest_us: int
    max_length: int
    drop_repeats: bool

    def __post_init__(self) -> None:
        """Refuse a policy that would promise nothing."""
        if self.k < 1 or self.gap_us < 0 or self.longest_us < 0 or not 1 <= self.max_length <= LONGEST:
            raise ValueError(
                f"a policy needs k >= 1, gap_us and longest_us >= 0, and max_length from 1 to {LONGEST}"
            )
        if min(self.min_outside_unit, self.cap_per_person, self.max_per_person) < 0:
            raise ValueError("min_outside_unit, cap_per_person and max_per_person are 0 (none) or positive")
