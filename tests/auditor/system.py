"""Linear equations and inequalities over whole numbers, and what they leave open of each unknown."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

MOST = 10_000_000
"""More than any count in a world that is audited. HiGHS is exact for whole numbers of this size."""


@dataclass
class System:
    """Unknowns are whole numbers from 0 on, made known by their first use.

    `rows`: coefficients by unknown, the least and the most that they sum up to.
    """

    names: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[dict[str, int], int, int]] = field(default_factory=list)

    def between(self, sum_of: dict[str, int], low: int, high: int) -> None:
        """Say that a sum of unknowns lies between two numbers, both included."""
        for name in sum_of:
            self.names.setdefault(name, len(self.names))
        self.rows.append((sum_of, low, min(high, MOST)))

    def equal(self, whole: str, parts: dict[str, int]) -> None:
        """Say that an unknown is the sum of others."""
        self.between({whole: -1} | parts, 0, 0)

    @property
    def equations(self) -> int:
        """How many of the statements leave one sum only."""
        return sum(low == high for _, low, high in self.rows)

    def range_of(self, name: str) -> tuple[int, int]:
        """The least and the most that an unknown can be; solved by HiGHS as an integer programme.

        Raises:
            ValueError: the statements contradict each other: an identity is wrong.
        """
        matrix = np.zeros((len(self.rows), len(self.names)))
        for at, (sum_of, _, _) in enumerate(self.rows):
            for unknown, coefficient in sum_of.items():
                matrix[at, self.names[unknown]] = coefficient
        limits = LinearConstraint(
            matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows]
        )
        ends = []
        for sign in (1, -1):
            wanted = np.zeros(len(self.names))
            wanted[self.names[name]] = sign
            found = milp(
                wanted, constraints=limits, integrality=np.ones(len(self.names)), bounds=Bounds(0, MOST)
            )
            if not found.success:
                raise ValueError(f"what is told contradicts itself: {found.message}")
            ends.append(round(found.x[self.names[name]]))
        return ends[0], ends[1]
