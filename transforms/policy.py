"""The numbers of the guarantees, as every step is given them. They have no default here: the configuration decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AnonymityPolicy:
    """The numbers of the guarantees (DESIGN §4), as the workers apply them. 0 caps: none; `min_outside_unit` 0: no units;
    `longest_us` 0: sessions that never pause are not cut."""

    k: int
    min_outside_unit: int
    cap_per_person: int
    max_per_person: int
    min_active: int
    max_length: int
    gap_us: int
    drop_repeats: bool
    levels: int
    longest_us: int = 0
