"""What can be done in the workplace: apps and their actions, read from `workplace.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from importlib import resources
from typing import Any, Final, NamedTuple

import yaml


class Kind(IntEnum):
    """How an action behaves in time: what comes in runs, and how long a person takes."""

    POINT = 0  # click, menu, shortcut
    KEY = 1
    SCROLL = 2
    COMMAND = 3
    FOCUS = 4


class Action(NamedTuple):
    """One row of the vocabulary; `target` None: the act has none, as switching to an app."""

    event_type: str
    app: str
    target: str | None

    @property
    def kind(self) -> Kind:
        """How the action behaves in time."""
        return _KINDS.get(self.event_type, Kind.POINT)


@dataclass(frozen=True)
class Vocabulary:
    """All actions, numbered in the order of the file.

    `by_app` holds what anybody may do in an app, the switch to it first; what only the cast does there is not in it.
    """

    actions: tuple[Action, ...]
    number: Mapping[Action, int]
    by_app: Mapping[str, tuple[int, ...]]

    def switch_to(self, app: str) -> int:
        """The number of the action that brings an app to the front."""
        return self.by_app[app][0]


def workplace() -> dict[str, Any]:
    """The description of the workplace as the file has it."""
    text = resources.files(__package__).joinpath("workplace.yaml").read_text(encoding="utf-8")
    described: dict[str, Any] = yaml.safe_load(text)
    return described


def vocabulary(described: Mapping[str, Any], extra: Iterable[Action] = ()) -> Vocabulary:
    """Number the actions of every app, then the extra ones (hostile cases may bring apps of their own).

    Args:
        described: of `workplace`.
        extra: actions that come on top; those that are known already are not repeated.
    """
    listed: list[Action] = []
    for app, verbs in described["apps"].items():
        listed.append(Action("focus", app, None))
        for source in (verbs, described["common"]):
            for verb, targets in source.items():
                listed += [Action(verb, app, target.strip()) for target in targets.split(",")]
    actions = tuple(dict.fromkeys([*listed, *extra]))
    by_app: dict[str, list[int]] = {}
    ordinary = set(listed)
    for number, action in enumerate(actions):
        if action in ordinary or action.app not in described["apps"]:  # else it is nobody's but its owner's
            by_app.setdefault(action.app, []).append(number)
    return Vocabulary(
        actions,
        {action: number for number, action in enumerate(actions)},
        {app: tuple(numbers) for app, numbers in by_app.items()},
    )


_KINDS: Final = {"key": Kind.KEY, "scroll": Kind.SCROLL, "command": Kind.COMMAND, "focus": Kind.FOCUS}
