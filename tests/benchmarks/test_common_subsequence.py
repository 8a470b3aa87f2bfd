"""Longest common subsequences against trying every subsequence."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.compare_anonymisers.common_subsequence import align, common_length, places
from tests.transforms.segmentation.small import examples

_tokens = st.lists(st.integers(0, 2), max_size=6).map(tuple)


@examples
@given(long=_tokens, short=_tokens)
def test_length_and_alignment(long, short):
    chains = [
        list(zip(left, right, strict=True))
        for size in range(min(len(long), len(short)) + 1)
        for left in combinations(range(len(long)), size)
        for right in combinations(range(len(short)), size)
        if all(long[i] == short[j] for i, j in zip(left, right, strict=True))
    ]
    best = max((len(chain), neighbours(chain)) for chain in chains)
    found = align(long, short)
    assert common_length(places(long), len(long), short) == best[0]
    assert (len(found), neighbours(found)) == best
    assert found in chains


def neighbours(chain):
    return sum(after == (before[0] + 1, before[1] + 1) for before, after in pairwise(chain))
