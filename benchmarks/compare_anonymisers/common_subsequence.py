"""Longest common subsequences: their length for many pairs, an alignment for few."""

from __future__ import annotations

Tokens = tuple[int, ...]
Pair = tuple[int, int]


def places(tokens: Tokens) -> dict[int, int]:
    """For each token a whole number whose bit i is set where `tokens[i]` is that token.

    >>> places((7, 5, 7))
    {7: 5, 5: 2}
    """
    where: dict[int, int] = {}
    for at, token in enumerate(tokens):
        where[token] = where.get(token, 0) | 1 << at
    return where


def common_length(where: dict[int, int], length: int, other: Tokens) -> int:
    """The length of a longest common subsequence, a row of the table in one whole number (Hyyrö 2004).

    Args:
        where: the `places` of the one sequence.
        length: its length.
        other: the other sequence.

    >>> common_length(places((1, 2, 3, 4)), 4, (2, 9, 4)), common_length({}, 0, (1,))
    (2, 0)
    """
    ones = (1 << length) - 1
    row = ones
    for token in other:
        both = row & where.get(token, 0)
        row = ((row + both) | (row - both)) & ones
    return length - row.bit_count()


def align(long: Tokens, short: Tokens) -> list[Pair]:
    """A longest common subsequence as pairs of indices, one with the most pairs that are the next after the pair before.

    >>> align((1, 3, 1, 2), (1, 2)), align((1,), (2,))
    ([(2, 0), (3, 1)], [])
    """
    pair = len(short) + 1  # what a pair counts, so that all the bonuses together count less
    ends: dict[
        Pair, tuple[int, Pair | None]
    ] = {}  # the best chain that ends with a pair: its value, and the pair before
    best: list[tuple[int, Pair | None]] = [(0, None)] * (
        len(short) + 1
    )  # … that uses short[:j] only, and its last pair
    for i, token in enumerate(long):
        for j in range(len(short) - 1, -1, -1):
            if short[j] != token:
                continue
            value, before = best[j]
            near = ends.get((i - 1, j - 1))
            if near is not None and near[0] + 1 > value:
                value, before = near[0] + 1, (i - 1, j - 1)
            value += pair
            ends[i, j] = (value, before)
            for wider in range(j + 1, len(best)):
                if best[wider][0] >= value:
                    break
                best[wider] = (value, (i, j))
    chain: list[Pair] = []
    last = best[-1][1]
    while last is not None:
        chain.append(last)
        last = ends[last][1]
    return chain[::-1]
