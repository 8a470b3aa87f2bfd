"""Segmentation: which phrases to release, and cutting by them. Solving is bounded in effort, cutting is linear."""

from __future__ import annotations

from typing import Any

from benchmarks.micro import worlds
from transforms.emit import Emitted
from transforms.plan import find_plan
from transforms.segmentation import Settings, cut, solve

SETTINGS = Settings(worlds.POLICY.k, worlds.POLICY.min_outside_unit, worlds.POLICY.max_length)


@worlds.each_size
def bench_solve(benchmark: Any, events: int) -> None:
    """`solve`: mine, repair, add back and search, at the finest level."""
    sessions, vocabulary = worlds.sessions(events), len(worlds.packed(events).paths)
    assert len(benchmark.pedantic(solve, (sessions, vocabulary, SETTINGS), rounds=3, warmup_rounds=1))


@worlds.each_size
def bench_find_plan(benchmark: Any, events: int) -> None:
    """`find_plan`: lift, then solve level by level."""
    arguments = (worlds.packed(events), worlds.POLICY)
    options = {"min_outside_unit": worlds.POLICY.min_outside_unit}
    assert benchmark.pedantic(find_plan, arguments, options, rounds=3, warmup_rounds=1).phrases


@worlds.each_size
def bench_cut(benchmark: Any, events: int) -> None:
    """`cut`."""
    sessions = worlds.sessions(events)
    inventory = solve(sessions, len(worlds.packed(events).paths), SETTINGS)
    assert len(benchmark(cut, sessions, inventory).start)


@worlds.each_size
def bench_emit(benchmark: Any, events: int) -> None:
    """`emit`: cut in rounds, and the caps."""
    worlds.plan(events)
    found: Emitted = benchmark(worlds.emitted, events)
    assert len(found.record)
