"""Support: who has a token, and who emits a record; a sort of (person, value) pairs."""

from __future__ import annotations

from typing import Any

from benchmarks.micro import worlds
from transforms.count import count
from transforms.lift import lift

J = worlds.POLICY.min_outside_unit


@worlds.each_size
def bench_lift(benchmark: Any, events: int) -> None:
    """`lift`: the support of the tokens of every level."""
    packed = worlds.packed(events)
    levels = worlds.POLICY.levels
    assert len(benchmark(lift, packed, levels=levels, k=worlds.POLICY.k, min_outside_unit=J).tokens)


@worlds.each_size
def bench_count(benchmark: Any, events: int) -> None:
    """`count`: the people of every record."""
    emitted, records = worlds.emitted(events), len(worlds.plan(events).digests)
    assert benchmark(count, emitted, records).people.max() >= worlds.POLICY.k
