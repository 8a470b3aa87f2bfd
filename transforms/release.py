"""The exact filter and the release table: a record passes with k people, j of them outside any one unit, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.count import Counts, outside_any_unit
from transforms.emit import UNSHARED
from transforms.ladder import round_occurrences, round_people
from transforms.plan import Plan
from transforms.schemas import RELEASE

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Release:
    """What may be published, and its exact sums, which only ever leave as totals.

    `table`: RELEASE, ordered by the records' digests. `digests`: of each row. `people`, `occurrences`: exact, by row.
    `transitions_finest`: adjacent pairs in the released occurrences with both actions at the finest level, exact.
    `withheld`: reason → (actions, a lower bound of the people behind them).
    """

    table: pa.Table
    digests: tuple[bytes, ...]
    people: Int64s
    occurrences: Int64s
    transitions_finest: int
    withheld: dict[str, tuple[int, int]]

    @property
    def events(self) -> int:
        """Actions in the released occurrences, exact."""
        return int((self.occurrences * np.asarray(self.table.column("length"), np.int64)).sum())

    @property
    def transitions(self) -> int:
        """Adjacent pairs in the released occurrences, exact."""
        return int((self.occurrences * (np.asarray(self.table.column("length"), np.int64) - 1)).sum())


def release(counts: Counts, plan: Plan, *, k: int, min_outside_unit: int) -> Release:
    """Filter exactly, round, and order by content.

    O(r log r) for r records, and linear in their actions.

    Args:
        counts: of all people.
        k: people that every record needs. min_outside_unit: j; 0: units are not known.
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    passes = counts.people >= k
    if min_outside_unit > 0:
        passes &= outside_any_unit(counts) >= min_outside_unit
    chosen = sorted(np.flatnonzero(passes).tolist(), key=lambda record: plan.digests[record])
    index = np.array(chosen, np.int64)
    everything = plan.actions()
    actions = [everything[record] for record in chosen]
    people, occurrences = counts.people[index], counts.occurrences[index]
    shown = round_people(people, k=k)
    table = pa.table(
        {
            "actions": pa.array(actions, RELEASE.field("actions").type),
            "length": pa.array([len(names) for names in actions], pa.int16()),
            "people": pa.array(shown, pa.int32()),
            "occurrences": pa.array(round_occurrences(occurrences, shown), pa.int64()),
        },
        schema=RELEASE,
    )
    lost = int((counts.occurrences * plan.lengths)[~passes].sum())
    behind = int(counts.people[~passes].max(initial=0))
    withheld = {**counts.withheld, UNSHARED: (lost, behind)}
    digests = tuple(plan.digests[record] for record in chosen)
    finest = int((occurrences * plan.finest_transitions[index]).sum())
    return Release(table, digests, people, occurrences, finest, withheld)
