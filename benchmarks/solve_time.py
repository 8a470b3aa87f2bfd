"""How long the solving worker takes: `python -m benchmarks.solve_time [--seed 7]`, on a simulated log, median of three.

About 2.5 million actions of 120 people in eight units, of some 500 distinct ones: they follow the workflows of the
simulator's workplace for 60 nights. The kernels are compiled on a small log before. Wall seconds, and CPU seconds, which
other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from statistics import median
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa

from etl.simulate.log import concatenated, logs_of_day
from etl.simulate.schedule import events_by_day
from etl.simulate.settings import Simulation
from etl.simulate.world import build_world
from transforms.pack import Packed
from transforms.plan import find_plan
from transforms.policy import AnonymityPolicy
from transforms.schemas import LEVEL_SEPARATOR

EVENTS, PEOPLE, UNITS, NIGHTS = 7_450_000, 120, 8, 60
GAP_US = 30 * 60_000_000
POLICY = AnonymityPolicy(
    k=10,
    min_outside_unit=3,
    cap_per_person=20,
    max_per_person=5000,
    min_active=50,
    max_length=12,
    gap_us=GAP_US,
    drop_repeats=True,
    levels=3,
)
STEPS = {
    "transforms.plan": ("lift", "code", "solve", "cut", "further"),
    "transforms.segmentation.solve": ("mine", "repair", "add_back", "local_search"),
}
SHOWN = ("lift", "code", "mine", "repair", "add_back", "local_search", "cut", "further", "all of it")
"""`cut` and `further`: lifting in context. The others hold its rounds, too."""


def simulated(events: int, seed: int) -> Packed:
    """The packed sessions of a simulated log without faults, with the levels of the native schema."""
    world = build_world(
        Simulation(events, people=PEOPLE, units=UNITS, nights=NIGHTS, seed=seed, hostile=False)
    )
    everybody, by_day = np.arange(PEOPLE), events_by_day(world)[:, :PEOPLE]
    log = concatenated(
        [part for day in range(NIGHTS) for part in logs_of_day(world, everybody, by_day[day], day)]
    )
    log = log.take(np.lexsort((log.time_us, log.person)))
    texts = [
        LEVEL_SEPARATOR.join((f"{a.event_type} {a.app} {a.target}", f"{a.event_type} {a.app}", a.event_type))
        for a in world.vocabulary.actions
    ]
    paths = pa.array(sorted(texts), pa.string())
    path = np.array([sorted(texts).index(text) for text in texts], np.int32)[log.action]
    opens = np.append(True, (np.diff(log.person) != 0) | (np.diff(log.time_us) > GAP_US))
    kept = opens | np.append(True, np.diff(path) != 0)
    starts = np.append(np.flatnonzero(opens[kept]), kept.sum()).astype(np.int64)
    names = pa.array([f"unit {number}" for number in range(UNITS)], pa.string())
    person, one_each = log.person[kept][starts[:-1]], np.arange(PEOPLE + 1, dtype=np.int64)
    return Packed(path[kept], paths, starts, person, one_each, world.unit[:PEOPLE].astype(np.int32), names)


def measure(packed: Packed, outside: int) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds by step."""
    seconds: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))

    def timed(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            made = step(*args, **options)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            seconds[name] = (seconds[name][0] + wall, seconds[name][1] + cpu)
            return made

        return run

    with ExitStack() as stack:
        for module, names in STEPS.items():
            for name in names:
                step = getattr(import_module(module), name)
                stack.enter_context(mock.patch(f"{module}.{name}", timed(name, step)))
        timed("all of it", find_plan)(packed, POLICY, min_outside_unit=outside)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--events", type=int, default=EVENTS, help="events; about a third are actions")
    asked = parser.parse_args()
    packed = simulated(asked.events, asked.seed)
    measure(simulated(20_000, asked.seed), 3)  # compiles
    used = len(np.unique(packed.path))
    print(
        f"{len(packed.path):,} actions, {packed.people} people, {used} distinct actions, seed {asked.seed}; k = 10\n"
    )
    outsides = (0, POLICY.min_outside_unit)
    runs = {j: [measure(packed, j) for _ in range(3)] for j in outsides}
    print("| step | " + " | ".join(f"s, j = {j} | CPU s, j = {j}" for j in outsides) + " |")
    print("|---|" + "---|" * 2 * len(outsides))
    for name in SHOWN:
        cells = [median(run[name][at] for run in runs[j]) for j in outsides for at in (0, 1)]
        print(f"| {name} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")


if __name__ == "__main__":
    main()
