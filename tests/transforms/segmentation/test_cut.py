"""Every action is in one segment, and no segment leaves its session."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.transforms.segmentation.small import (
    Person,
    Phrase,
    examples,
    pack,
    peoples,
    pieces,
    same_in_all,
)
from tests.transforms.segmentation.test_program import inventory_of, phrases
from transforms.segmentation import Inventory, Sessions, cut


@examples
@given(peoples, phrases)
def test_every_action_is_in_one_segment_and_no_withheld_one(
    people: list[Person], weights: dict[Phrase, int]
) -> None:
    sessions = pack(people)
    segments = cut(sessions, inventory_of(weights))
    covered = [i for at, n in zip(segments.start, segments.length, strict=True) for i in range(at, at + n)]
    assert covered == np.flatnonzero(sessions.tokens >= 0).tolist()
    assert ((segments.phrase >= 0) == (segments.length >= 2)).all()
    pieces(sessions, segments)


def test_a_token_that_the_inventory_never_saw_is_left_over() -> None:
    sessions = pack(same_in_all(1, [[0, 1, 9, 0, 1]]))
    segments = cut(sessions, inventory_of({(0, 1): 1}))
    assert segments.length.tolist() == [2, 1, 2]
    assert segments.phrase.tolist() == [0, -1, 0]


def test_the_empty_inventory_leaves_single_actions() -> None:
    sessions = pack(same_in_all(2, [[0, 1], [-1], []]))
    assert cut(sessions, Inventory.empty()).length.tolist() == [1, 1, 1, 1]


def test_an_inventory_travels_as_three_arrays() -> None:
    inventory = inventory_of({(0, 1): 1, (0, 1, 2): 2})
    assert inventory.lengths.tolist() == [2, 3]
    copy = pickle.loads(pickle.dumps(inventory))
    assert set(copy.__dict__) == {"offsets", "tokens", "weights"}
    assert [copy.phrase(i) for i in range(len(copy))] == [(0, 1), (0, 1, 2)]


def test_read_only_arrays_are_taken() -> None:
    sessions = pack(same_in_all(1, [[0, 1]]))
    sessions.tokens.flags.writeable = False
    sessions.units.flags.writeable = False
    assert cut(sessions, inventory_of({(0, 1): 1})).phrase.tolist() == [0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"starts": [0, 2, 3]}, "one more boundary"),
        ({"starts": [0, 3, 2, 4]}, "must not decrease"),
        ({"person": [1, 0, 1]}, "contiguous"),
        ({"person": [0, 1, 2]}, "outside the unit table"),
        ({"tokens": [0, 1, -2, 1]}, "below −1"),
        ({"units": [0, -1]}, "negative unit"),
        ({"unit_offsets": [0, 1, 3]}, "run from 0"),
        ({"unit_offsets": [0, 0, 2]}, "at least one unit"),
    ],
)
def test_arrays_that_do_not_fit_are_a_bug_of_the_caller(change: dict[str, list[int]], message: str) -> None:
    right = {
        "tokens": [0, 1, 0, 1],
        "starts": [0, 1, 2, 4],
        "person": [0, 0, 1],
        "unit_offsets": [0, 1, 2],
        "units": [0, 0],
    }
    arrays: dict[str, Any] = {name: np.array(values) for name, values in {**right, **change}.items()}
    with pytest.raises(ValueError, match=message):
        cut(Sessions(**arrays), Inventory.empty())
