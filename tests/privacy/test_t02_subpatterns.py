"""T2: whatever part of a released record somebody looks for, nobody has it, or at least k people do, j of them elsewhere.

On the real logs tests/independent counts who have each whole record.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.privacy import oracle
from tests.privacy.raw_worlds import raw_world, release_of


def having(world: oracle.World, run: oracle.Record) -> set[str]:
    """Who did exactly these actions one after the other, each at the level that its name says."""
    return {
        person
        for person, actions in world.sessions
        if any(reads(actions, at, run) for at in range(len(actions)))
    }


def reads(actions: list[oracle.Chain], at: int, run: oracle.Record) -> bool:
    """Whether the run stands from here on; several actions that one name tells are one."""
    if not run:
        return True
    if at == len(actions) or run[0] not in actions[at]:
        return False
    return reads(actions, at + 1, run[1:]) or reads(actions, at + 1, run)


def runs_of(record: oracle.Record) -> set[oracle.Record]:
    return {record[a:b] for a in range(len(record)) for b in range(a + 1, len(record) + 1)}


@settings(max_examples=80, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.integers(0, 10**9), st.booleans(), st.integers(2, 4), st.integers(0, 2), st.integers(1, 3))
def test_every_part_of_a_record_is_had_by_k_people(seed, registry, k, j, buckets):
    raw = raw_world(seed, registry=registry)
    rules = oracle.Rules(k=k, j=0 if registry else j)
    with tempfile.TemporaryDirectory() as folder:
        made = release_of(raw, rules, Path(folder), buckets=buckets)
    world = oracle.lifted(oracle.events_of(raw.log, raw.participation), rules)
    for row in made.released.table.to_pylist():
        for run in runs_of(tuple(row["actions"])):
            people = having(world, run)
            assert oracle.enough(people, world, rules)
            assert len(people) >= row["people"]


def test_the_parts_are_all_the_parts():
    assert runs_of(("a", "b", "c")) == {("a",), ("b",), ("c",), ("a", "b"), ("b", "c"), ("a", "b", "c")}
