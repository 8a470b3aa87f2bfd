"""Mining: linear in the occurrences of all frequent n-grams, so at most max_length times the actions."""

from __future__ import annotations

from typing import Any

from benchmarks.micro import worlds
from transforms.segmentation import Settings
from transforms.segmentation.mine import mine


@worlds.each_size
def bench_mine(benchmark: Any, events: int) -> None:
    """`mine`."""
    policy = worlds.POLICY
    sessions, vocabulary = worlds.sessions(events), len(worlds.packed(events).paths)
    settings = Settings(policy.k, policy.min_outside_unit, policy.max_length)
    assert len(benchmark(mine, sessions, vocabulary, settings).token)
