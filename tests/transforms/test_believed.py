"""Which times are believed: of a load of all time by bucket, of a night in the reader."""

from __future__ import annotations

import json

import pytest

from tests.worlds import MINUTE, Act, events_of
from transforms.believed import BEHIND, Believed, part
from transforms.decode.jsonl import JsonLines
from transforms.edges import DAY_US
from transforms.events import EventPolicy, Normalised, to_events
from transforms.mapping import NATIVE

KEY = b"k" * 32
NIGHT = 20_000 * DAY_US
"""2024-10-04."""


def test_what_is_not_of_the_window_is_set_apart_with_its_reason():
    minutes = {"long ago": 5, "first": 10, "last": 19.999, "next": 20, "next, too": 29.999, "ahead": 30}
    events = events_of([Act(name, minute, ("x",)) for name, minute in minutes.items()])
    parted = part([events], Believed(10 * MINUTE, 20 * MINUTE, 30 * MINUTE))
    (inside,) = parted.inside
    assert inside.column("position").to_pylist() == [1, 2]
    assert parted.letters.to_pylist() == [
        {"file": 0, "position": 5, "reason": "time_in_future"},
        {"file": 0, "position": 0, "reason": "time_out_of_range"},
    ]
    assert parted.going_on.to_pylist() == events.column("person").to_pylist()[3:5]
    assert parted.counts == {
        "time_in_future": 1,
        "time_in_future_people": 1,
        "time_out_of_range": 1,
        "time_out_of_range_people": 1,
        BEHIND: 2,
        f"{BEHIND}_people": 2,
    }


def test_without_a_window_all_is_inside():
    events = events_of([Act("a", 5, ("x",))])
    assert part([events], None).inside == [events]


def read(days: list[tuple[str, float]], *, claims: bool, support: int = 2) -> Normalised:
    """Events of some people, some days after the night began."""
    lines = [
        json.dumps({"user_id": who, "ts": NIGHT + int(day * DAY_US), "event_type": "x", "app": "x"}).encode()
        for who, day in days
    ]
    decoder = JsonLines(
        NATIVE, record_key=None, newline=10, end=None, skip_first=False, max_record_bytes=1 << 20
    )
    decoded = decoder.feed(b"\n".join(lines) + b"\n", 0, final=True).decoded
    policy = EventPolicy(NATIVE, NIGHT, NIGHT + DAY_US, KEY, KEY, KEY, KEY, None, support=support)
    return to_events(decoded.rows, policy, file=0, claims=claims)


def test_of_a_night_only_what_few_did_later_may_be_of_a_wrong_clock():
    few = read([("a", 0.5), ("b", 0.5), ("a", 2.4), ("a", 900), ("a", -3)], claims=False)
    assert [time - NIGHT for time in few.ahead.column("time_us").to_pylist()] == [
        int(2.4 * DAY_US),
        900 * DAY_US,
    ]
    assert few.dropped == {"outside_window": 1}
    many = read([("a", 0.5), ("b", 3.2), ("a", 3.1), ("a", 4), ("a", 4.2)], claims=False)
    assert [time - NIGHT for time in many.ahead.column("time_us").to_pylist()] == [int(4.2 * DAY_US)]
    assert many.dropped == {"outside_window": 3}


@pytest.mark.parametrize("claims", [True, False])
def test_of_a_file_that_is_named_after_the_night_its_neighbours_are_told_apart(claims):
    read_ = read([("a", 0.5), ("b", 0.6), ("a", 1.0), ("b", -0.9), ("a", -1.1)], claims=claims)
    near = {"outside_window_near": 2, "outside_window": 1}
    assert read_.dropped == (near if claims else {"outside_window": 3})
    assert read_.claimed == (4 if claims else 0)
    assert read_.events.num_rows == 2
