"""What was consumed is known again: by account and time, by record id, with repeats; and contents add up."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tests.worlds import Act, events_of
from transforms.ledger import NOTHING, Content, content_of, known_by, ledger_of, places, seen
from transforms.mapping import Mapping
from transforms.schemas import LEDGER

KEY, OTHER = b"k" * 32, b"o" * 32


def content(events: pa.RecordBatch) -> Content:
    return content_of(events, places(events, key=KEY), key=OTHER)


def known(acts: list[Act], before: list[Act]) -> list[bool]:
    events, old = events_of(acts), events_of(before)
    ledger = ledger_of(old).set_column(0, "account", old.column("person"))
    return seen(events, ledger).tolist()


def test_an_event_that_was_consumed_is_seen():
    before = [Act("p", 1, ("a",)), Act("q", 2, ("a",))]
    assert known([Act("p", 1, ("a",)), Act("p", 2, ("a",)), Act("q", 2, ("a",))], before) == [
        True,
        False,
        True,
    ]


def test_of_repeats_as_many_are_new_as_there_are_more_than_before():
    again = [Act("p", 1, ("a",))] * 3
    assert known(again, again[:2]) == [True, True, False]
    assert known(again, [*again, *again]) == [True, True, True]


def test_another_action_at_a_known_time_is_new():
    before = [Act("p", 1, ("a",)), Act("q", 1, ("b",))]
    assert known([Act("p", 1, ("a",)), Act("p", 1, ("b",))], before) == [True, False]
    assert known([Act("p", 1, ("b",))], before) == [False]


def test_ids_made_anew_are_no_new_events():
    before = [Act("p", 1, ("a",), record_id=one) for one in ("r1", "r2")]
    anew = [Act("p", 1, ("a",), record_id=one) for one in ("s1", "s2", "s3")]
    assert known(anew, before) == [True, True, False]
    assert known([Act("p", 1, ("a",))] * 3, before) == [True, True, False]


def test_an_id_that_comes_again_stands_for_its_own_entry_only():
    before = [Act("p", 1, ("a",), record_id="r1")]
    again = [Act("p", 5, ("b",), record_id="r1"), Act("p", 1, ("a",), record_id="s1")]
    assert known(again, before) == [True, False]
    both = [Act("p", 1, ("a",), record_id="s1"), Act("p", 1, ("a",), record_id="r1")]
    assert known(both, before) == [False, True]


def test_an_entry_without_an_id_knows_a_record_that_has_one():
    assert known([Act("p", 1, ("a",), record_id="r1")], [Act("p", 1, ("a",))]) == [True]


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
    assert ledger_of(events_of([])).schema == LEDGER


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
    assert seen(part, ledger_of(events_of([]))).tolist() == [False] * 4
    assert ledger_of(part).column("digest").to_pylist() == events.column("identity").to_pylist()[3:7]
    copied = pa.RecordBatch.from_pylist(part.to_pylist(), schema=part.schema)
    assert content(part) == content(copied)


def said(**changes: object) -> str:
    """What a mapping with some changes recognises events by."""
    plain = {"format": "jsonl", "person": "user", "time": "ts", "action": [["what", "app"], ["what"]]}
    return known_by(Mapping.model_validate(plain | changes), key=KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "csv"},
        {"dedupe": "record"},
        {"event_id": "id"},
        {"action": [["app", {"column": "what", "as": "verbatim"}]]},
        {"action": [[{"column": "what", "split": "/", "take": 1}, "app"], ["app"]]},
        {"where": {"column": "kind", "in": ["a"]}},
        {"unit": "team", "drop_repeats": False},
        {"time": {"column": "ts", "latest": "2090-01-01T00:00:00Z"}},
    ],
    ids=str,
)
def test_a_mapping_that_reads_the_same_acts_knows_them_again(changes):
    assert said(**changes) == said()


@pytest.mark.parametrize(
    "changes",
    [
        {"person": "account"},
        {"time": "at"},
        {"time": {"column": "ts", "format": "epoch_ms"}},
        {"timezone": "Europe/Berlin"},
        {"event_id": "id", "dedupe": "event_id"},
        {"action": [["what"]]},
        {"null": ["-"]},
        {"quote": None},
        {"encoding": "latin-1"},
    ],
    ids=str,
)
def test_a_mapping_that_may_read_them_otherwise_does_not(changes):
    assert said(**changes) != said()
