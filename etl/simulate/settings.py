"""What to simulate: the parameters, checked together, and the presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from etl.errors import ConfigError

Format = Literal["jsonl", "parquet"]
Compression = Literal["gzip", "zstd"]
Delivery = Literal["nightly", "hourly", "single"]

EVENTS_PER_FILE: Final = 500_000
"""The size that the default number of files aims at; it bounds memory, as a file is sorted as a whole."""


@dataclass(frozen=True)
class Simulation:
    """A simulated workplace and how to write its log.

    The events are a function of everything except `format`, `compression`, `files`, `delivery` and `workers`, and of the
    two about late ones only when they arrive; the bytes are one of everything except `workers`.
    """

    events: int
    """How many records are written, exactly; hostile ones included."""
    people: int = 200
    """People who work there; with `hostile`, one service account comes on top."""
    units: int = 12
    nights: int = 1
    """How many UTC dates the log spans, from `start` on."""
    start: date = date(2026, 11, 2)
    seed: int = 7
    format: Format = "jsonl"
    compression: Compression | None = None
    files: int | None = None
    """Files per night; None: by size. Each holds some of the people, in order of time."""
    workers: int = 1
    """Processes. More than one are spawned, so the caller's script needs `if __name__ == "__main__"`."""
    hostile: bool = True
    """Whether the cases that a pipeline must survive are in it."""
    delivery: Delivery | None = None
    """What a file holds: what was delivered in a night, in an hour, or everything, in order of delivery; None: the events
    of a night, whenever they were delivered."""
    late_share: float = 0.0
    """Of the uploads (a person's events of a night), and of single events a sixty-fourth of it: how many come later."""
    late_nights: int = 3
    """At most how many nights late."""
    night_shift_share: float = 0.0
    """Of the people: who is at work at midnight UTC, so that sessions cross it."""

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated.

        Raises:
            ConfigError: naming everything that is wrong at once.
        """
        problems = [
            f"{name} is {value}, and must be from {low:,} to {high:,}"
            for name, value, low, high in [
                ("events", self.events, 1, 2_000_000_000),
                ("people", self.people, 1, 1_000_000),
                ("units", self.units, 1, 10_000),
                ("nights", self.nights, 1, 400),
                ("files", 1 if self.files is None else self.files, 1, 10_000),
                ("workers", self.workers, 1, 1_000),
                ("seed", self.seed, 0, 2**63 - 1),
                ("the year of start", self.start.year, 1990, 2090),
                ("late_share", self.late_share, 0, 1),
                ("late_nights", self.late_nights, 1, 100),
                ("night_shift_share", self.night_shift_share, 0, 1),
            ]
            if not low <= value <= high
        ]
        if self.format not in ("jsonl", "parquet"):
            problems.append("format must be jsonl or parquet")
        if self.compression not in (None, "gzip", "zstd"):
            problems.append("compression must be gzip, zstd or none")
        if self.delivery not in (None, "nightly", "hourly", "single"):
            problems.append("delivery must be nightly, hourly, single or none")
        if self.late_share and self.delivery is None:
            problems.append(
                "--late-share needs a delivery (--delivery nightly, hourly or single): files by the events' own nights "
                "know no late ones"
            )
        if problems:
            raise ConfigError("Cannot simulate: " + "; ".join(problems) + ".")

    @property
    def groups(self) -> int:
        """Into how many groups, and so files per night, the people are dealt."""
        if self.files is not None:
            return min(self.files, self.people)
        by_size = -(-self.events // (self.nights * EVENTS_PER_FILE))
        return min(max(by_size, 1 if self.events < 200_000 else 2), self.people)


PRESETS: Final[Mapping[str, Simulation]] = MappingProxyType(
    {
        "demo": Simulation(events=100_000, people=200, units=12, nights=1, seed=7),
        "bench": Simulation(
            events=1_000_000,
            people=2_000,
            units=40,
            nights=5,
            start=date(2026, 11, 2),
            seed=2_026,
            hostile=False,
        ),
    }
)
"""Parameters by name; `events` comes from the caller: `replace(PRESETS["bench"], events=10**7)`.

`bench` is frozen: its parameters and its seed never change, so that figures of different months can be compared.
A test holds a digest of its events. It is without hostile cases, so that every peer in a benchmark can read it.
"""
