"""Each method on a world small enough to work out by hand, k = 2."""

from __future__ import annotations

import pytest

from benchmarks.compare_anonymisers.compare import compare_one
from benchmarks.compare_anonymisers.methods import METHODS
from benchmarks.compare_anonymisers.release import measure, recount, release
from tests.benchmarks.small import emitters, log_of

A, B, C, D, E, F, G, H, K = range(9)
WORLD = [["abcx"], ["abcy"], ["dabc"], ["dab"], ["dab"], ["xy", "xy"], ["ab"], ["xabc"], ["db"]]
"""F alone has xy, twice: rows are not people. 20 transitions; A's first action stands for 5 events, so 34 events."""

METHOD = {method.name: method for method in METHODS}
EXPECTED = {
    "whole sessions": ({"dab": {D, E}}, 7),
    # G's ab is a node that A and B share, but they go on: only G emits it.
    "k-shared prefixes": ({"abc": {A, B}, "dab": {C, D, E}}, 1),
    # H has abc behind an x; K never did the a between d and b.
    "reconstructed prefixes": ({"abc": {A, B, H}, "dab": {C, D, E, K}}, 1),
    "windows of 2": ({"ab": {A, B, G}, "da": {C, D, E}, "bc": {C, H}}, 5),
    "windows of 3": ({"abc": {A, B}, "dab": {C, D, E}}, 1),
    "windows of 4": ({}, 4),
    # From the left, C is cut at dab; the best cut may as well take abc, and steps over what gains nothing.
    "greedy + repair": ({"abc": {A, B, H}, "dab": {C, D, E}}, 0),
    "best cut + plain repair": ({"abc": {A, B, C, H}, "dab": {D, E}}, 0),
    "ours": ({"abc": {A, B, H}, "dab": {C, D, E}}, 0),
    "upper bound": ({"abc": {A, B, C, H}, "dab": {D, E}}, 1),
}
TRANSITIONS = {
    "whole sessions": 4,
    "k-shared prefixes": 10,
    "reconstructed prefixes": 12,
    "windows of 2": 8,
    "windows of 3": 10,
    "windows of 4": 0,
    "greedy + repair": 12,
    "best cut + plain repair": 12,
    "ours": 12,
    "upper bound": 13,
}


@pytest.mark.parametrize("name", METHOD)
def test_the_release_of_each_method(name):
    log = log_of(WORLD)
    emissions = METHOD[name].run(log, k=2, max_length=12)
    found = emitters(log, emissions)
    released, failing = EXPECTED[name]
    assert {word: who for word, who in found.items() if len(who) >= 2} == released
    figures = compare_one(log, METHOD[name], k=2)
    assert figures.failing == failing == len(found) - len(released)
    assert figures.transitions == pytest.approx(TRANSITIONS[name] / 20)
    assert figures.records == len(released) + (failing if METHOD[name].is_bound else 0)


def test_events_are_counted_and_what_was_made_up_is_not():
    log = log_of(WORLD, events={0: 5})
    windows = compare_one(log, METHOD["windows of 2"], k=2)
    assert (windows.events, windows.lost, windows.made_up) == pytest.approx((20 / 34, 6 / 20, 0))
    # K's dab: two of its actions, none of its transitions; two of the 14 transitions in the records are nobody's.
    likest = compare_one(log, METHOD["reconstructed prefixes"], k=2)
    assert (likest.events, likest.lost, likest.made_up) == pytest.approx((24 / 34, 1 / 20, 2 / 14))


def test_a_bound_tells_what_the_filter_would_take():
    figures = compare_one(log_of(WORLD), METHOD["upper bound"], k=2)
    assert (figures.transitions, figures.lost) == pytest.approx((13 / 20, 1 / 20))


def test_no_record_is_longer_than_the_policy_says_and_the_mean_is_by_occurrence():
    log = log_of(WORLD)
    emissions = METHOD["whole sessions"].run(log, k=1, max_length=3)
    released = release(log, emissions, k=1, max_length=3)
    figures = measure(log, emissions, released, method="whole sessions", k=1, is_bound=False, seconds=0.0)
    assert figures.mean_length == pytest.approx((3 + 3 + 2 + 2 + 2 + 2) / 6)
    assert (figures.records, figures.failing, figures.lost) == (4, 0, pytest.approx(12 / 20))
    for name in ("k-shared prefixes", "reconstructed prefixes", "greedy + repair", "ours", "upper bound"):
        assert max(map(len, emitters(log, METHOD[name].run(log, k=2, max_length=2)))) == 2


def test_the_recount_catches_what_a_filter_lets_through():
    log = log_of(WORLD)
    emissions = METHOD["windows of 2"].run(log, k=2, max_length=12)
    released = release(log, emissions, k=2, max_length=12)
    recount(log, emissions, released, k=2)
    released[emissions.records.index((4, 5))] = True  # xy: two rows, one person
    with pytest.raises(RuntimeError, match="fewer than 2 people"):
        recount(log, emissions, released, k=2)


@pytest.mark.parametrize("name", METHOD)
def test_a_log_in_which_nothing_is_shared(name):
    for world in ([["ab"], ["cd"]], [["a"], ["a"]], [[], ["ab"]]):
        figures = compare_one(log_of(world), METHOD[name], k=2)
        assert (figures.events, figures.transitions, figures.mean_length, figures.records) == (0, 0, 0, 0)


@pytest.mark.parametrize("name", [name for name in METHOD if name not in ("windows of 3", "windows of 4")])
def test_exactly_k_people_are_enough(name):
    for k, share in ((2, 1), (3, 0)):
        assert compare_one(log_of([["ab"], ["ab"]]), METHOD[name], k=k).transitions == share


def test_a_replaced_session_ends_with_its_last_common_action():
    log = log_of([["abcd"], ["abcd"], ["aby"]])
    emissions = METHOD["reconstructed prefixes"].run(log, k=2, max_length=12)
    assert emitters(log, emissions) == {"abcd": {A, B}, "ab": {C}}
