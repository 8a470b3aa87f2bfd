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
    return [
        {tuple(names[t] for t in one.phrase(i)): int(one.weights[i]) for i in range(len(one))}
        for one in direct.plan.rounds
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


def emit_plainly(session: list[tuple[str, ...]], direct: Direct) -> list[tuple[str, ...]]:
    """What one session emits: recode what is alone, collapse, cut; round by round; in the end what is alone goes back."""
    rows = direct.plan.recoding.paths.to_pylist()
    names = [*direct.plan.recoding.tokens.to_pylist(), None]
    path = [rows.index("\x1f".join(levels)) for levels, _ in groupby(session)]
    step = [0] * len(path)
    lifted = direct.plan.recoding.steps

    def collapsed() -> list[list[int]]:
        """The actions of each token."""
        tokens: list[list[int]] = []
        for action in range(len(path)):
            name = names[lifted[step[action], path[action]]]
            before = names[lifted[step[action - 1], path[action - 1]]] if action else None
            if name is not None and name == before:
                tokens[-1].append(action)
            else:
                tokens.append([action])
        return tokens

    pieces: list[list[list[int]]] = []
    for number, phrases in enumerate(spoken(direct)):
        if number:
            for piece in pieces:
                if len(piece) == 1:
                    for action in piece[0]:
                        step[action] = min(step[action] + 1, len(lifted) - 1)
        tokens = collapsed()
        said: Tokens = [names[lifted[step[token[0]], path[token[0]]]] for token in tokens]
        bounds = np.cumsum([0, *cut_plainly(said, phrases)]).tolist()
        pieces = [tokens[a:b] for a, b in pairwise(bounds)]
    emitted: list[tuple[str, ...]] = []
    before: str | None = None
    for piece in pieces:
        if len(piece) > 1:
            emitted.append(tuple(str(names[lifted[step[t[0]], path[t[0]]]]) for t in piece))
            before = None
            continue
        for action in piece[0]:
            name = names[lifted[0, path[action]]]
            if name is not None and name != before:
                emitted.append((name,))
            before = name
    return emitted


@settings(max_examples=80, deadline=None)
@given(people=peoples, k=st.integers(2, 3), j=st.integers(0, 1), buckets=st.integers(1, 3))
def test_the_release_is_what_the_rounds_emit_in_plain_words(people, k, j, buckets):
    direct = run_directly(events_of(acts(people)), policy(k=k, min_outside_unit=j, levels=3), buckets=buckets)
    who: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for person, own in enumerate(people):
        for session in own:
            for record in emit_plainly(session, direct):
                who[record].append(person)
    expected = {}
    for record, emitters in who.items():
        units = [person % 2 for person in set(emitters)]
        outside = len(units) - max(units.count(0), units.count(1))
        if len(units) >= k and outside >= j:
            expected[record] = (len(units), len(emitters))
    assert direct.records == expected
    for phrases in spoken(direct)[-1:]:
        assert set(phrases) == {
            record for record in expected if len(record) > 1
        }  # nothing is solved for in vain
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
def test_lifting_in_context_never_releases_less(people):
    direct = run_directly(events_of(acts(people)), policy(k=2, levels=3))
    phrases = spoken(direct)[0]
    names = [*direct.plan.recoding.tokens.to_pylist(), None]
    rows = direct.plan.recoding.paths.to_pylist()
    before = 0
    for own in people:
        for session in own:
            tokens = [
                names[direct.plan.recoding.steps[0, rows.index("\x1f".join(levels))]] for levels in session
            ]
            collapsed = [t for i, t in enumerate(tokens) if i == 0 or t is None or t != tokens[i - 1]]
            before += sum(size - 1 for size in cut_plainly(collapsed, phrases))
    rounds = len(direct.plan.rounds)
    assert direct.released.transitions >= before + (rounds > 1)


def world(*sessions: str) -> list[Act]:
    """One person a text; an action `x1` is x at the coarser level."""
    return [
        Act(f"p{who}", minute, (name, name[0]))
        for who, text in enumerate(sessions)
        for minute, name in enumerate(text.split())
    ]


def test_a_shared_action_in_a_rare_context_is_lifted_there_and_nowhere_else():
    # c1 and c2 have three people each and stand often; after `a b` each has two only.
    acts = world(*["a1 b1 c1"] * 2, *["a1 b1 c2"] * 2, *["c1 d1"] * 3, *["c2 e1"] * 3)
    found = run_directly(events_of(acts), policy(k=3, levels=2)).records
    assert found == {("a1", "b1", "c ↑1"): (4, 4), ("c1", "d1"): (3, 3), ("c2", "e1"): (3, 3)}


def test_what_no_phrase_takes_goes_back_to_what_it_was_and_is_not_merged():
    acts = world(*["a1 b1 c1"] * 2, *["a1 b1 c2"] * 2, *["c1 d1"] * 3, *["c2 e1"] * 3, *["c1 c2"] * 3)
    direct = run_directly(events_of(acts), policy(k=3, levels=2))
    assert len(direct.plan.rounds) == 2
    assert direct.records[("a1", "b1", "c ↑1")] == (4, 4)
    assert direct.released.withheld[MERGED] == (0, 0)
    alone = world(*["a1 b1 c1"] * 2, *["a1 b1 c2"] * 2, *["c1 d1"] * 3, *["c2 e1"] * 3, "c1 c2", "c2 c1")
    again = run_directly(events_of(alone), policy(k=3, levels=2))
    assert ("c ↑1",) not in again.records
    assert again.released.withheld[MERGED] == (0, 0)
    assert again.released.withheld[UNSHARED][0] == 4  # two single c1, two single c2: not three people each


def test_an_action_too_rare_at_every_level_takes_part_where_its_context_has_company():
    # c1: three people. c2, c3: one each, and `c` for the two of them alone is too few, but not after `a b`.
    acts = world("a1 b1 c2", "a1 b1 c3", "a1 b1 c1", *["c1 d1"] * 3)
    direct = run_directly(events_of(acts), policy(k=3, levels=2))
    assert direct.records == {("a1", "b1", "c ↑1"): (3, 3), ("c1", "d1"): (3, 3)}
    assert direct.released.withheld[RARE_TOKEN] == (0, 0)


def test_runs_that_lifting_makes_collapse_inside_a_phrase():
    acts = world("a1 b1 c1 c2", "a1 b1 c2 c1", "a1 b1 c3 c1", *["c1 d1"] * 3, *["c2 d1"] * 3, *["c3 d1"] * 3)
    direct = run_directly(events_of(acts), policy(k=3, levels=2))
    assert direct.records[("a1", "b1", "c ↑1")] == (3, 3)
    assert direct.released.withheld[MERGED] == (3, 3)


def test_without_dropping_repeats_nothing_collapses():
    acts = world("a1 b1 c1 c2", "a1 b1 c2 c1", "a1 b1 c3 c1", *["c1 d1"] * 3, *["c2 d1"] * 3, *["c3 d1"] * 3)
    direct = run_directly(events_of(acts), policy(k=3, levels=2, drop_repeats=False))
    assert direct.records[("a1", "b1", "c ↑1", "c ↑1")] == (3, 3)
    assert direct.released.withheld[MERGED] == (0, 0)
    assert (direct.released.transitions, direct.released.transitions_finest) == (18, 12)
