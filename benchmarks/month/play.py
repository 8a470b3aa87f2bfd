"""Run the month: every night with the job itself, and the other commands as they are typed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

import numpy as np

from benchmarks.month.calendar import Month
from benchmarks.month.source import Int64s, Source
from benchmarks.month.watching import Seen, watched
from etl.cli import main, main_nightly
from etl.ending import INTERRUPTED
from etl.keys import load_keys
from etl.registry import Registry
from etl.state import SCHEMAS, kept, read_state
from etl.waiting import generation_of, read_pool
from transforms.pseudonym import key_fingerprint

KEY: Final = "5a" * 32
POOL_KEY: Final = "6b" * 32


@dataclass
class Played:
    """One way through the month.

    `order`: the nights as they were run. By night: `seen`, `records` (the run's exact figures), `pools` (what waits after
    the run, before anything else is done), `seconds`. `erasures`: by the night after which it was, how many events of the
    person waited. `problems`: what should not have been.
    """

    registry: Path
    order: list[int]
    seen: dict[int, Seen] = field(default_factory=dict)
    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    pools: dict[int, Int64s] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    erasures: dict[int, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@contextmanager
def keys() -> Iterator[None]:
    """The registry's keys, in the environment."""
    with mock.patch.dict(os.environ, {"DESIREPATH_KEY": KEY, "DESIREPATH_POOL_KEY": POOL_KEY}):
        yield


def play(
    month: Month,
    logs: Path,
    registry: Path,
    source: Source,
    *,
    pool_nights: int = 21,
    nights: int | None = None,
) -> Played:
    """Run the month's first nights (None: all), in its order, with all that happens besides."""
    order = [night for night in month.order() if nights is None or night < nights]
    played = Played(registry, order)
    with keys(), watched(source) as seen:
        for position, night in enumerate(order):
            done = order[: position + 1]
            patterns = [str(logs / "delivered-{date}-*.jsonl")]
            if month.left_out is not None and night == month.left_out[0]:  # all that has come until then
                patterns = [str(logs / f"delivered-{month.date(n)}-*.jsonl") for n in sorted(done)]
            began = time.monotonic()
            call("run", *arguments(month, registry, night, patterns, pool_nights=pool_nights), nightly=True)
            played.seconds[night] = time.monotonic() - began
            played.seen[night] = seen[-1]
            played.records[night] = newest_record(registry)
            played.pools[night] = waiting(registry, source)
            _besides(month, night, played, source, done)
    return played


def _besides(month: Month, night: int, played: Played, source: Source, done: list[int]) -> None:
    before = digests(played.registry)
    withdrawn = ""
    if night in month.erased:
        name = month.erased[night]
        played.erasures[night] = len(source.of_person(played.pools[night], name))
        listing = played.registry.with_suffix(".accounts")
        listing.write_text(name + "\n")
        call(
            "erase",
            "--accounts",
            str(listing),
            "--registry",
            str(played.registry),
            "--participation",
            who(played),
        )
    if month.withdrawn is not None and night == month.withdrawn[0]:
        withdrawn = str(month.date(month.withdrawn[1]))
        call("withdraw", withdrawn, "--registry", str(played.registry), "--reason", "a rehearsal")
    after = digests(played.registry)
    changed = [name for name in before if after.get(name) != before[name]]
    removed = (f"data/{withdrawn}/", f"vocabulary/{withdrawn}.json") if withdrawn else ()
    played.problems += [
        f"{name} was changed after night {night}" for name in changed if not name.startswith(removed)
    ]
    if any(name.startswith(removed) for name in after):
        played.problems.append(f"data of the withdrawn {withdrawn} is still there")
    gone = {month.erased[n] for n in done if n in month.erased}
    before_now = gone - {month.erased.get(night, "")}
    found = [*_left_of(before_now, played.seen[night], source), *_kept_of(gone, played.registry, source)]
    played.problems += [f"after night {night} {what}" for what in found]


def _left_of(gone: set[str], seen: Seen, source: Source) -> Iterator[str]:
    for name in gone:
        if len(source.of_person(seen.staged, name)):
            yield "somebody erased is in a staged table"


def _kept_of(gone: set[str], registry: Path, source: Source) -> Iterator[str]:
    """What a registry still keeps of people who were erased, in any table that names accounts."""
    if not gone:
        return
    accounts = {account for name in gone for account in source.accounts_of(name)}
    digests_of = {digest for digest, n in source.number.items() if source.accounts[n] in accounts}
    opened, pool_key = Registry(registry), bytes.fromhex(POOL_KEY)
    for kind in SCHEMAS:
        for version in kept(opened, kind):
            table = read_state(opened, version, kind, key=pool_key)
            if table is not None and digests_of & set(table.column("account").to_pylist()):
                yield f"somebody erased is in {kind} of {version}"
    if any(len(source.of_person(waiting(registry, source), name)) for name in gone):
        yield "somebody erased waits"


def arguments(
    month: Month,
    registry: Path,
    night: int,
    patterns: list[str],
    *,
    pool_nights: int = 21,
    window: str | None = None,
) -> list[str]:
    """The flags of a night's run."""
    inputs = [flag for pattern in patterns for flag in ("--input", pattern)]
    logs = Path(patterns[0]).parent
    span = ["--date", str(month.date(night))] if window is None else ["--window", window]
    return [
        *inputs, *span, "--source", "native", "--registry", str(registry), "--simulated", "--log-format", "json",
        "--participation", str(logs / "participation.csv"), "--pool-nights", str(pool_nights), "--k", str(month.k),
    ]  # fmt: skip


def call(command: str, *flags: str, nightly: bool = False) -> str:
    """A command within this process; what it printed.

    Raises:
        RuntimeError: it ended with another code than 0.
    """
    said, printed = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
        code = main_nightly(list(flags)) if nightly else main([command, *flags])
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code != 0:
        raise RuntimeError(f"{command} ended with {code}: {said.getvalue()[-600:]}")
    return printed.getvalue()


def who(played: Played) -> str:
    """The participation file that goes with a registry of `play`."""
    return str(played.registry.with_suffix(".csv"))


def newest_record(registry: Path) -> dict[str, Any]:
    """What the last run keeps of itself, exact."""
    newest = max((registry / ".private" / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    record: dict[str, Any] = json.loads(newest.read_bytes())
    return record


def waiting(registry: Path, source: Source) -> Int64s:
    """The keys of what waits in the pool."""
    opened, loaded = Registry(registry), load_keys(None, None)
    pool = read_pool(
        opened, generation_of(opened), key=loaded.pool, fingerprint=key_fingerprint(loaded.pseudonym)
    )
    return np.sort(source.keys_of(pool))


def digests(registry: Path) -> dict[str, str]:
    """Of all that is published, but what is derived anew."""
    return {
        str(path.relative_to(registry)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("data", "manifests", "reports", "vocabulary")
        for path in sorted((registry / folder).rglob("*"))
        if path.is_file()
    }
