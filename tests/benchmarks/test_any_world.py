"""On any small world every method's release stands a recount by brute force, and none but an inventor passes the bound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.compare_anonymisers.emissions import Emissions
from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.methods import METHODS, Method
from benchmarks.compare_anonymisers.release import release
from tests.benchmarks.small import emitters, log_of
from tests.transforms.segmentation.small import examples

LONGEST = 4
INVENTS = "reconstructed prefixes"

_words = st.lists(st.text("abc", max_size=8), max_size=3)
_persons = st.builds(lambda words, again: words * again, _words, st.integers(1, 3))
_worlds = st.lists(_persons, min_size=1, max_size=7).map(log_of)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
@examples
@given(log=_worlds, k=st.integers(1, 3))
def test_a_release_stands_a_recount(method: Method, log: Log, k: int) -> None:
    emissions = method.run(log, k=k, max_length=LONGEST)
    passes = release(log, emissions, k=k, max_length=LONGEST)
    counted = emitters(log, emissions)
    words = [word for word, who in counted.items() if len(who) >= k and len(word) <= LONGEST]
    assert {emissions.records[at] for at in passes.nonzero()[0]} == {
        tuple("abcdxy".index(letter) for letter in word) for word in words
    }
    assert len(set(emissions.records)) == len(emissions.records) == len(counted)
    if method.name == INVENTS:
        _is_made_of_sessions(log, emissions)
        return
    _is_cut_from_sessions(log, emissions)
    bound = next(one for one in METHODS if one.is_bound).run(log, k=k, max_length=LONGEST)
    assert emissions.transitions[passes[emissions.record]].sum() <= bound.transitions.sum()


def _is_cut_from_sessions(log: Log, emissions: Emissions) -> None:
    """Every emission is a run of its session, and none overlaps another."""
    starts, tokens = log.sessions.starts, log.sessions.tokens
    spans = []
    for record, session, start in zip(emissions.record, emissions.session, emissions.start, strict=True):
        run = emissions.records[record]
        assert starts[session] <= start
        assert start + len(run) <= starts[session + 1]
        assert tuple(tokens[start : start + len(run)].tolist()) == run
        spans.append((start, start + len(run)))
    assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))
    lengths = [len(emissions.records[record]) for record in emissions.record]
    assert emissions.transitions.tolist() == [length - 1 for length in lengths]
    assert emissions.events.tolist() == lengths


def _is_made_of_sessions(log: Log, emissions: Emissions) -> None:
    """A session emits once, and is credited no more than it and its record hold."""
    assert len(set(emissions.session.tolist())) == len(emissions.session)
    for at, record in enumerate(emissions.record):
        run, session = emissions.records[record], emissions.session[at]
        own = log.sessions.tokens[log.sessions.starts[session] : log.sessions.starts[session + 1]].tolist()
        pairs = set(pairwise(own))
        assert emissions.transitions[at] <= sum(pair in pairs for pair in pairwise(run))
        assert 1 <= emissions.events[at] <= min(len(run), len(own))
        assert own[emissions.start[at] - log.sessions.starts[session]] in run
