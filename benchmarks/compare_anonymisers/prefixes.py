"""k-shared prefixes, in the style of BF-P2kA (Pensa, Monreale, Pinelli, Pedreschi 2008).

Kept: the prefix tree of all sequences, and the pruning of every node with a support below k. Adapted: a session is a
sequence, support is of distinct people instead of sequences, and the tree ends at the longest record. Left out: what becomes
of the pruned sequences (`reconstructed` has an idea of that).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np

from benchmarks.compare_anonymisers.emissions import Emissions, Record, emit_runs
from benchmarks.compare_anonymisers.log import Log


def shared_prefixes(log: Log, *, k: int, max_length: int) -> Emissions:
    """Each session emits its longest prefix that survives in the tree."""
    tree = pruned_tree(log, k=k, max_length=max_length)
    kept = [len(longest_prefix(session, tree)) for session in sessions_of(log)]
    return emit_runs(log, log.sessions.starts[:-1], np.array(kept, np.int64))


def sessions_of(log: Log) -> list[Record]:
    """Every session's token ids."""
    tokens, starts = log.sessions.tokens.tolist(), log.sessions.starts.tolist()
    return [tuple(tokens[start:stop]) for start, stop in pairwise(starts)]


def pruned_tree(log: Log, *, k: int, max_length: int) -> frozenset[Record]:
    """The nodes of the prefix tree that ≥ k people share, each as its path from the root."""
    people: defaultdict[Record, set[int]] = defaultdict(set)
    for session, person in zip(sessions_of(log), log.sessions.person.tolist(), strict=True):
        for length in range(1, min(len(session), max_length) + 1):
            people[session[:length]].add(person)
    return frozenset(path for path, who in people.items() if len(who) >= k)


def longest_prefix(session: Record, tree: frozenset[Record]) -> Record:
    """The deepest node of the tree that the session passes; () if none. A parent has all the people of its children."""
    depth = 0
    while depth < len(session) and session[: depth + 1] in tree:
        depth += 1
    return session[:depth]
