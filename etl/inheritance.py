"""What a version leaves to the next: written before its manifest, and removed when its time has passed
(docs/decisions/0014)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pyarrow.compute as pc

from etl.audit import append, read_chain
from etl.config import RunConfig
from etl.draw_on import Pooled
from etl.history import instants
from etl.keys import Keys
from etl.leave import Left
from etl.registry import Registry
from etl.state import Kind, forget, kept, sweep_state, write_state
from etl.waiting import current_generation, sweep_pool, write_pool
from etl.window import DAY_US, begins_us
from transforms.pseudonym import key_fingerprint

TAIL_NIGHTS: Final = 7
"""How long a session without a pause may go on before its first events are given up, where nothing else waits that long."""


@dataclass(frozen=True)
class Bequest:
    """What a version leaves to the next, and until when. `generation`: the number of the pool's that it leaves."""

    config: RunConfig
    version: str
    window: dict[str, Any]
    generation: int

    @property
    def nights_spent(self) -> int:
        """For how many nights it must be known where something was released."""
        return max(self.config.pool_nights, self.config.late_days, TAIL_NIGHTS)

    def horizons(self) -> dict[str, int]:
        """From when on (µs UTC) events wait, those of open sessions do, and spent intervals are remembered."""
        pool, tails = self.config.pool_nights, max(self.config.pool_nights, TAIL_NIGHTS)
        return {
            "keep_from_us": self._night(pool - 1),
            "tails_from_us": self._night(tails - 1),
            "spent_from_us": self._night(self.nights_spent),
        }

    def _night(self, before: int) -> int:
        last = date.fromisoformat(self.window["last"])
        return begins_us(last, self.window["timezone"], nights_before=before)


def pool_figures(outcome: dict[str, Any], pooled: Pooled, left: Left, bequest: Bequest) -> dict[str, Any]:
    """What came out of the pool and went into it, exact: events, and under `_people` how many people (for what was
    purged, accounts) are behind."""
    return {
        "generation": bequest.generation,
        "rows": pooled.rows,
        # With what was purged of it: beside what waited the night before it would tell that somebody objected.
        "drawn": outcome["pooled"] + pooled.purged,
        "drawn_people": outcome["pooled_people"] + pooled.purged_people,
        "late": outcome["late"],
        "late_people": outcome["late_people"],
        "purged": pooled.purged,
        "purged_people": pooled.purged_people,
        "spent": left.spent_rows,
        "waiting": left.pool.num_rows,
        "waiting_people": left.waiting_people,
        "expired": left.expired,
        "expired_people": left.expired_people,
    }


def write_left(registry: Registry, bequest: Bequest, left: Left, content: dict[str, Any], keys: Keys) -> None:
    """Write the pool's next generation and the version's state. Without a manifest that names them they do not exist."""
    fingerprint = key_fingerprint(keys.pseudonym)
    write_pool(registry, bequest.generation, left.pool, key=keys.pool, fingerprint=fingerprint)
    tables: dict[Kind, Any] = {"spent": left.spent, "units": left.units, "membership": left.members}
    if bequest.config.late_days:
        tables["ledger"] = left.ledger
    write_state(registry, bequest.version, tables, content=content, key=keys.pool)


def retire(registry: Registry, bequest: Bequest, left: Left) -> None:
    """Remove what is needed no more: the generation before, and tables of nights that have passed; with a record of it."""
    sweep_pool(registry, bequest.generation)
    last = {
        version.name: date.fromisoformat(version.manifest["window"]["last"])
        for version in registry.versions()
    }
    newest = max(last.values())
    gone: dict[Kind, list[str]] = {}
    nights: dict[Kind, int] = {
        "ledger": bequest.config.late_days - 1,
        "spent": bequest.nights_spent,
        "units": bequest.nights_spent,
    }
    waits = _waits_beside(registry, left)
    for kind, number in nights.items():
        old = {name for name in kept(registry, kind) if last[name] < newest - timedelta(days=number)}
        old -= waits if kind in ("spent", "units") else set()
        gone |= {kind: sorted(old)} if old else {}
    if left.expired or gone:
        append(registry.store, "retired", version=bequest.version, pool_events=left.expired, tables=gone)
    for kind, names in gone.items():  # the entry first: what is missing without one was lost
        for name in names:
            forget(registry, name, kind)


def _waits_beside(registry: Registry, left: Left) -> set[str]:
    """The versions whose nights something still waits from, or from before, however long ago (a backfill): what they
    released stands between. No gap is longer than a day."""
    first_us = pc.min(left.pool.column("time_us")).as_py()
    if first_us is None:
        return set()
    windows = {version.name: instants(version.manifest["window"]) for version in registry.versions()}
    return {name for name, (_, end_us) in windows.items() if end_us + DAY_US > first_us}


def sweep(registry: Registry) -> None:
    """Remove what runs left that never got to their manifest. Needs the lock."""
    manifests = registry.manifests()
    entries = [entry.fields for entry in read_chain(registry.store)]
    sweep_pool(registry, current_generation(manifests, entries))
    sweep_state(registry, [str(manifest["version"]) for manifest in manifests])
