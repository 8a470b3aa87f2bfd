"""The last filter alone, on counts made by hand: what reaches it does not matter, what leaves it does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from transforms.count import Counts
from transforms.lift import Lift
from transforms.plan import Plan, make_plan
from transforms.records import record_digest
from transforms.release import release
from transforms.segmentation import Inventory


def plan_of(tokens: str) -> Plan:
    names = pa.array(list(tokens), pa.string())
    recoding = Lift(names, np.arange(len(tokens), dtype=np.int32)[None], names)
    return make_plan(recoding, [Inventory.empty()], min_outside_unit=0)


def counts_of(*records: tuple[int, int, dict[str, int]]) -> Counts:
    """Each record: people, occurrences, people by unit."""
    units = sorted({unit for _, _, by_unit in records for unit in by_unit})
    cells = [
        (record, units.index(unit), people)
        for record, (_, _, by_unit) in enumerate(records)
        for unit, people in by_unit.items()
    ]
    columns = np.array(cells, np.int64).reshape(-1, 3).T
    people, occurrences = (np.array([record[i] for record in records], np.int64) for i in (0, 1))
    return Counts(people, occurrences, *columns, tuple(units), {})


def released(counts: Counts, tokens: str, *, k: int) -> list[dict[str, object]]:
    return list(release(counts, plan_of(tokens), k=k, min_outside_unit=0).table.to_pylist())


def passing(counts: Counts, tokens: str, *, k: int, j: int) -> list[str]:
    table = release(counts, plan_of(tokens), k=k, min_outside_unit=j).table
    return sorted(actions[0] for actions in table.column("actions").to_pylist())


def test_people_count_and_rows_do_not():
    counts = counts_of((9, 500, {"u": 9}), (10, 10, {"u": 10}), (11, 11, {"u": 11}))
    assert passing(counts, "abc", k=10, j=0) == ["b", "c"]


def test_enough_people_must_be_outside_any_one_unit():
    counts = counts_of((12, 12, {"u": 10, "v": 2}), (12, 12, {"u": 9, "v": 3}), (12, 12, {"u": 12, "v": 12}))
    assert passing(counts, "abc", k=10, j=3) == ["b"]
    assert passing(counts, "abc", k=10, j=0) == ["a", "b", "c"]


def test_people_whose_unit_is_unknown_are_of_one_unit():
    counts = counts_of((12, 12, {"": 10, "v": 2}), (12, 12, {"": 9, "v": 3}))
    assert passing(counts, "ab", k=10, j=3) == ["b"]


def test_counts_are_rounded():
    (row,) = released(counts_of((14, 1999, {})), "a", k=10)
    assert (row["people"], row["occurrences"]) == (10, 1900)


def test_rows_stand_in_the_order_of_what_they_are_whoever_did_them():
    tokens = "abcdefgh"
    by_content = sorted(tokens, key=lambda token: record_digest([token]))
    for people in (range(10, 18), range(18, 10, -1)):
        rows = released(counts_of(*((n, n, {}) for n in people)), tokens, k=10)
        assert [row["actions"] for row in rows] == [[token] for token in by_content]
    assert by_content not in (list(tokens), list(tokens[::-1]))


def test_what_fails_is_counted_as_withheld():
    made = release(counts_of((9, 500, {}), (10, 40, {})), plan_of("ab"), k=10, min_outside_unit=0)
    assert (made.events, made.transitions) == (40, 0)
    assert made.withheld["no_shared_sequence"][0] == 500
