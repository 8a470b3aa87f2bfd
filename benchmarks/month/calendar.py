"""What happens in the month, and when: the simulated log, and what is done besides the nightly runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from etl.simulate import Simulation


@dataclass(frozen=True)
class Month:
    """Nights are counted from 0. All that happens besides a night's run happens after it.

    `erased`: after which night who is, by one of their accounts. `withdrawn`: (after which night, whose version).
    `left_out`: (which night is not run when its turn comes, after which it is).
    """

    simulation: Simulation
    erased: Mapping[int, str] = field(default_factory=dict)
    withdrawn: tuple[int, int] | None = None
    left_out: tuple[int, int] | None = None
    k: int = 10

    def date(self, night: int) -> date:
        """The date of a night."""
        return self.simulation.start + timedelta(days=night)

    def order(self) -> list[int]:
        """The nights in the order in which they are run."""
        nights = list(range(self.simulation.nights))
        if self.left_out is None:
            return nights
        late, after = self.left_out
        nights.remove(late)
        nights.insert(nights.index(after) + 1, late)
        return nights


FULL: Final = Month(
    Simulation(
        events=330_000, people=500, units=20, nights=30, start=date(2026, 11, 2), seed=11, files=1,
        delivery="nightly", late_share=0.05, late_nights=4, night_shift_share=0.1,
    ),
    erased={12: "hana.hakimi", 20: "adaeze.abara"},
    withdrawn=(16, 8),
    left_out=(10, 13),
)  # fmt: skip

LEAN: Final = Month(
    replace(FULL.simulation, events=16_000, people=80, units=6, nights=5, late_share=0.1, late_nights=2),
    erased={1: "adaeze.abara"},
    withdrawn=(3, 0),
    left_out=(2, 3),
)
