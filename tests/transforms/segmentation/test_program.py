"""The dynamic program finds the best cut there is, and the incremental one the same as a whole pass."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.segmentation.small import (
    VOCABULARY,
    Person,
    Phrase,
    examples,
    pack,
    peoples,
    pieces,
    same_in_all,
)
from transforms.segmentation import Inventory, Settings, cut
from transforms.segmentation.compact import compact
from transforms.segmentation.evaluate import evaluate, lay_path
from transforms.segmentation.mine import mine
from transforms.segmentation.revise import revise
from transforms.segmentation.solve import phrase_weights
from transforms.segmentation.world import TRANSITIONS, World, build_world

phrases = st.dictionaries(
    st.lists(st.integers(0, VOCABULARY - 1), min_size=2, max_size=4).map(tuple),
    st.integers(1, 9),
    max_size=12,
)


def inventory_of(weights: dict[Phrase, int]) -> Inventory:
    ordered = sorted(weights)
    return Inventory(
        np.cumsum([0, *(len(phrase) for phrase in ordered)]).astype(np.int64),
        np.array([token for phrase in ordered for token in phrase], np.int32),
        np.array([weights[phrase] for phrase in ordered], np.int64),
    )


def best_total(tokens: tuple[int, ...], weights: dict[Phrase, int]) -> int:
    @cache
    def best(at: int) -> int:
        if at == len(tokens):
            return 0
        takes = [
            weight + best(at + len(phrase))
            for phrase, weight in weights.items()
            if tokens[at:][: len(phrase)] == phrase
        ]
        return max([best(at + 1), *takes])

    return best(0)


@examples
@given(peoples, phrases)
def test_the_cut_has_the_largest_total_weight(people: list[Person], weights: dict[Phrase, int]) -> None:
    sessions = pack(people)
    inventory = inventory_of(weights)
    total: dict[int, int] = {}
    for _who, session, tokens, phrase in pieces(sessions, cut(sessions, inventory)):
        if phrase >= 0:
            assert tokens == inventory.phrase(phrase)
            total[session] = total.get(session, 0) + weights[tokens]
    for session in range(len(sessions.person)):
        tokens = tuple(sessions.tokens[sessions.starts[session] : sessions.starts[session + 1]].tolist())
        assert total.get(session, 0) == best_total(tokens, weights)


def test_ties_go_to_the_longest_phrase() -> None:
    weights = {(0, 1): 1, (2, 3): 1, (0, 1, 2, 3): 2}
    sessions = pack(same_in_all(1, [[0, 1, 2, 3]]))
    assert [tokens for _, _, tokens, _ in pieces(sessions, cut(sessions, inventory_of(weights)))] == [
        (0, 1, 2, 3)
    ]


def state_of(world: World) -> list[list[int]]:
    named = (world.up, world.gain, world.choice, world.emitted, [world.tally[TRANSITIONS]])
    return [list(map(int, values)) for values in named]


@examples
@given(peoples, st.integers(1, 3), st.integers(0, 1), st.integers(2, 5), st.data())
def test_an_incremental_step_equals_a_whole_pass(
    people: list[Person], k: int, min_outside: int, max_length: int, data: st.DataObject
) -> None:
    sessions = pack(people)
    settings = Settings(k=k, min_outside_unit=min_outside, max_length=max_length)
    trie = compact(mine(sessions, VOCABULARY, settings))
    phrases = np.flatnonzero(trie.length >= 2).astype(np.int32)
    if len(phrases) == 0:
        return
    world, fresh = (build_world(sessions, trie, phrase_weights(trie, k), settings) for _ in range(2))
    evaluate(world)
    lay_path(world)
    for _ in range(data.draw(st.integers(1, 4))):
        changed = np.array(
            data.draw(st.lists(st.sampled_from(phrases.tolist()), max_size=4, unique=True)), np.int32
        )
        for x in changed:
            world.alive[x] = data.draw(st.integers(0, 1))
            world.weight[x] = data.draw(st.integers(1, 3_000_000))
        revise(world, changed)
        fresh.alive[:], fresh.weight[:] = world.alive, world.weight
        evaluate(fresh)
        lay_path(fresh)
        assert state_of(world) == state_of(fresh)
        assert not world.dirty.any()
        assert not world.moved.any()
        # Counts stop where a phrase is known to pass.
        fails = (fresh.emitters < k) | (fresh.outside < min_outside)
        assert ((world.emitters < k) | (world.outside < min_outside)).tolist() == fails.tolist()
        assert world.emitters[fails].tolist() == fresh.emitters[fails].tolist() or min_outside > 0
        assert ((world.emitters > 0) == (fresh.emitters > 0)).all()
        assert not world.by_unit.any()


def test_counting_goes_on_until_enough_people_are_outside_one_unit() -> None:
    people = [Person([[0, 1]], frozenset({unit})) for unit in (1, 1, 0, 0)]
    sessions, settings = pack(people), Settings(k=2, min_outside_unit=2, max_length=2)
    trie = compact(mine(sessions, 2, settings))
    world = build_world(sessions, trie, phrase_weights(trie, 2), settings)
    evaluate(world)
    lay_path(world)
    phrase = np.flatnonzero(trie.length == 2).astype(np.int32)
    for alive in (0, 1):
        world.alive[phrase] = alive
        revise(world, phrase)
        assert world.emitters[phrase].tolist() == [4 * alive]
        assert world.outside[phrase].tolist() == [2 * alive]


def test_one_person_counts_once_in_a_whole_pass_and_in_an_incremental_step() -> None:
    sessions, settings = (
        pack([Person([[0, 1]] * 5), Person([[0, 1]])]),
        Settings(k=2, min_outside_unit=0, max_length=2),
    )
    trie = compact(mine(sessions, 2, settings))
    world = build_world(sessions, trie, phrase_weights(trie, 2), settings)
    phrase = np.flatnonzero(trie.length == 2).astype(np.int32)
    evaluate(world)
    assert world.emitters[phrase].tolist() == [2]
    stricter = world._replace(k=7)  # so that counting never stops early
    lay_path(stricter)
    for alive in (0, 1):
        stricter.alive[phrase] = alive
        revise(stricter, phrase)
        assert stricter.emitters[phrase].tolist() == [2 * alive]
