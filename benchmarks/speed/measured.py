"""What was measured on one log: kept as JSON, and looked at as medians and as ratios pair by pair."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.speed.contestants import WHOLE
from benchmarks.speed.rounds import Run


class Spread(NamedTuple):
    """A median with the least and the greatest."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """The runs on a log, and all that is needed to read them. `events`: None: nobody has counted."""

    log: str
    events: int | None
    size_bytes: int
    cores: int
    command: str
    machine: Mapping[str, str | int]
    versions: Mapping[str, str]
    runs: Sequence[Run]

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.log}{'' if self.cores == self.machine['cores'] else f'-on-{self.cores}'}"

    @property
    def kind(self) -> str:
        """`jsonl`, `parquet`, or the name of a real log."""
        return self.log.partition("-")[0]

    def of(self, contestant: str) -> list[Run]:
        """Its runs, round by round."""
        return sorted((run for run in self.runs if run.contestant == contestant), key=lambda run: run.round)

    def seconds(self, contestant: str) -> Spread | None:
        """How long it took; None: it did not take part."""
        return _spread([run.seconds for run in self.of(contestant)])

    def cpu_seconds(self, contestant: str) -> Spread | None:
        """How much processor time it took."""
        return _spread([run.cpu_seconds for run in self.of(contestant)])

    def peak_bytes(self, contestant: str) -> Spread | None:
        """How much memory it held at its peak."""
        return _spread([float(run.peak_bytes) for run in self.of(contestant)])

    def ratio(self, contestant: str, base: str) -> Spread | None:
        """Its time over that of `base`, of each round that both ran in; None: there is no such round."""
        seconds = {run.round: run.seconds for run in self.of(base)}
        return _spread(
            [run.seconds / seconds[run.round] for run in self.of(contestant) if run.round in seconds]
        )

    @property
    def disagreeing(self) -> list[str]:
        """Who wrote what most of the runs of the same job did not; the whole job: whether two of its rounds differ."""
        wrong: list[str] = []
        for group in ([run for run in self.runs if run.contestant != WHOLE], self.of(WHOLE)):
            if group:
                agreed = Counter(run.digest for run in group).most_common(1)[0][0]
                wrong += [run.contestant for run in group if run.digest != agreed]
        return sorted(set(wrong))

    def save(self, folder: Path) -> Path:
        """Write it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        return path


def load(folder: Path) -> list[Measured]:
    """Whatever was measured and saved, by kind of log and size."""
    found = []
    for path in folder.glob("*.json"):
        told = json.loads(path.read_text("utf-8"))
        found.append(Measured(**(told | {"runs": [Run(**run) for run in told["runs"]]})))
    return sorted(found, key=lambda one: (one.kind, one.events or 0, -one.cores))


def _spread(values: Sequence[float]) -> Spread | None:
    return Spread(median(values), min(values), max(values)) if values else None
