"""Lifting in context, against plain Python: what a round recodes, what comes out, and that buckets do not matter."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds import Act, Direct, events_of, policy, run_directly
from transforms.emit import MERGED, RARE_TOKEN
from transforms.release import UNSHARED
from transforms.tokens import LEVEL_MARK

LEVELS = [(f"{x} {y} {z}", f"{x} {y}", x) for x in "ab" for y in "pq" for z in "12"]
Tokens = list[str | None]
People = list[list[list[tuple[str, ...]]]]

sessions = st.lists(st.sampled_from(LEVELS), min_size=1, max_size=7)
peoples = st.lists(st.lists(sessions, min_size=1, max_size=3), min_size=2, max_size=8)


def acts(people: People) -> list[Act]:
    """Each person's sessions, hours apart; two units."""
    return [
        Act(f"p{who}", 600 * number + minute, levels, unit="uv"[who % 2])
        for who, own in enumerate(people)
        for number, session in enumerate(own)
        for minute, levels in enumerate(session)
    ]


def spoken(direct: Direct) -> list[dict[tuple[str, ...], int]]:
    """The plan's rounds as phrases with their weights."""
    names = direct.plan.recoding.tokens.to_pylist()
    inventories = [one.inventory for one in direct.plan.rounds]
    return [
        {tuple(names[t] for t in one.phrase(i)): int(one.weights[i]) for i in range(len(one))}
        for one in inventories
    ]


def cut_plainly(tokens: Tokens, phrases: dict[tuple[str, ...], int]) -> list[int]:
    """Lengths of the pieces of largest weight; of equal ones the one that first stays single, or else takes longer."""
    best = [0] * (len(tokens) + 1)
    take = [1] * len(tokens)
    for at in reversed(range(len(tokens))):
        best[at] = best[at + 1]
        for size in range(len(tokens) - at, 1, -1):
            weight = phrases.get(tuple(tokens[at : at + size]))  # type: ignore[arg-type]
            if weight is not None and weight + best[at + size] > best[at]:
                best[at], take[at] = weight + best[at + size], size
    sizes, at = [], 0
    while at < len(tokens):
        sizes.append(take[at])
        at += take[at]
    return sizes


def emit_plainly(session: list[tuple[str, ...]], direct: Direct) -> list[list[tuple[str, ...]]]:
    """What one session emits in each round, and what is alone in the end; nothing is looked at twice."""
    rows = direct.plan.recoding.paths.to_pylist()
    names = [*direct.plan.recoding.tokens.to_pylist(), None]
    path = [rows.index("\x1f".join(levels)) for levels, _ in groupby(session)]
    alone = [True] * len(path)

    def collapsed(step: int) -> list[tuple[str | None, list[int]]]:
        """Tokens with their actions; None where a token is withheld or an earlier round has taken it."""
        tokens: list[tuple[str | None, list[int]]] = []
        for action, row in enumerate(path):
            name = names[direct.plan.recoding.steps[step, row]] if alone[action] else None
            if tokens and name is not None and name == tokens[-1][0]:
                tokens[-1][1].append(action)
            else:
                tokens.append((name, [action]))
        return tokens

    rounds = []
    for step, phrases in enumerate(spoken(direct)):
        tokens = collapsed(step)
        bounds = np.cumsum([0, *cut_plainly([name for name, _ in tokens], phrases)]).tolist()
        pieces = [tokens[a:b] for a, b in pairwise(bounds) if b - a > 1]
        for piece in pieces:
            for _, actions in piece:
                for action in actions:
                    alone[action] = False
        rounds.append([tuple(str(name) for name, _ in piece) for piece in pieces])
    return [*rounds, [(name,) for name, _ in collapsed(0) if name is not None]]


@settings(max_examples=80, deadline=None)
@given(people=peoples, k=st.integers(2, 3), j=st.integers(0, 1), buckets=st.integers(1, 3))
def test_the_release_is_what_the_rounds_emit_in_plain_words(people, k, j, buckets):
    direct = run_directly(events_of(acts(people)), policy(k=k, min_outside_unit=j, levels=3), buckets=buckets)
    who: dict[tuple[str, ...], list[int]] = defaultdict(list)
    by_round: list[dict[tuple[str, ...], set[int]]] = [defaultdict(set) for _ in range(4)]
    for person, own in enumerate(people):
        for session in own:
            for number, records in enumerate(emit_plainly(session, direct)):
                for record in records:
                    who[record].append(person)
                    by_round[number][record].add(person)
    expected = {}
    for record, emitters in who.items():
        units = [person % 2 for person in set(emitters)]
        outside = len(units) - max(units.count(0), units.count(1))
        if len(units) >= k and outside >= j:
            expected[record] = (len(units), len(emitters))
    assert direct.records == expected
    for phrases, emitted in zip(spoken(direct), by_round, strict=False):
        assert set(phrases) == set(emitted)  # nothing is solved for in vain
        assert all(len(emitters) >= k for emitters in emitted.values())  # and each round stands by itself
    lifted = sum(n * sum(LEVEL_MARK not in a + b for a, b in pairwise(r)) for r, (_, n) in expected.items())
    assert direct.released.transitions_finest == lifted <= direct.released.transitions


@settings(max_examples=40, deadline=None)
@given(people=peoples, buckets=st.integers(2, 4), again=st.integers(0, 3))
def test_neither_buckets_nor_the_order_of_rows_matter_and_all_actions_are_accounted_for(
    people, buckets, again
):
    rules = policy(k=2, min_outside_unit=1, levels=3, cap_per_person=again)
    one, many = (run_directly(events_of(acts(people)), rules, buckets=n) for n in (1, buckets))
    renamed = [
        act._replace(person={"p0": "z", "p1": "y"}.get(act.person, act.person)) for act in acts(people)
    ]
    other = run_directly(events_of(renamed), rules)
    assert one.released.table.equals(many.released.table)
    assert one.released.table.equals(other.released.table)
    assert one.released.withheld == many.released.withheld
    actions = sum(len(list(groupby(session))) for own in people for session in own)
    assert actions == one.released.events + sum(n for n, _ in one.released.withheld.values())


@settings(max_examples=40, deadline=None)
@given(people=peoples)
def test_lifting_in_context_takes_nothing_from_what_was_there(people):
    direct = run_directly(events_of(acts(people)), policy(k=2, levels=3))
    rounds: list[list[tuple[str, ...]]] = [[], [], [], []]
    for own in people:
        for session in own:
            for number, records in enumerate(emit_plainly(session, direct)):
                rounds[number] += records
    total = [sum(len(record) - 1 for record in records) for records in rounds]
    finest = sum(LEVEL_MARK not in a + b for record in rounds[0] for a, b in pairwise(record))
    assert direct.released.transitions == sum(total)
    assert direct.released.transitions_finest == finest


def world(*sessions: str) -> list[Act]:
    """One person a text; an action `x1` is x at the coarser level."""
    return [
        Act(f"p{who}", minute, (name, name[0]))
        for who, text in enumerate(sessions)
        for minute, name in enumerate(text.split())
    ]


RARE_TOGETHER = (*["c1 g1"] * 2, *["c2 g1"] * 2, *["c1 d1"] * 3, *["c2 e1"] * 3)
REPEATS = ("c1 c2 g1", "c2 c1 g1", "c3 c1 g1", *["c1 d1"] * 3, *["c2 d1"] * 3, *["c3 d1"] * 3)


def test_shared_actions_that_stand_together_too_rarely_are_lifted_there_and_nowhere_else():
    # Three people and more have c1, c2 and g1 each, but two have c1 g1 and two have c2 g1.
    found = run_directly(events_of(world(*RARE_TOGETHER)), policy(k=3, levels=2)).records
    assert found == {("c ↑1", "g ↑1"): (4, 4), ("c1", "d1"): (3, 3), ("c2", "e1"): (3, 3)}


def test_what_no_phrase_takes_goes_back_to_what_it_was_and_is_not_merged():
    # Lifted, `c1 c2` is one token, which stands alone: two actions again, and neither is three people's.
    direct = run_directly(events_of(world(*RARE_TOGETHER, "c1 c2", "c2 c1")), policy(k=3, levels=2))
    assert ("c ↑1", "g ↑1") in direct.records
    assert ("c ↑1",) not in direct.records
    assert direct.released.withheld[MERGED] == (0, 0)
    assert direct.released.withheld[UNSHARED][0] == 4


def test_what_a_phrase_covers_is_not_looked_at_again():
    # One level coarser `a ↑1 b ↑1` has enough people: those whose a1 b1, a2 b2 the first round has taken.
    records = run_directly(events_of(world(*["a1 b1"] * 3, *["a2 b2"] * 3)), policy(k=3, levels=2)).records
    assert records == {("a1", "b1"): (3, 3), ("a2", "b2"): (3, 3)}


def test_an_action_too_rare_at_every_level_takes_part_where_it_has_company():
    # c2 and c3 are one person's each, and too few people's together; with c1 before g1 they are enough.
    direct = run_directly(events_of(world("c2 g1", "c3 g1", "c1 g1", *["c1 d1"] * 3)), policy(k=3, levels=2))
    assert direct.records == {("c ↑1", "g ↑1"): (3, 3), ("c1", "d1"): (3, 3)}
    assert direct.released.withheld[RARE_TOKEN] == (0, 0)


def test_the_repeats_that_lifting_makes_collapse():
    direct = run_directly(events_of(world(*REPEATS)), policy(k=3, levels=2))
    assert direct.records[("c ↑1", "g ↑1")] == (3, 3)
    assert direct.released.withheld[MERGED] == (3, 3)


def test_without_dropping_repeats_nothing_collapses():
    direct = run_directly(events_of(world(*REPEATS)), policy(k=3, levels=2, drop_repeats=False))
    assert direct.records[("c ↑1", "c ↑1", "g ↑1")] == (3, 3)
    assert direct.released.withheld[MERGED] == (0, 0)
    assert (direct.released.transitions, direct.released.transitions_finest) == (15, 9)


def test_a_phrase_that_two_rounds_find_is_one_record():
    # `c ↑1 g ↑1` is common where both are rare everywhere, and again where c1 and g1 are left alone.
    rare = [f"c{n} g{n}" for n in range(5, 8)]
    acts = world(
        *rare, *["c1 g1"] * 2, "c1 h1 g2", *["c1 d1"] * 3, *["g1 e1"] * 3, *["c2 g1"] * 2, *["c2 f1"] * 3
    )
    direct = run_directly(events_of(acts), policy(k=3, levels=2))
    names = direct.plan.actions()
    assert [len(one.inventory) > 0 for one in direct.plan.rounds] == [True, True]
    assert names.count(["c ↑1", "g ↑1"]) == 1
    assert direct.records[("c ↑1", "g ↑1")] == (7, 7)
