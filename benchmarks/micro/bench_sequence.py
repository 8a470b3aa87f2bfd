"""Sort and sessionize: n log n by the sort, all else linear."""

from __future__ import annotations

from typing import Any

from benchmarks.micro import worlds
from transforms.sequence import build_actions, order_events


@worlds.each_size
def bench_order_events(benchmark: Any, events: int) -> None:
    """`order_events`."""
    assert benchmark(order_events, worlds.batches(events)).events.num_rows == events


@worlds.each_size
def bench_build_actions(benchmark: Any, events: int) -> None:
    """`build_actions`."""
    ordered = worlds.ordered(events).events
    assert benchmark(build_actions, ordered, gap_us=worlds.POLICY.gap_us, drop_repeats=True).sessions
