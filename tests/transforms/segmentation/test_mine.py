"""Mining finds what a plain count finds, numbered by content, and knows where everything occurs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.segmentation.small import (
    VOCABULARY,
    Person,
    examples,
    holders,
    outside,
    pack,
    peoples,
    same_in_all,
)
from transforms.segmentation import Settings
from transforms.segmentation.compact import compact
from transforms.segmentation.mine import Trie, mine


def spell(trie: Trie, node: int) -> tuple[int, ...]:
    before = int(trie.parent[node])
    return (*(spell(trie, before) if before >= 0 else ()), int(trie.token[node]))


@examples
@given(peoples, st.integers(1, 4), st.integers(0, 3), st.integers(1, 5))
def test_mining_equals_the_plain_count(
    people: list[Person], k: int, min_outside: int, max_length: int
) -> None:
    sessions = pack(people)
    trie = mine(sessions, VOCABULARY, Settings(k=k, min_outside_unit=min_outside, max_length=max_length))
    expected = {
        gram: len(who)
        for gram, who in holders(people, max_length).items()
        if len(who) >= k and (min_outside == 0 or outside(people, who) >= min_outside)
    }
    found = [spell(trie, node) for node in range(len(trie.token))]
    assert found == sorted(expected)
    assert trie.people.tolist() == [expected[gram] for gram in found]
    assert trie.length.tolist() == [len(gram) for gram in found]


@examples
@given(peoples, st.integers(1, 3))
def test_every_node_knows_its_occurrences_and_every_token_its_longest_node(
    people: list[Person], k: int
) -> None:
    sessions = pack(people)
    trie = mine(sessions, VOCABULARY, Settings(k=k, min_outside_unit=0, max_length=4))
    text, starts = sessions.tokens.tolist(), sessions.starts.tolist()
    stop_of = [stop for start, stop in pairwise(starts) for _ in range(start, stop)]
    longest = [-1] * len(text)
    for node in range(len(trie.token)):
        gram = spell(trie, node)
        places = [
            i
            for i in range(len(text))
            if i + len(gram) <= stop_of[i] and tuple(text[i : i + len(gram)]) == gram
        ]
        assert sorted(trie.positions[trie.first[node] : trie.last[node]].tolist()) == places
        for i in places:
            longest[i] = node  # nodes come in order of content: an extension after its prefix
    assert trie.longest.tolist() == longest
    assert trie.person.tolist() == [
        int(sessions.person[s]) for s in range(len(starts) - 1) for _ in range(starts[s], starts[s + 1])
    ]


@examples
@given(peoples, st.integers(1, 3))
def test_compacting_keeps_every_occurrence_of_a_phrase(people: list[Person], k: int) -> None:
    trie = mine(pack(people), VOCABULARY, Settings(k=k, min_outside_unit=0, max_length=4))
    small = compact(trie)
    covered = np.zeros(len(trie.longest), bool)
    for node in np.flatnonzero(trie.length >= 2):
        for i in trie.positions[trie.first[node] : trie.last[node]]:
            covered[i : i + trie.length[node]] = True
    assert small.longest.tolist() == trie.longest[covered].tolist()
    assert small.person.tolist() == trie.person[covered].tolist()
    kept = np.flatnonzero(covered)
    for node in np.flatnonzero(trie.length >= 2):
        window = slice(trie.first[node], trie.last[node])
        assert kept[small.positions[window]].tolist() == trie.positions[window].tolist()


def test_people_count_once_however_often_they_repeat() -> None:
    one = pack([Person([[0, 1], [0, 1], [0, 1]])])
    assert len(mine(one, 2, Settings(k=2, min_outside_unit=0, max_length=3)).token) == 0


def test_a_withheld_token_and_a_session_end_both_cut() -> None:
    people = same_in_all(3, [[0, -1, 1], [0], [1]])
    trie = mine(pack(people), 2, Settings(k=3, min_outside_unit=0, max_length=3))
    assert trie.length.tolist() == [1, 1]


def test_a_person_of_two_units_counts_in_both() -> None:
    people = [
        Person([[0, 1]], frozenset({0, 1})),
        Person([[0, 1]], frozenset({1})),
        Person([[0, 1]], frozenset({2})),
    ]
    settings = Settings(k=3, min_outside_unit=1, max_length=2)
    assert len(mine(pack(people), 2, settings).token) == 3
    assert len(mine(pack(people), 2, Settings(k=3, min_outside_unit=2, max_length=2)).token) == 0


@pytest.mark.parametrize(
    "change", [{"k": 0}, {"min_outside_unit": -1}, {"max_length": 0}, {"max_length": 128}]
)
def test_settings_that_mean_nothing_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="segmentation needs"):
        Settings(**{"k": 2, "min_outside_unit": 0, "max_length": 3, **change})
