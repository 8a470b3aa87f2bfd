"""Real sessions with every level of every action, as a run sees them before anything is withheld."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np

from benchmarks.compare_anonymisers.load import GAP_US, read_ordered
from examples.next_action.score import Action
from transforms.mapping import Mapping
from transforms.sequence import build_actions
from transforms.tokens import level_names

Session = list[Action]


def read_sessions(name: str, pattern: str, mapping: Mapping) -> list[Session]:
    """The sessions of a log: gap 30 minutes, names shaped as the mapping says, repeats of the finest name collapsed.

    Raises:
        InputError: no file matches, or a record cannot be used.
    """
    sequenced = build_actions(read_ordered(name, pattern, mapping), gap_us=GAP_US, drop_repeats=True)
    path = sequenced.actions.column("path")
    names = [level_names(path.dictionary, level).to_pylist() for level in range(len(mapping.action))]
    actions = list(zip(*names, strict=True))
    session = np.asarray(sequenced.actions.column("session"))
    bounds = [*np.flatnonzero(np.append(True, session[1:] != session[:-1])).tolist(), len(session)]
    codes = np.asarray(path.indices).tolist()
    return [
        [next(same) for _, same in groupby((actions[code] for code in codes[start:stop]), key=_finest)]
        for start, stop in pairwise(bounds)
    ]


def catalogue(*logs: list[Session]) -> tuple[list[Action], list[list[Session]]]:
    """Every finest action that there is, and the logs with each action as the catalogue knows it.

    Two actions of one finest name are one, whatever their coarser names.
    """
    known: dict[str, Action] = {}
    for action in sorted({action for log in logs for session in log for action in session}):
        known.setdefault(action[0], action)
    same = [[[known[action[0]] for action in session] for session in log] for log in logs]
    return list(known.values()), same


def _finest(action: Action) -> str:
    return action[0]
