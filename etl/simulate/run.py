"""Simulate: write the logs, the participation file and a note that says that all of it is invented."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etl.errors import ConfigError, StorageError
from etl.simulate.delivery import NAMES, file_stem, last_night, slots
from etl.simulate.identity import identities
from etl.simulate.log import Log, concatenated, logs_of_day
from etl.simulate.notice import NOTICE_NAME, notice
from etl.simulate.participation import participation_csv
from etl.simulate.schedule import events_by_day
from etl.simulate.settings import Simulation
from etl.simulate.sinks import extension, sink
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

    The files are `events-<night>-<nn>.jsonl` (or `.jsonl.gz`, `.jsonl.zst`, `.parquet`), a night being a UTC date; with a
    `delivery` they are called as `etl.simulate.delivery` says. Each holds a part of the people, in order of delivery. A
    night's part without events has no file. An earlier simulation in the folder is removed first.

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
    logs = sorted(path for name in NAMES for path in out.glob(f"{name}-*"))
    if logs and not (out / NOTICE_NAME).exists():
        raise ConfigError(
            f"{out} holds {' or '.join(f'{name}-*' for name in NAMES)} files that no simulation wrote. Give a folder "
            "of its own to simulate into."
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
    """Write every file of one group of people; a night is done when the day after it is.

    The first night waits until the end, as the last day's late hours may fall on it; so does what may be delivered late of
    it.
    """
    simulation = world.simulation
    people = np.arange(group, len(world.key), simulation.groups)
    write = sink(world, identities(world, people))
    events = events_by_day(world)[:, people]
    waits = simulation.late_nights if simulation.late_share else 0
    pending: defaultdict[int, list[Log]] = defaultdict(list)

    def finish(slot: int) -> tuple[Path, int]:
        log = concatenated(pending.pop(slot))
        path = out / f"{file_stem(simulation, slot, group)}{extension(simulation)}"
        write(path, log)
        return path, len(log)

    for day in range(simulation.nights):
        for log in logs_of_day(world, people, events[day], day):
            slot = slots(simulation, log.delivered_us)
            for number in np.unique(slot).tolist():
                pending[number].append(log.take(np.flatnonzero(slot == number)))
        for number in sorted(pending):
            if waits < last_night(simulation, number) < day:
                yield finish(number)
    for number in sorted(pending):
        yield finish(number)
