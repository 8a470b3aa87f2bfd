"""Unicity and candidate sets equal a plain count, and depend on content alone."""

from __future__ import annotations

import tracemalloc
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import risk.unicity as unicity_module
from risk.draws import content_keys, pairs_of, pick, sample
from risk.evidence import Known, Occurrences, Published
from risk.linked import actions_by_person
from risk.one_record import in_one_record
from risk.unicity import candidates_of, unicity

Sets = list[frozenset[int]]

worlds = st.lists(st.frozensets(st.integers(0, 9), max_size=7), min_size=1, max_size=12)
records = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4), min_size=1, max_size=6)


def known_of(sets: Sets) -> Known:
    pairs = [(person, action) for person, has in enumerate(sets) for action in has]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return pairs_of(table[:, 0], table[:, 1], people=len(sets), things=10)


def release(actions: list[list[str]], emissions: list[tuple[int, int]]) -> tuple[Published, Occurrences]:
    """Records, and who emitted which: (person, record)."""
    zeros, rows = np.zeros(len(actions), np.int64), np.array(sorted(emissions), np.int64).reshape(-1, 2)
    place = np.arange(len(rows))
    return (
        Published(
            pa.array(actions, pa.list_(pa.string())),
            zeros.astype(np.int32),
            np.arange(len(actions)),
            zeros,
            zeros,
        ),
        Occurrences(rows[:, 1], rows[:, 0], place, place, place + 1),
    )


@given(worlds, st.lists(st.lists(st.integers(-1, 9), min_size=4, max_size=4), min_size=1, max_size=6))
@settings(deadline=None, max_examples=40)
def test_candidates_are_all_who_have_what_is_known(sets: Sets, drawn: list[list[int]]) -> None:
    counts = candidates_of(known_of(sets), np.array(drawn, np.int64))
    for row, actions in enumerate(drawn):
        for p in range(4):
            wanted = set(actions[: p + 1]) - {-1}
            assert counts[row, p] == sum(wanted <= has for has in sets)


def test_candidates_over_many_blocks_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    sets = [frozenset(rng.choice(10, rng.integers(0, 8), replace=False).tolist()) for _ in range(300)]
    drawn = rng.integers(-1, 10, (40, 4))
    whole = candidates_of(known_of(sets), drawn)
    monkeypatch.setattr(unicity_module, "_BLOCK_BYTES", 64)
    assert (candidates_of(known_of(sets), drawn) == whole).all()
    assert whole[0, 0] == sum({*drawn[0, :1].tolist()} - {-1} <= has for has in sets)


def test_memory_is_bounded_where_many_draws_are_of_few_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    people = np.repeat(np.arange(20_000), 2)
    known = pairs_of(people, (people + np.tile([0, 3], 20_000)) % 10, people=20_000, things=10)
    drawn = np.tile(np.array([[1, 4, -1, -1], [2, -1, -1, -1]]), (4_000, 1))
    monkeypatch.setattr(unicity_module, "_BLOCK_BYTES", 1 << 20)
    tracemalloc.start()
    counts = candidates_of(known, drawn)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
    assert (counts == np.tile([[4_000, 2_000, 2_000, 2_000], [4_000] * 4], (4_000, 1))).all()


@given(st.lists(st.frozensets(st.integers(0, 9), max_size=3), min_size=1, max_size=12))
@settings(deadline=None, max_examples=40)
def test_unicity_where_everything_is_known_is_the_share_of_people_with_a_set_of_their_own(sets: Sets) -> None:
    """Nobody has more than 3, so that 4 known actions are all there are."""
    alone = sum(sum(mine <= other for other in sets) == 1 for mine in sets)
    found = unicity(known_of(sets))
    assert found[4].share == found[3].share == pytest.approx(alone / len(sets))
    assert (found[4].singled, found[4].hidden, found[4].people) == (alone, len(sets) - alone, len(sets))


@given(worlds)
@settings(deadline=None, max_examples=40)
def test_unicity_is_within_what_any_draw_could_give_and_grows_with_what_is_known(sets: Sets) -> None:
    found = unicity(known_of(sets))
    for p, one in found.items():
        least = most = 0
        for mine in sets:
            unique = [
                sum(set(some) <= other for other in sets) == 1
                for some in combinations(sorted(mine), min(p, len(mine)))
            ]
            least, most = least + all(unique), most + any(unique)
        assert least <= one.share * len(sets) + 1e-9
        assert one.share * len(sets) <= most + 1e-9
        assert least <= one.singled <= most
        assert len(sets) - most <= one.hidden <= len(sets) - least
    assert [one.share for one in found.values()] == sorted(one.share for one in found.values())


def test_the_draws_are_fair() -> None:
    """Half of the actions of each of 200 people are theirs alone: one known action singles out every second time."""
    things = np.concatenate([np.append(np.arange(5), 5 + 5 * i + np.arange(5)) for i in range(200)])
    found = unicity(pairs_of(np.repeat(np.arange(200), 10), things, people=200, things=2000))
    assert found[1].share == pytest.approx(0.5, abs=0.05)
    assert min(found[1].singled, found[1].hidden) > 190  # one draw or another does, and one does not
    assert found[2].share == pytest.approx(1 - (5 * 4) / (10 * 9), abs=0.05)


@given(worlds, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_people_changes_nothing(sets: Sets, random: st.DataObject) -> None:
    mixed = random.sample(sets, len(sets))  # type: ignore[attr-defined]
    assert unicity(known_of(mixed)) == unicity(known_of(sets))


def test_a_sample_does_not_depend_on_the_order_of_people_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unicity_module, "PEOPLE", 20)
    rng = np.random.default_rng(2)
    sets = [frozenset(rng.choice(10, rng.integers(0, 6), replace=False).tolist()) for _ in range(80)]
    first = unicity(known_of(sets))
    assert first[4].people == 20
    assert 0 < first[4].share < 1
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(80)
        assert unicity(known_of([sets[i] for i in order])) == first


def test_people_with_the_same_set_are_sampled_one_by_one() -> None:
    """Else half of all people would come into a sample together, or none of them."""
    keys = content_keys(known_of([frozenset()] * 500 + [frozenset({i % 10}) for i in range(500)]))
    assert 190 < (sample(keys, 400) < 500).sum() < 310


@given(st.lists(st.integers(0, 12), min_size=1), st.integers(0, 2**63))
def test_picks_are_different_numbers_below_the_size(sizes: list[int], key: int) -> None:
    chosen = pick(np.arange(len(sizes)).astype(np.uint64) + np.uint64(key), np.array(sizes), 4)
    for row, size in zip(chosen.tolist(), sizes, strict=True):
        taken = row[: min(size, 4)]
        assert len(set(taken)) == len(taken)
        assert all(0 <= one < size for one in taken)
        assert row[len(taken) :] == [-1] * (4 - len(taken))


def test_every_pick_is_as_likely_as_any_other() -> None:
    chosen = pick(np.arange(24_000).astype(np.uint64), np.full(24_000, 4), 2)
    pairs = np.unique(chosen @ [4, 1], return_counts=True)[1]
    assert len(pairs) == 12
    assert abs(pairs - 2000).max() < 200


@given(records, st.data())
@settings(deadline=None, max_examples=40)
def test_in_one_record_equals_a_plain_count(actions: list[list[str]], data: st.DataObject) -> None:
    pair = st.tuples(st.integers(0, 7), st.integers(0, len(actions) - 1))
    emissions = data.draw(st.lists(pair, min_size=1, max_size=20))
    actions = [list("abcdef")[: 1 + len(names)] if i == 0 else names for i, names in enumerate(actions)]
    published, emitted = release(actions, emissions)
    found = in_one_record(published, emitted)
    assert found is not None

    def who(wanted: set[str]) -> int:
        return len({person for person, record in emissions if wanted <= set(actions[record])})

    held = sorted({record for _, record in emissions})
    for p in range(1, 5):
        counts = [
            who(set(some))
            for record in held
            for some in combinations(sorted(set(actions[record])), min(p, len(set(actions[record]))))
        ]
        assert min(counts) <= found.sizes[p].smallest <= found.sizes[p].median <= max(counts)
        assert found.sizes[p].smallest in counts
        assert found.sizes[p].median in counts
    people = sorted(len({person for person, one in emissions if one == r}) for r in range(len(actions)))
    assert (found.whole.smallest, found.whole.median) == (people[0], people[(len(people) - 1) // 2])


def test_one_record_leaves_all_who_emitted_any_record_that_holds_what_is_known() -> None:
    """Everybody emits ab, half of them also abc, and three alone emit abcd: knowing abcd leaves three."""
    emissions = [(i, 0) for i in range(20)] + [(i, 1) for i in range(10)] + [(i, 2) for i in range(3)]
    published, emitted = release([["a", "b"], ["a", "b", "c"], ["d", "c", "b", "a"]], emissions)
    found = in_one_record(published, emitted)
    assert found is not None
    assert found.whole.smallest == 3
    assert found.sizes[4].smallest in (3, 10)
    assert found.sizes[4].median == 20
    assert found.singled[4].share == 0
    alone = in_one_record(*release([["a", "b"], ["c"]], [(0, 0), (1, 1), (2, 1)]))
    assert alone is not None
    assert (alone.singled[1].singled, alone.singled[1].people) == (1, 3)
    assert in_one_record(*release([["a"]], [])) is None


@given(records, st.data())
@settings(deadline=None, max_examples=40)
def test_linked_actions_are_all_of_a_persons_records(actions: list[list[str]], data: st.DataObject) -> None:
    pair = st.tuples(st.integers(0, 5), st.integers(0, len(actions) - 1))
    emissions = data.draw(st.lists(pair, max_size=12))
    published, emitted = release(actions, emissions)
    known = actions_by_person(published, emitted, people=6)
    names = list(dict.fromkeys(name for record in actions for name in record))
    found = {(int(p), names[int(a)]) for p, a in zip(known.person, known.action, strict=True)}
    assert found == {(person, name) for person, record in emissions for name in actions[record]}
    assert known.people == 6
    assert len(found) == len(known.person)


def test_narrow_numbers_pair_as_wide_ones_do() -> None:
    person, thing = np.array([1, 70_000], np.int32), np.array([99_999, 5], np.int32)
    known = pairs_of(person, thing, people=70_001, things=100_000)
    assert (known.person.tolist(), known.action.tolist()) == ([1, 70_000], [99_999, 5])
