"""Reconstructed prefixes, in the style of the KAM_CUT family (Monreale, Pedreschi, Pensa et al. 2010, 2014).

Kept: the prefix tree pruned at k; a sequence that lost its end to the pruning is replaced by the surviving path that is most
like it, by longest common subsequence. Adapted: the tree counts distinct people and ends at the longest record. Simplified:
one pass over the root-to-leaf paths, without carrying supports through the tree; the path is cut behind its last common
action; actions are not generalised. Written from the idea, not from the authors' listings: its figures are the idea's.

Such a record may hold actions that the person never did, or not in this succession. Only transitions that stand in the
session as adjacent actions are credited; the others are made up.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from benchmarks.compare_anonymisers.common_subsequence import align, common_length, places
from benchmarks.compare_anonymisers.emissions import Emissions, Record
from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.prefixes import longest_prefix, pruned_tree, sessions_of


class Replaced(NamedTuple):
    """A record, and which of the session's actions it holds, ascending."""

    record: Record
    held: tuple[int, ...]
    transitions: int


def reconstructed_prefixes(log: Log, *, k: int, max_length: int) -> Emissions:
    """A session that the tree holds whole emits itself; any other emits the likest path."""
    tree = pruned_tree(log, k=k, max_length=max_length)
    parents = {path[:-1] for path in tree}
    leaves = sorted(tree - parents)
    replaced: dict[Record, Replaced] = {}
    numbers: dict[Record, int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    for index, session in enumerate(sessions_of(log)):
        if session not in replaced:
            replaced[session] = _replace(session, tree, leaves)
        record, held, transitions = replaced[session]
        if len(record) < 2:
            continue
        first = int(log.sessions.starts[index])
        events = int(log.events[first + np.array(held)].sum())
        number = numbers.setdefault(record, len(numbers))
        rows.append((number, index, first + held[0], transitions, events))
    return Emissions(tuple(numbers), *np.array(rows, np.int64).reshape(-1, 5).T)


def _replace(session: Record, tree: frozenset[Record], leaves: list[Record]) -> Replaced:
    prefix = longest_prefix(session, tree)
    if prefix == session:
        return Replaced(session, tuple(range(len(session))), len(session) - 1)
    where = places(session)
    # Among equals the path that shares the longest prefix, then the first by content.
    likest = max(
        leaves,
        key=lambda path: (common_length(where, len(session), path), _shared(session, path)),
        default=(),
    )
    pairs = align(session, likest)
    if not pairs:
        return Replaced((), (), 0)
    transitions = sum(b == (a[0] + 1, a[1] + 1) for a, b in pairwise(pairs))
    return Replaced(likest[: pairs[-1][1] + 1], tuple(at for at, _ in pairs), transitions)


def _shared(one: Record, other: Record) -> int:
    """The length of the longest common prefix."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
