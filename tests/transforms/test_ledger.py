"""What was consumed is known again: by account and time, by record id, with repeats; and contents add up."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tests.worlds import Act, events_of
from transforms.ledger import NOTHING, Content, content_of, event_digests, ledger_of, places, seen
from transforms.schemas import LEDGER

KEY, OTHER = b"k" * 32, b"o" * 32


def digests(events: pa.RecordBatch, key: bytes = KEY):
    return event_digests(events, places(events, key=key))


def content(events: pa.RecordBatch) -> Content:
    return content_of(events, places(events, key=KEY), key=OTHER)


def known(acts: list[Act], before: list[Act]) -> list[bool]:
    events, old = events_of(acts), events_of(before)
    ledger = ledger_of(old, digests(old, KEY)).set_column(0, "account", old.column("person"))
    return seen(events, digests(events, KEY), ledger).tolist()


def test_an_event_that_was_consumed_is_seen():
    before = [Act("p", 1, ("a",)), Act("q", 2, ("a",))]
    assert known([Act("p", 1, ("a",)), Act("p", 2, ("a",)), Act("q", 2, ("a",))], before) == [
        True,
        False,
        True,
    ]


def test_whatever_its_action_is_called_now():
    assert known([Act("p", 1, ("renamed",))], [Act("p", 1, ("a",))]) == [True]


def test_of_repeats_as_many_are_new_as_there_are_more_than_before():
    again = [Act("p", 1, ("a",))] * 3
    assert known(again, again[:2]) == [True, True, False]
    assert known(again, [*again, *again]) == [True, True, True]


def test_who_cannot_be_told_apart_counts_as_seen():
    assert known([Act("p", 1, ("a",)), Act("p", 1, ("b",))], [Act("p", 1, ("a",))]) == [True, True]


def test_a_record_id_is_known_at_another_time_and_tells_equal_times_apart():
    before = [Act("p", 1, ("a",), record_id="r1")]
    now = [Act("p", 5, ("a",), record_id="r1"), Act("p", 1, ("b",), record_id="r2"), Act("p", 1, ("a",))]
    assert known(now, before) == [True, False, False]


def test_another_account_of_the_person_at_the_same_time_is_new():
    assert known([Act("p", 1, ("a",), account="x")], [Act("p", 1, ("a",), account="y")]) == [False]


def test_an_id_that_two_people_use_is_two():
    assert known(
        [Act("p", 5, ("a",), record_id="r1"), Act("q", 5, ("a",), record_id="r1")],
        [Act("p", 1, ("a",), record_id="r1")],
    ) == [True, False]
    assert known(
        [Act("p", 5, ("a",), record_id="r1"), Act("q", 5, ("a",), record_id="r1")],
        [Act("q", 1, ("a",), record_id="r1")],
    ) == [False, True]


def test_nothing_is_known_of_nothing():
    assert known([], []) == []
    assert known([Act("p", 1, ("a",))], []) == [False]
    assert ledger_of(events_of([]), digests(events_of([]), KEY)).schema == LEDGER


def test_digests_depend_on_the_key():
    events = events_of([Act("p", 1, ("a",))])
    assert digests(events, KEY).tolist() != digests(events, OTHER).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_contents_add_up_in_any_order(seed):
    rng = random.Random(seed)
    acts = [Act(rng.choice("pq"), rng.randrange(5), (rng.choice("ab"),)) for _ in range(40)]
    whole = content(events_of(acts))
    rng.shuffle(acts)
    parts = [content(events_of(part)) for part in (acts[:13], acts[13:], [])]
    assert sum(parts, NOTHING) == whole
    assert sum(parts, NOTHING).commitment == whole.commitment
    acts[0] = acts[0]._replace(levels=("other",))
    assert content(events_of(acts)) != whole


def test_contents_wrap_around():
    large = Content(1, (1 << 64) - 1, 1)
    assert large + large == Content(2, (1 << 64) - 2, 2)
    with pytest.raises(TypeError):
        _ = large + 1


def test_a_slice_is_its_rows():
    events = events_of([Act("p", minute, ("a",)) for minute in range(9)])
    part = events.slice(3, 4)
    assert digests(part, KEY).tolist() == digests(events, KEY)[3:7].tolist()
    copied = pa.RecordBatch.from_pylist(part.to_pylist(), schema=part.schema)
    assert content(part) == content(copied)
