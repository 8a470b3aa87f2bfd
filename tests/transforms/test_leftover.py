"""What a bucket leaves: every row is spent or waits, once, in fragments that nothing spent lies inside of."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from tests.worlds import MINUTE, Act, digest, events_of
from transforms.leftover import PLACED, Segments, concat_pool, leftover, whole_sessions
from transforms.schemas import POOL

NONE = Segments(np.zeros(0, np.int64), np.zeros(0, np.int64))


def segments(*pairs: tuple[int, int]) -> Segments:
    return Segments(*(np.array(column, np.int64) for column in zip(*pairs, strict=True))) if pairs else NONE


def of(acts: list[Act], opens: list[int], released: Segments, capped: Segments = NONE):
    mask = np.zeros(len(acts), np.bool_)
    mask[opens] = True
    return leftover(pa.Table.from_batches([events_of(acts)]), mask, released, capped)


def test_what_is_between_two_segments_is_a_fragment_of_its_own():
    acts = [Act("p", minute, (name,)) for minute, name in enumerate("abcdefg")]
    left = of(acts, [0], segments((1, 2)), segments((4, 1)))
    assert left.waiting.column("path").to_pylist() == ["a", "d", "f", "g"]
    assert left.waiting.column("fragment").to_pylist() == [0, 1, 2, 2]
    assert left.spent.select(["from_us", "to_us"]).to_pylist() == [
        {"from_us": MINUTE, "to_us": 2 * MINUTE},
        {"from_us": 4 * MINUTE, "to_us": 4 * MINUTE},
    ]
    assert left.spent_rows == 3
    assert left.members.column("account").to_pylist() == [digest("p")]


def test_sessions_part_fragments_and_intervals():
    acts = [Act("p", 0, ("a",)), Act("p", 90, ("b",)), Act("p", 91, ("c",)), Act("q", 0, ("d",))]
    left = of(acts, [0, 1, 3], segments((0, 1), (1, 1)))
    assert left.spent.num_rows == 2
    assert left.waiting.column("fragment").to_pylist() == [0, 1]


def test_every_account_in_a_segment_has_its_interval_and_only_the_released_ones_are_members():
    acts = [
        Act("p", 0, ("a",), account="x"),
        Act("p", 1, ("b",), account="y"),
        Act("p", 2, ("c",), account="z"),
    ]
    left = of(acts, [0], segments((0, 2)), segments((2, 1)))
    spans = {row["account"]: (row["from_us"], row["to_us"]) for row in left.spent.to_pylist()}
    # Contiguous in one session: one interval, of all three.
    assert spans == {digest(name): (0, 2 * MINUTE) for name in "xyz"}
    assert set(left.members.column("account").to_pylist()) == {digest("x"), digest("y")}


def test_open_sessions_are_one_fragment_each():
    acts = [Act("p", 0, ("a",)), Act("p", 1, ("b",)), Act("q", 0, ("c",))]
    whole = whole_sessions(pa.Table.from_batches([events_of(acts)]), np.array([True, False, True]))
    assert whole.column("fragment").to_pylist() == [0, 0, 1]


@pytest.mark.parametrize("seed", range(20))
def test_every_row_is_spent_or_waits(seed):
    rng = random.Random(seed)
    acts = [Act("p", minute, (rng.choice("abc"),)) for minute in range(rng.randrange(1, 30))]
    opens = sorted({0, *(row for row in range(len(acts)) if rng.random() < 0.2)})
    pairs, at = [], 0
    while at < len(acts):
        length = rng.randint(1, 3)
        stop = min([at + length, *(row for row in opens if row > at), len(acts)])
        if rng.random() < 0.5:
            pairs.append((at, stop - at))
        at = stop
    half = len(pairs) // 2
    left = of(acts, opens, segments(*pairs[:half]), segments(*pairs[half:]))
    waits = [row["time_us"] // MINUTE for row in left.waiting.to_pylist()]
    spent = [row for start, length in pairs for row in range(start, start + length)]
    assert sorted(waits + spent) == list(range(len(acts)))
    assert left.spent_rows == len(spent)
    inside = [
        row
        for item in left.spent.to_pylist()
        for row in range(item["from_us"] // MINUTE, item["to_us"] // MINUTE + 1)
    ]
    assert sorted(inside) == sorted(spent)


def test_the_pool_is_in_one_order_whatever_the_parts():
    acts = [
        Act(f"p{minute % 3}", minute // 2, ("a",), file=minute % 2, position=minute) for minute in range(12)
    ]
    table = whole_sessions(pa.Table.from_batches([events_of(acts)]), np.ones(12, np.bool_))
    one = concat_pool([table])
    other = concat_pool([table.slice(7), table.slice(0, 3), table.slice(3, 4), PLACED.empty_table()])
    names = ["account", "time_us", "path"]
    assert one.select(names).to_pylist() == other.select(names).to_pylist()
    assert one.schema == other.schema == POOL
    assert sorted(set(other.column("fragment").to_pylist())) == sorted(other.column("fragment").to_pylist())
