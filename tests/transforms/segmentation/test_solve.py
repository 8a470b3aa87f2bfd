"""What the solver lets out passes, depends on content only, and gets better with every stage."""

from __future__ import annotations

import sys
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.segmentation.small import (
    VOCABULARY,
    Person,
    emitters,
    examples,
    outside,
    pack,
    peoples,
    same_in_all,
)
from transforms.segmentation import Inventory, Sessions, Settings, cut, parts, solve
from transforms.segmentation.mine import mine

SETTINGS = Settings(k=2, min_outside_unit=0, max_length=4)


def content(inventory: Inventory) -> tuple[list[int], list[int], list[int]]:
    return inventory.offsets.tolist(), inventory.tokens.tolist(), inventory.weights.tolist()


def released(sessions: Sessions, inventory: Inventory) -> int:
    return int((cut(sessions, inventory).length - 1).sum())


def workplace(seed: int, people: int, words: int = 12, units: int = 3) -> list[Person]:
    """Everybody follows some of the same workflows, with noise."""
    rng = np.random.default_rng(seed)
    flows = [rng.integers(0, words, rng.integers(2, 7)).tolist() for _ in range(8)]
    made = []
    for _ in range(people):
        sessions = []
        for _ in range(int(rng.integers(1, 5))):
            tokens: list[int] = []
            for _ in range(int(rng.integers(1, 6))):
                tokens += (
                    flows[int(rng.integers(0, 8))] if rng.random() < 0.8 else [int(rng.integers(-1, words))]
                )
            sessions.append(tokens)
        made.append(Person(sessions, frozenset({int(rng.integers(0, units))})))
    return made


@examples
@given(peoples, st.integers(1, 4), st.integers(0, 2), st.integers(1, 5))
def test_every_emitted_phrase_is_emitted_by_enough_people(
    people: list[Person], k: int, min_outside: int, max_length: int
) -> None:
    sessions = pack(people)
    settings = Settings(k=k, min_outside_unit=min_outside, max_length=max_length)
    inventory = solve(sessions, VOCABULARY, settings)
    who = emitters(sessions, cut(sessions, inventory))
    assert sorted(who) == [
        inventory.phrase(i) for i in range(len(inventory))
    ]  # nothing idle, ordered by content
    for phrase, holders in who.items():
        assert 2 <= len(phrase) <= max_length
        assert len(holders) >= k
        assert min_outside == 0 or outside(people, holders) >= min_outside


@examples
@given(peoples, st.integers(1, 4), st.integers(0, 2), st.integers(2, 5), st.integers(2, 4))
def test_threads_change_nothing(
    people: list[Person], k: int, min_outside: int, max_length: int, threads: int
) -> None:
    sessions = pack(people)
    settings = Settings(k=k, min_outside_unit=min_outside, max_length=max_length)
    alone = solve(sessions, VOCABULARY, settings)
    with mock.patch.object(parts, "SMALLEST", 1):
        side_by_side = solve(sessions, VOCABULARY, replace(settings, threads=threads))
        segments = cut(sessions, alone, threads=threads)
    assert content(side_by_side) == content(alone)
    one_by_one = cut(sessions, alone)
    assert all(
        np.array_equal(getattr(segments, name), getattr(one_by_one, name))
        for name in ("start", "length", "phrase")
    )


@pytest.mark.parametrize(("k", "min_outside", "search"), [(2, 0, 0), (5, 2, 0), (5, 2, 300)])
def test_threads_change_nothing_on_a_workplace(k: int, min_outside: int, search: int) -> None:
    sessions = pack(workplace(k, 200))
    settings = Settings(k=k, min_outside_unit=min_outside, max_length=8, local_search=search)
    alone = solve(sessions, 12, settings)
    with mock.patch.object(parts, "SMALLEST", 100):
        assert len(parts.parts_of(sessions.person, threads=3)) == 3
        side_by_side = solve(sessions, 12, replace(settings, threads=3))
    assert content(side_by_side) == content(alone)
    assert len(alone) > 0


@pytest.mark.parametrize(("k", "min_outside"), [(2, 0), (5, 0), (5, 2), (10, 3)])
def test_the_same_on_a_workplace(k: int, min_outside: int) -> None:
    people = workplace(k, 60)
    sessions = pack(people)
    inventory = solve(sessions, 12, Settings(k=k, min_outside_unit=min_outside, max_length=8))
    who = emitters(sessions, cut(sessions, inventory))
    assert len(who) == len(inventory) > 0
    assert min(map(len, who.values())) >= k
    assert min_outside == 0 or min(outside(people, holders) for holders in who.values()) >= min_outside


@examples
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_persons_and_sessions_plays_no_part(seed: int, random: object) -> None:
    people = workplace(seed, 14, words=6)
    shuffled = [Person(random.sample(p.sessions, len(p.sessions)), p.units) for p in people]  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    settings = Settings(k=3, min_outside_unit=1, max_length=6)
    assert content(solve(pack(people), 6, settings)) == content(solve(pack(shuffled), 6, settings))


def test_persons_without_sessions_and_gaps_in_their_numbers_play_no_part() -> None:
    people = workplace(3, 20)
    spread = [person for one in people for person in (Person([]), one, Person([[]]))]
    settings = Settings(k=4, min_outside_unit=0, max_length=6)
    assert content(solve(pack(people), 12, settings)) == content(solve(pack(spread), 12, settings))


def test_each_stage_releases_at_least_as_much() -> None:
    sessions = pack(workplace(1, 80))
    bare = Settings(k=6, min_outside_unit=0, max_length=8, add_back=0, local_search=0)
    shares: list[tuple[str, float]] = []
    steps = [bare, replace(bare, add_back=8), replace(bare, add_back=8, local_search=2000)]
    totals = [released(sessions, solve(sessions, 12, settings)) for settings in steps]
    assert totals == sorted(totals)
    assert totals[-1] > totals[0]
    solve(sessions, 12, steps[-1], progress=lambda step, share: shares.append((step, share)))
    assert [step for step, _ in shares] == ["mine", "repair", "add back", "local search"]
    pairs = int((np.diff(sessions.starts) - 1).clip(0).sum())
    assert shares[-1][1] == pytest.approx(totals[-1] / pairs)


def test_bounded_effort_still_gives_what_passes_and_skips_what_is_too_much() -> None:
    sessions = pack(workplace(1, 80))
    full = Settings(k=6, min_outside_unit=0, max_length=8)
    phrases = len(mine(sessions, 12, full).length)
    few_tries = replace(full, local_search=phrases // 10)  # fewer than phrases: none
    assert content(solve(sessions, 12, few_tries)) == content(
        solve(sessions, 12, replace(full, local_search=0))
    )
    no_work = replace(full, local_search=0, add_back_work=0)  # one pass in any case
    assert content(solve(sessions, 12, no_work)) == content(solve(sessions, 12, replace(no_work, add_back=1)))
    assert content(solve(sessions, 12, no_work)) != content(solve(sessions, 12, replace(no_work, add_back=0)))


def test_a_large_log_is_repaired_in_larger_steps_and_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = pack(workplace(1, 80))
    quick = Settings(k=6, min_outside_unit=0, max_length=8, local_search=0, drop_share_large=1.0)
    careful = content(solve(sessions, 12, quick))
    monkeypatch.setattr(sys.modules["transforms.segmentation.solve"], "LARGE", 10)
    large = solve(sessions, 12, quick)
    assert content(large) != careful
    who = emitters(sessions, cut(sessions, large))
    assert min(map(len, who.values())) >= 6


@pytest.mark.parametrize("change", [{"drop_share_large": 0.05}, {"drop_share": 0.0}, {"add_back_work": -1}])
def test_settings_that_mean_nothing_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="drop_share"):
        replace(SETTINGS, **change)  # type: ignore[arg-type]


def test_the_seed_decides_and_nothing_else_does() -> None:
    sessions = pack(workplace(5, 60))
    settings = Settings(k=6, min_outside_unit=0, max_length=8)
    assert content(solve(sessions, 12, settings)) == content(solve(sessions, 12, settings))


@pytest.mark.parametrize(
    ("people", "k"),
    [
        ([], 2),
        ([Person([])], 1),
        ([Person([[]])], 1),
        ([Person([[-1, -1]])], 1),
        (same_in_all(3, [[0]]), 2),
        (same_in_all(3, [[0, 1, 2]]), 4),
        ([Person([[0, 1]]), Person([[2, 3]])], 2),
    ],
)
def test_where_nothing_is_shared_nothing_is_released(people: list[Person], k: int) -> None:
    sessions = pack(people)
    assert len(solve(sessions, VOCABULARY, replace(SETTINGS, k=k))) == 0


def test_exactly_k_people_and_exactly_enough_outside_a_unit_suffice() -> None:
    people = [Person([[0, 1, 2]], frozenset({0 if who < 3 else 1})) for who in range(5)]
    settings = Settings(k=5, min_outside_unit=2, max_length=3)
    assert released(pack(people), solve(pack(people), 3, settings)) == 10
    for tighter in (replace(settings, k=6), replace(settings, min_outside_unit=3)):
        assert len(solve(pack(people), 3, tighter)) == 0


def test_a_phrase_that_enough_people_have_and_too_few_emit_is_dropped() -> None:
    # However often the third person repeats it: rows are not people.
    people = [*same_in_all(2, [[0, 1, 2]]), *same_in_all(1, [[0, 1]] * 10)]
    sessions, repaired = pack(people), replace(SETTINGS, add_back=0, local_search=0)
    inventory = solve(sessions, 3, repaired)
    assert [inventory.phrase(i) for i in range(len(inventory))] == [(0, 1, 2)]
    inventory = solve(sessions, 3, replace(repaired, k=3))
    assert [inventory.phrase(i) for i in range(len(inventory))] == [(0, 1)]


@pytest.mark.parametrize("effort", [{}, {"add_back": 0, "local_search": 0}], ids=str)
def test_a_phrase_that_one_unit_emits_is_dropped_though_other_units_have_it(effort: dict[str, int]) -> None:
    people = [Person([[0, 1]], frozenset({0})) for _ in range(4)]
    people += [Person([[0, 1, 2]], frozenset({1 + who % 2})) for who in range(4)]
    sessions = pack(people)
    inventory = solve(sessions, 3, replace(SETTINGS, k=4, min_outside_unit=2, **effort))
    who = emitters(sessions, cut(sessions, inventory))
    assert who
    assert min(outside(people, holders) for holders in who.values()) >= 2


def test_local_search_finds_that_a_shorter_phrase_for_more_people_releases_more() -> None:
    sessions = pack([*same_in_all(2, [[0, 1, 2]]), *same_in_all(1, [[0, 1]] * 10)])
    assert released(sessions, solve(sessions, 3, replace(SETTINGS, local_search=0))) == 4
    assert released(sessions, solve(sessions, 3, SETTINGS)) == 12


def test_k_of_one_releases_every_session_of_at_most_the_longest_length_whole() -> None:
    sessions = pack([Person([[0, 1, 2]]), Person([[3, 2]])])
    assert released(sessions, solve(sessions, VOCABULARY, replace(SETTINGS, k=1))) == 3


def test_a_vocabulary_of_nothing() -> None:
    assert len(solve(pack([Person([[]])]), 0, SETTINGS)) == 0


def test_a_token_beyond_the_vocabulary_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="vocabulary_size"):
        solve(pack([Person([[0, 3]])]), 3, SETTINGS)


def test_one_session_of_a_million_tokens() -> None:
    tokens = np.tile(np.array([0, 1, 2, 1], np.int32), 250_000)
    sessions = Sessions(
        np.concatenate([tokens, np.array([0, 1], np.int32)]),
        np.array([0, len(tokens), len(tokens) + 2], np.int64),
        np.array([0, 1], np.int32),
        np.arange(3, dtype=np.int64),
        np.zeros(2, np.int32),
    )
    inventory = solve(sessions, 3, SETTINGS)
    assert [inventory.phrase(i) for i in range(len(inventory))] == [(0, 1)]
    assert released(sessions, inventory) == 250_001
    alone = Sessions(
        tokens, np.array([0, len(tokens)]), np.zeros(1, np.int32), np.arange(2), np.zeros(1, np.int32)
    )
    assert released(alone, solve(alone, 3, replace(SETTINGS, k=1))) == 750_000
