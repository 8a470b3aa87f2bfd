"""What the reader counts while it reads: mergeable, so that merged equals sequential whatever the batching."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from transforms.decode import reasons
from transforms.edges import Edges
from transforms.events import Normalised, fewest
from transforms.sentences import Seen

People = frozenset[bytes]


@dataclass(frozen=True)
class ReadStatistics:
    """Counts of records. `kept`: of the window; `candidates`: of nights before it, which may be late.

    `behind`: by drop reason the people behind it, as digests that mean nothing after the run. `unreadable`: what
    stopped the reader: exit code and sentence. `first_us`, `last_us`: times of the first and last admitted event, µs
    UTC; None: no event. `columns`: samples of the values of columns that nobody reviewed. `edges`: when the log
    begins and ends by the word of enough people. `claimed`: events of the window or next to it in files that claim to be the
    night's.
    """

    read: int = 0
    kept: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    behind: dict[str, People] = field(default_factory=dict)
    scrubbed: Counter[str] = field(default_factory=Counter)
    present: dict[str, People] = field(default_factory=dict)
    damaged_files: frozenset[int] = frozenset()
    unreadable: frozenset[tuple[int, str]] = frozenset()
    first_us: int | None = None
    last_us: int | None = None
    candidates: int = 0
    columns: dict[str, Seen] = field(default_factory=dict)
    edges: Edges = field(default_factory=Edges)
    claimed: int = 0

    def __add__(self, other: ReadStatistics) -> ReadStatistics:
        """The statistics of both parts together."""
        firsts = [value for value in (self.first_us, other.first_us) if value is not None]
        lasts = [value for value in (self.last_us, other.last_us) if value is not None]
        return ReadStatistics(
            self.read + other.read,
            self.kept + other.kept,
            self.rejected + other.rejected,
            self.dropped + other.dropped,
            _together(self.behind, other.behind),
            self.scrubbed + other.scrubbed,
            _together(self.present, other.present),
            self.damaged_files | other.damaged_files,
            self.unreadable | other.unreadable,
            min(firsts, default=None),
            max(lasts, default=None),
            self.candidates + other.candidates,
            {
                name: self.columns.get(name, Seen()) + other.columns.get(name, Seen())
                for name in self.columns.keys() | other.columns.keys()
            },
            self.edges + other.edges,
            self.claimed + other.claimed,
        )


def measure(
    normalised: Normalised, decode_rejects: pa.Table, *, rows: int, file: int, first_us: int
) -> ReadStatistics:
    """The statistics of one batch.

    Args:
        first_us: where the window begins, µs UTC; what is before it is a candidate.
        decode_rejects: REJECTS of the decoder. rows: how many records it decoded. file: rank of the file.
    """
    rejected: Counter[str] = Counter()
    for table in (decode_rejects, normalised.rejects):
        for item in pc.value_counts(table.column("reason")).to_pylist():
            rejected[item["values"]] += item["counts"]
    times = normalised.events.column("time_us")
    times = times.filter(pc.greater_equal(times, first_us))
    span = pc.min_max(times).as_py()
    return ReadStatistics(
        read=rows + decode_rejects.num_rows,
        kept=len(times),
        rejected=rejected,
        dropped=Counter(normalised.dropped),
        behind=normalised.behind,
        scrubbed=Counter(normalised.hits),
        present=normalised.present,
        damaged_files=frozenset({file}) if reasons.DAMAGE & rejected.keys() else frozenset(),
        first_us=span["min"],
        last_us=span["max"],
        candidates=normalised.events.num_rows - len(times),
        columns=normalised.seen,
        edges=normalised.edges,
        claimed=normalised.claimed,
    )


def total(parts: Iterable[ReadStatistics]) -> ReadStatistics:
    """The sum of any number of parts."""
    return reduce(ReadStatistics.__add__, parts, ReadStatistics())


def _together(one: Mapping[str, People], other: Mapping[str, People]) -> dict[str, People]:
    none: People = frozenset()
    return {name: fewest(one.get(name, none) | other.get(name, none)) for name in one.keys() | other.keys()}
