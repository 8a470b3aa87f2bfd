"""Mine the n-grams that enough people have, as a trie in content order whose nodes know where they occur.

A depth-first radix refinement of the positions: a node's positions are split by the token that follows, and a child lives if
enough people have it (its parents then have, too: counting people is anti-monotone). Nothing is hashed; a node's occurrences
end up as one range of a permutation, as in a suffix array (Manber and Myers 1990), and node numbers follow content.
Time O(occurrences of all frequent n-grams), and a pass over the tokens for each part; memory per action: 4 bytes each for
person, longest, permutation and scratch.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.kernel import inner, kernel
from transforms.segmentation.inventory import Int8, Int32, Int64, Sessions, Settings
from transforms.segmentation.parts import each, parts_by_weight, worth
from transforms.segmentation.sort import sort_numbers

Flags = npt.NDArray[np.uint8]

PARTS: Final = 4
"""How many parts a thread mines: which tokens go deep is not known before."""


class Trie(NamedTuple):
    """The frequent n-grams. A node's number is its rank by content; a prefix comes before its extensions."""

    token: Int32
    """The last token of each node's n-gram."""
    parent: Int32
    """The node of the n-gram without its last token; −1 for a single token."""
    length: Int8
    """1 … max_length."""
    people: Int32
    """Distinct people who have it."""
    first: Int32
    """Occurrences of node x: `positions[first[x]:last[x]]`."""
    last: Int32
    positions: Int32
    """Indices into the tokens, grouped by node."""
    longest: Int32
    """For each token the node of the longest frequent n-gram that starts there; −1: not even the token is frequent."""
    person: Int32
    """The person of each token."""


def mine(sessions: Sessions, vocabulary_size: int, settings: Settings) -> Trie:
    """Every n-gram of length 1 … max_length that ≥ k people have, ≥ min_outside_unit of them outside any one unit.

    Linear in the occurrences of all frequent n-grams, so at most max_length times the tokens.
    """
    tokens = sessions.tokens
    person, stop = _expand(tokens, sessions.starts, sessions.person)
    longest = np.full(len(tokens), -1, np.int32)

    often = _often(tokens, vocabulary_size)

    def mined(first: slice) -> Trie:
        return Trie(*_mine(
            tokens,
            person,
            stop,
            first.start,
            first.stop,
            int(often[first].sum()),
            longest,
            vocabulary_size,
            sessions.unit_offsets,
            sessions.units,
            int(sessions.units.max(initial=0)) + 1,
            settings.k,
            settings.min_outside_unit,
            settings.max_length,
        ), longest, person)  # fmt: skip

    count = worth(len(tokens), PARTS * settings.threads if settings.threads > 1 else 1)
    parts = each(mined, parts_by_weight(often, parts=count), threads=settings.threads)
    return _together(parts)


def _together(parts: list[Trie]) -> Trie:
    """One trie of those below some tokens each, which follow each other by content; they share what has a row a token."""
    node, place = 0, 0
    for part in parts:
        _move(part, node, place)
        node, place = node + len(part.token), place + len(part.positions)
    own = [name for name in Trie._fields if name not in ("longest", "person")]
    return parts[0]._replace(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in own}
    )


@kernel
def _often(tokens: Int32, vocabulary_size: int) -> Int64:
    """How often each token stands."""
    often = np.zeros(vocabulary_size, np.int64)
    for t in tokens:
        if t >= 0:
            often[t] += 1
    return often


@kernel
def _move(part: Trie, nodes: int, places: int) -> None:
    """Number a part's nodes and places, which begin at 0, behind so many others."""
    for x in range(len(part.token)):
        if part.parent[x] >= 0:
            part.parent[x] += nodes
        part.first[x] += places
        part.last[x] += places
    for i in part.positions:
        if part.longest[i] >= 0:
            part.longest[i] += nodes


@kernel
def _expand(tokens: Int32, starts: Int64, session_person: Int32) -> tuple[Int32, Flags]:
    """The person of each token, and whether no n-gram continues after it (end of session, or withheld next)."""
    person = np.empty(len(tokens), np.int32)
    stop = np.zeros(len(tokens), np.uint8)
    for session in range(len(session_person)):
        for i in range(starts[session], starts[session + 1]):
            person[i] = session_person[session]
            stop[i] = i + 1 == starts[session + 1] or tokens[i + 1] < 0
    return person, stop


@inner
def _outside(
    positions: Int32, person: Int32, unit_offsets: Int64, units: Int32, by_unit: Int32, people: int
) -> int:
    """People outside the fullest unit, for positions ordered by person; leaves `by_unit` zeroed."""
    largest = 0
    for clear in range(2):
        before = -1
        for at in positions:
            who = person[at]
            if who == before:
                continue
            before = who
            for u in range(unit_offsets[who], unit_offsets[who + 1]):
                if clear:
                    by_unit[units[u]] = 0
                else:
                    by_unit[units[u]] += 1
                    largest = max(largest, by_unit[units[u]])
    return people - largest


@inner
def _grown(array: Int32, size: int) -> Int32:
    larger = np.empty(size, np.int32)
    larger[: len(array)] = array
    return larger


@kernel
def _mine(
    tokens: Int32,
    person: Int32,
    stop: Flags,
    first_token: int,
    end_token: int,
    occurrences: int,
    longest: Int32,
    vocabulary_size: int,
    unit_offsets: Int64,
    units: Int32,
    unit_count: int,
    k: int,
    min_outside: int,
    max_length: int,
) -> tuple[Int32, Int32, Int8, Int32, Int32, Int32, Int32]:
    """The n-grams whose first token is in first_token … end_token − 1; `longest` is written where they start.

    Args:
        occurrences: how many such tokens there are.
    """
    positions = np.empty(occurrences, np.int32)
    filled = 0
    for i in range(len(tokens)):
        if first_token <= tokens[i] < end_token:
            positions[filled] = i
            filled += 1
    scratch = np.empty(filled, np.int32)

    capacity = 1024
    token = np.empty(capacity, np.int32)
    parent = np.empty(capacity, np.int32)
    length = np.empty(capacity, np.int32)
    people = np.empty(capacity, np.int32)
    first = np.empty(capacity, np.int32)
    last = np.empty(capacity, np.int32)
    nodes = 0

    # Nodes still to be numbered; children wait in descending order of token, so that popping numbers them by content.
    waiting_capacity = 1024
    waiting_token = np.empty(waiting_capacity, np.int32)
    waiting_parent = np.empty(waiting_capacity, np.int32)
    waiting_people = np.empty(waiting_capacity, np.int32)
    waiting_first = np.empty(waiting_capacity, np.int32)
    waiting_last = np.empty(waiting_capacity, np.int32)
    waiting = 0

    seen_by = np.full(vocabulary_size, -2, np.int32)  # the node that last counted this token
    count = np.zeros(vocabulary_size, np.int32)  # its people
    rows = np.zeros(vocabulary_size, np.int32)  # its occurrences
    before = np.zeros(vocabulary_size, np.int32)  # the person last seen with it
    place = np.zeros(vocabulary_size, np.int32)
    touched = np.empty(vocabulary_size, np.int32)
    by_unit = np.zeros(unit_count, np.int32)

    node = -1  # the root, whose children are the single tokens
    depth = 0
    low = 0
    high = filled
    while True:
        kinds = 0
        if depth < max_length and high - low >= k:
            for r in range(low, high):
                at = positions[r]
                if depth > 0 and stop[at + depth - 1]:
                    continue
                t = tokens[at + depth]
                if seen_by[t] != node:
                    seen_by[t] = node
                    count[t] = 0
                    rows[t] = 0
                    before[t] = -1
                    touched[kinds] = t
                    kinds += 1
                rows[t] += 1
                if person[at] != before[t]:
                    before[t] = person[at]
                    count[t] += 1
        children = 0
        for c in range(kinds):
            if count[touched[c]] >= k:
                touched[children] = touched[c]
                children += 1
        if children:
            followers = touched[:children].astype(np.int64)
            sort_numbers(followers)
            inner = 0
            for c in range(children):
                inner += rows[followers[c]]
            end = high - low
            at_child = end - inner
            for c in range(children):
                place[followers[c]] = at_child
                at_child += rows[followers[c]]
            stays = 0
            for r in range(low, high):
                at = positions[r]
                t = -1
                if depth == 0 or not stop[at + depth - 1]:
                    t = tokens[at + depth]
                if t >= 0 and count[t] >= k:
                    scratch[place[t]] = at
                    place[t] += 1
                else:
                    scratch[stays] = at
                    stays += 1
            positions[low:high] = scratch[:end]
            if waiting + children > waiting_capacity:
                waiting_capacity = 2 * (waiting + children)
                waiting_token = _grown(waiting_token, waiting_capacity)
                waiting_parent = _grown(waiting_parent, waiting_capacity)
                waiting_people = _grown(waiting_people, waiting_capacity)
                waiting_first = _grown(waiting_first, waiting_capacity)
                waiting_last = _grown(waiting_last, waiting_capacity)
            for c in range(children - 1, -1, -1):
                t = followers[c]
                until = low + place[t]
                begin = until - rows[t]
                # A child that fails on its units stays unnumbered inside its parent's range.
                if min_outside > 0 and (
                    _outside(positions[begin:until], person, unit_offsets, units, by_unit, count[t])
                    < min_outside
                ):
                    continue
                waiting_token[waiting] = t
                waiting_parent[waiting] = node
                waiting_people[waiting] = count[t]
                waiting_first[waiting] = begin
                waiting_last[waiting] = until
                waiting += 1
        if waiting == 0:
            break
        waiting -= 1
        if nodes == capacity:
            capacity *= 2
            token = _grown(token, capacity)
            parent = _grown(parent, capacity)
            length = _grown(length, capacity)
            people = _grown(people, capacity)
            first = _grown(first, capacity)
            last = _grown(last, capacity)
        node = nodes
        token[node] = waiting_token[waiting]
        parent[node] = waiting_parent[waiting]
        depth = 1 if parent[node] < 0 else length[parent[node]] + 1
        length[node] = depth
        people[node] = waiting_people[waiting]
        low = waiting_first[waiting]
        high = waiting_last[waiting]
        first[node] = low
        last[node] = high
        nodes += 1
        # Deeper nodes overwrite: what remains is the longest.
        for r in range(low, high):
            longest[positions[r]] = node
    return (
        token[:nodes].copy(),
        parent[:nodes].copy(),
        length[:nodes].astype(np.int8),
        people[:nodes].copy(),
        first[:nodes].copy(),
        last[:nodes].copy(),
        positions,
    )
