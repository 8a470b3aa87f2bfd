"""How long what is kept in `.private/` is kept: decided from names and times, enforced under the lock, and logged.

Why these times: docs/decisions/0016-erasure-retention-keys.md. What waits in the pool has its time in nights
(`--pool-nights`); staging is removed by the next run; the audit log stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from etl.audit import Entry, append, latest, read_chain
from etl.layout import DEAD_LETTERS, LINEAGE, QUARANTINE, RUNS, STATE
from etl.retention_times import Retention
from etl.store import Store

EVENT: Final = "expired"
KINDS: Final[Mapping[str, str]] = {
    "dead_letters": DEAD_LETTERS,
    "run_records": RUNS,
    "quarantine": QUARANTINE,
    "membership": STATE,
    "lineage": LINEAGE,
}
"""What has a time to go, and where it lies."""

_RUN: Final = re.compile(r"\d{8}T\d{6}Z")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class Dated(NamedTuple):
    """An object, what kind it is of, and since when it is there; None: nobody knows, and it stays."""

    name: str
    kind: str
    since: datetime | None


def expire(store: Store, retention: Retention, now: datetime) -> dict[str, int]:
    """Remove whatever is kept longer than it may be, and log it. Needs the lock.

    The audit entry comes first and names the objects: what a kill leaves of them goes at the next run, without another.

    Returns:
        Kind → how many objects went; empty: nothing was due.
    """
    chain = read_chain(store)
    gone = due(dated(store, chain), retention, now)
    named = {name for entry in chain if entry.event == EVENT for name in entry.fields["objects"]}
    if any(one.name not in named for one in gone):
        append(
            store,
            EVENT,
            kinds=counts(gone),
            objects=sorted(one.name for one in gone),
            retention=retention.model_dump(),
        )
    for one in gone:
        store.remove(one.name)
    return counts(gone)


def due(objects: Iterable[Dated], retention: Retention, now: datetime) -> list[Dated]:
    """What is older than it may become."""
    days: dict[str, int] = {kind: getattr(retention, f"{kind}_days") for kind in KINDS}
    return [
        one for one in objects if one.since is not None and now - one.since > timedelta(days=days[one.kind])
    ]


def dated(store: Store, chain: list[Entry]) -> list[Dated]:
    """Everything that has a time to go, and since when it is there: a run's name says when it was, the audit log when a
    version was published."""
    published = {version: _parsed(entry.when) for version, entry in latest(chain, "published").items()}
    found = []
    for kind, folder in KINDS.items():
        names = store.names(folder)
        if kind == "membership":
            names = [name for name in names if name.endswith("/membership.parquet")]
            found += [Dated(name, kind, published.get(name.split("/")[-2])) for name in names]
        else:
            found += [Dated(name, kind, run_time(name.removeprefix(folder))) for name in names]
    return found


def counts(objects: Iterable[Dated]) -> dict[str, int]:
    """Kind → how many."""
    kinds = [one.kind for one in objects]
    return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}


def run_time(name: str) -> datetime | None:
    """When the run was, from the name that it gave to what it left.

    >>> run_time("dead-letters/20261122T010203Z-5a5a5a5a.parquet")
    datetime.datetime(2026, 11, 22, 1, 2, 3, tzinfo=datetime.timezone.utc)
    """
    found = _RUN.search(name)
    try:
        return datetime.strptime(found[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def old_keys(chain: list[Entry], retention: Retention, now: datetime) -> list[str]:
    """The keys (`pool`, `pseudonym`) that are in use for longer than they should be."""
    since = {which: _parsed(chain[0].when) for which in ("pool", "pseudonym") if chain}
    for entry in chain:
        if entry.event == "key_rotated":
            since[entry.fields["which"]] = _parsed(entry.when)
    return [which for which, when in since.items() if now - when > timedelta(days=retention.key_days)]


def _parsed(when: str) -> datetime:
    return datetime.strptime(when, _TIME).replace(tzinfo=UTC)
