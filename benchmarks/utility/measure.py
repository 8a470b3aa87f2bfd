"""Train on the unanonymised log and on a version at each k; ask all of them the same questions about people held out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.utility.hold_out import hold_out
from benchmarks.utility.sessions import Session, catalogue, read_sessions
from benchmarks.utility.versions import publish
from examples.next_action.backoff import BackOff
from examples.next_action.model import Model
from examples.next_action.neural import Neural, Shape
from examples.next_action.rows import Rows
from examples.next_action.score import Action, Score, questions, score
from examples.next_action.vocabulary import Lessons, Vocabulary, lessons
from transforms.mapping import Mapping

CONTEXT: Final = 3
"""How many actions back the models look."""

UNANONYMISED: Final = 0
"""Stands for a k where there is none."""

NGRAM, NEURAL, FREQUENT = "n-gram", "neural", "most frequent"


@dataclass(frozen=True)
class Figures:
    """One k on one log: what was released, and each model's score. `UNANONYMISED`: of the log; its `records` are sessions.

    `people`: accounts trained on and held out. `finest`, `lifted`: different actions. `unknown`: the share of the actions
    asked for whose finest name is nowhere in it.
    """

    k: int
    people: tuple[int, int]
    transitions: float
    records: int
    finest: int
    lifted: int
    unknown: float
    scores: dict[str, Score]


def measure(
    name: str,
    patterns: Sequence[str],
    source: str,
    mapping: Mapping,
    ks: Sequence[int],
    *,
    tenth: int,
    steps: int,
    progress: Callable[[str], None],
) -> list[Figures]:
    """The figures of one log with one part of its people held out: unanonymised first, then each k.

    Args:
        name: of the log, for messages.
        patterns, source, mapping: its files, and how they are read.
        ks: to measure at.
        tenth: which tenth of the people is held out, 0 to 9.
        steps: of the neural model's training.
        progress: told what was measured.

    Raises:
        InputError: the log cannot be read whole.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        parts = hold_out(patterns, mapping, folder / "parts", tenth=tenth)
        logs = [read_sessions(name, str(part), mapping) for part in (parts.train, parts.test)]
        actions, (known, held_out) = catalogue(*logs)
        raw = Rows([[action[0] for action in session] for session in known], np.ones(len(known)))
        figures = [
            Figures(UNANONYMISED, parts.accounts, 1.0, len(known), *_trained(raw, held_out, actions, steps))
        ]
        progress(f"{name}, unanonymised: {_told(figures[-1])}")
        for k in ks:
            version = publish(parts.train, source, k=k, folder=folder)
            rows = version.rows or Rows([], np.zeros(0))
            figures.append(
                Figures(
                    k,
                    parts.accounts,
                    version.transitions,
                    version.records,
                    *_trained(rows, held_out, actions, steps),
                )
            )
            progress(f"{name}, k = {k}: {_told(figures[-1])}")
    return figures


def _trained(
    rows: Rows, held_out: Sequence[Session], actions: Sequence[Action], steps: int
) -> tuple[int, int, float, dict[str, Score]]:
    """Of a training set: finest and generalised actions, the share of unknown answers, and the scores."""
    vocabulary = Vocabulary.of([rows])
    learned = lessons(rows, vocabulary, length=CONTEXT)
    asked = questions(held_out, vocabulary, actions, length=CONTEXT)
    size = len(vocabulary)
    models: dict[str, Model] = {FREQUENT: BackOff(_without_context(learned), size)}
    models[NGRAM] = BackOff(learned, size)
    if size:
        models[NEURAL] = Neural(learned, size, Shape(steps=steps))
    finest = int(vocabulary.finest.sum())
    scores = {name: score(model, vocabulary, asked) for name, model in models.items()}
    return finest, size - finest, float(np.mean(asked.names[:, 0] < 0)), scores


def _without_context(learned: Lessons) -> Lessons:
    return Lessons(learned.context[:, :0], learned.target, learned.weight)


def _told(one: Figures) -> str:
    said = ", ".join(f"{name} {got.first:.3f} ({got.bits:.2f} bits)" for name, got in one.scores.items())
    return f"{one.transitions:.3f} of transitions; right: {said}"
