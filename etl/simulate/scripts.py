"""Workflows as scripts: parse the notation of `workplace.yaml`, and walk a script once.

A script is a small stochastic grammar. Each workflow is walked a few dozen times when the world is made; people
repeat these walks, as people do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from etl.simulate.draws import For, below, draw
from etl.simulate.vocabulary import Action, Vocabulary

Node = int | tuple[str, tuple["Node", ...]]

LONGEST_LOOP: Final = 5
_CHOICES_PER_WALK: Final = 256


@dataclass(frozen=True)
class Script:
    """A parsed script. A node is an action's number, or ("all" | "one" | "maybe" | "loop", children)."""

    root: Node
    apps: frozenset[str]


def parse(text: str, vocabulary: Vocabulary) -> Script:
    """Read a script.

    Raises:
        ValueError: the script is not well formed, or a step is not in the vocabulary.
    """
    tokens = [token.strip() for token in re.split(r"([;|\[\]{}])", text) if token.strip()]
    apps: list[str] = []

    def sequence(position: int, closing: str) -> tuple[Node, int]:
        steps: list[Node] = []
        alternatives: list[Node] = []
        while position < len(tokens) and tokens[position] != closing:
            token = tokens[position]
            if token in "[{":
                kind, close = ("maybe", "]") if token == "[" else ("loop", "}")
                inner, position = sequence(position + 1, close)
                alternatives.append((kind, (inner,)))
            elif token == ";":
                steps.append(_choice(alternatives))
                alternatives = []
            elif token != "|":
                alternatives.append(_step(token, apps, vocabulary))
            position += 1
        if closing and position >= len(tokens):
            raise ValueError(f"a script lacks its {closing}: {text}")
        if alternatives:
            steps.append(_choice(alternatives))
        return ("all", tuple(steps)), position

    root, end = sequence(0, "")
    if end != len(tokens):
        raise ValueError(f"a script closes what it never opened: {text}")
    return Script(root, frozenset(apps))


def walk_script(script: Script, key: int, variant: int) -> list[int]:
    """One walk through a script, as action numbers; the same for the same key and variant."""
    numbers = draw(draw(key, For.WORLD, variant), For.WORLD, _COUNTER)
    walked: list[int] = []
    _follow(script.root, iter(below(numbers, 1000).tolist()), walked)
    return walked


def _step(token: str, apps: list[str], vocabulary: Vocabulary) -> Node:
    if token.startswith("@"):
        apps.append(token[1:])
        return vocabulary.switch_to(token[1:])
    if not apps:
        raise ValueError(f"a script must begin with an app, and begins with {token}")
    verb, _, target = token.partition(" ")
    action = Action(verb, apps[-1], target)
    if action not in vocabulary.number:
        raise ValueError(f"no such action in the workplace: {' / '.join(map(str, action))}")
    return vocabulary.number[action]


def _choice(alternatives: list[Node]) -> Node:
    return alternatives[0] if len(alternatives) == 1 else ("one", tuple(alternatives))


def _follow(node: Node, chance: Iterator[int], walked: list[int]) -> None:
    if isinstance(node, int):
        walked.append(node)
        return
    kind, children = node
    if kind == "one":
        first = next(chance) < 600
        _follow(children[0] if first else children[1 + next(chance) % (len(children) - 1)], chance, walked)
        return
    times = 1
    if kind == "maybe":
        times = int(next(chance) < 500)
    elif kind == "loop":
        while times < LONGEST_LOOP and next(chance) < 450:
            times += 1
    for _ in range(times):
        for child in children:
            _follow(child, chance, walked)


_COUNTER: Final = np.arange(_CHOICES_PER_WALK)
