from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.compare import compare, divergence
from tests.etl.registries import Folder

FIRST = {("a", "b"): 30, ("a", "b", "c"): 10, ("a",): 12}
SECOND = {("a", "b"): 40, ("a", "d"): 10, ("a",): 12, ("d", "d", "d", "d"): 25}


@pytest.fixture
def difference(tmp_path):
    folder = Folder(tmp_path / "registry")
    one = folder.publish("2026-11-21", FIRST)
    policy = one.manifest["policy"] | {"k": 12, "purpose": "another"}
    other = folder.publish("2026-11-22", SECOND, policy=policy, share={"events": 0.8, "transitions": 0.5})
    return compare(one, other, folder.read)


def test_rows_are_compared_by_their_sequences(difference):
    assert difference["rows"] == {"added": 2, "removed": 1, "common": 2}


def test_actions_gained_and_lost(difference):
    assert difference["actions"] == {"added": 1, "removed": 1, "common": 2, "gained": ["d"], "lost": ["c"]}


def test_lengths_share_and_policy(difference):
    assert difference["lengths"] == {"1": [1, 1], "2": [1, 2], "3": [1, 0], "4": [0, 1]}
    assert [share["transitions"] for share in difference["share"]] == [0.625, 0.5]
    assert difference["policy"] == {"k": [10, 12], "purpose": ["assistive editor", "another"]}


def test_drift_is_weighted_by_occurrences(difference):
    seen = {"a": 30 + 10 + 12, "b": 40, "c": 10}
    now = {"a": 40 + 10 + 12, "b": 40, "d": 10 + 4 * 25}
    assert difference["drift"]["actions"] == divergence(seen, now)
    assert difference["drift"]["transitions"] == divergence(
        {"ab": 40, "bc": 10}, {"ab": 40, "ad": 10, "dd": 75}
    )
    assert difference["drift"]["lengths"] == divergence({1: 12, 2: 30, 3: 10}, {1: 12, 2: 50, 4: 25})


def test_a_version_is_like_itself_and_unlike_a_disjoint_one(tmp_path):
    folder = Folder(tmp_path / "registry")
    one, other = folder.publish("2026-11-21", FIRST), folder.publish("2026-11-22", {("x", "y", "y"): 10})
    same, apart = compare(one, one, folder.read), compare(one, other, folder.read)
    assert same["drift"] == {"actions": 0.0, "transitions": 0.0, "lengths": 0.0}
    assert same["rows"] == {"added": 0, "removed": 0, "common": 3}
    assert apart["drift"]["actions"] == apart["drift"]["transitions"] == 1.0
    assert same["policy"] == {}


def test_nothing_released_has_no_drift(tmp_path):
    folder = Folder(tmp_path / "registry")
    one, other = folder.publish("2026-11-21", FIRST), folder.publish("2026-11-22", {})
    assert compare(one, other, folder.read)["drift"] == {
        "actions": None,
        "transitions": None,
        "lengths": None,
    }


COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1_000), min_size=1)


@given(COUNTS, COUNTS)
def test_the_divergence_is_entropy_of_the_mixture_less_mean_entropy(one, other):
    """Its other definition (Lin 1991)."""

    def entropy(p: dict[str, float]) -> float:
        return -sum(x * math.log2(x) for x in p.values() if x)

    p, q = ({key: n / sum(c.values()) for key, n in c.items()} for c in (one, other))
    mixture = {key: (p.get(key, 0) + q.get(key, 0)) / 2 for key in p.keys() | q.keys()}
    expected = entropy(mixture) - (entropy(p) + entropy(q)) / 2
    assert divergence(one, other) == pytest.approx(expected, abs=2e-6)
    assert divergence(one, other) == divergence(other, one)
