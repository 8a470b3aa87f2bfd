"""Simulate: write the logs, the participation file and a note that says that all of it is invented."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from etl.errors import ConfigError, StorageError
from etl.simulate.clock import DAY_US
from etl.simulate.identity import identities
from etl.simulate.log import Log, concatenated, logs_of_day
from etl.simulate.notice import NOTICE_NAME, notice
from etl.simulate.participation import participation_csv
from etl.simulate.schedule import events_by_day
from etl.simulate.settings import Simulation
from etl.simulate.sinks import Sink, extension, sink
from etl.simulate.world import World, build_world

PARTICIPATION_NAME = "participation.csv"

_WORLDS: dict[Simulation, World] = {}


@dataclass(frozen=True)
class Written:
    """What was written: the log files in order of name, how many records they hold, the participation file."""

    files: tuple[Path, ...]
    events: int
    participation: Path


def simulate(simulation: Simulation, out: Path, *, progress: Callable[[int], None] | None = None) -> Written:
    """Write the log of a simulated workplace.

    The files are `events-<night>-<nn>.jsonl` (or `.jsonl.gz`, `.jsonl.zst`, `.parquet`), a night being a UTC date.
    Each holds a part of the people, in order of time. A night's part without events has no file. An earlier simulation in
    the folder is removed first.

    Args:
        simulation: what to simulate.
        out: the folder to write to; made if need be.
        progress: told how many events came on top, each time that some did.

    Raises:
        ConfigError: the folder holds logs that no simulation wrote.
        StorageError: writing failed.
    """
    try:
        _clear(out)
        world = build_world(simulation)
        participation = out / PARTICIPATION_NAME
        participation.write_text(participation_csv(world), encoding="utf-8")
        (out / NOTICE_NAME).write_text(notice(simulation), encoding="utf-8")
        files: list[Path] = []
        events = 0
        for path, count in _written(world, out):
            events += count
            files.append(path)
            if progress is not None:
                progress(count)
    except OSError as error:
        raise StorageError(
            f"Writing the simulated logs to {out} failed: {error.strerror or error}."
        ) from error
    return Written(tuple(sorted(files)), events, participation)


def _clear(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    logs = sorted(out.glob("events-*"))
    if logs and not (out / NOTICE_NAME).exists():
        raise ConfigError(
            f"{out} holds events-* files that no simulation wrote. Give a folder of its own to simulate into."
        )
    for log in logs:
        log.unlink()


def _written(world: World, out: Path) -> Iterator[tuple[Path, int]]:
    simulation = world.simulation
    workers = min(simulation.workers, simulation.groups)
    if workers == 1:
        for group in range(simulation.groups):
            yield from _write_group(world, out, group)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        try:
            pending = [
                pool.submit(_write_group_anew, simulation, out, group) for group in range(simulation.groups)
            ]
            for done in as_completed(pending):
                yield from done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _write_group_anew(simulation: Simulation, out: Path, group: int) -> list[tuple[Path, int]]:
    """In a worker process: the world is built once for all the groups that it gets."""
    if simulation not in _WORLDS:
        _WORLDS.clear()
        _WORLDS[simulation] = build_world(simulation)
    return list(_write_group(_WORLDS[simulation], out, group))


def _write_group(world: World, out: Path, group: int) -> Iterator[tuple[Path, int]]:
    """Write every night's file of one group of people; a night is done when the day after it is.

    The first night waits until the end, as the last day's late hours may fall on it.
    """
    simulation = world.simulation
    people = np.arange(group, len(world.key), simulation.groups)
    write = sink(world, identities(world, people))
    events = events_by_day(world)[:, people]
    nights: defaultdict[int, list[Log]] = defaultdict(list)

    def finish(night: int) -> Iterator[tuple[Path, int]]:
        logs = nights.pop(night, [])
        if logs:
            yield _write_night(write, simulation, out, night, group, concatenated(logs))

    for day in range(simulation.nights):
        for log in logs_of_day(world, people, events[day], day):
            night = log.time_us // DAY_US
            for number in np.unique(night).tolist():
                nights[number].append(log.take(np.flatnonzero(night == number)))
        if day > 1:
            yield from finish(day - 1)
    for last in sorted(nights):
        yield from finish(last)


def _write_night(
    write: Sink, simulation: Simulation, out: Path, night: int, group: int, log: Log
) -> tuple[Path, int]:
    date = simulation.start + timedelta(days=night)
    width = max(2, len(str(simulation.groups - 1)))
    path = out / f"events-{date}-{group:0{width}}{extension(simulation)}"
    write(path, log)
    return path, len(log)
