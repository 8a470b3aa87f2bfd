"""The hostile cases: what a pipeline meets in real logs and must not let through. All invented."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Final

import numpy as np

from etl.simulate.draws import For, below, draw
from etl.simulate.vocabulary import Action

TWO_ACCOUNTS: Final = 0
OBJECTS: Final = 1
LEFT: Final = 2
UNLISTED: Final = 3
MOVED: Final = 4
"""These people's roles are in the participation file; the others' in what they do."""

_EMAIL, _SECRET, _CHESS, _GENEALOGY, _COLLEAGUE = 5, 6, 7, 8, 9
_CUSTOMER: Final = range(10, 14)

CAST: Final = 14
"""People 0 … 13 have the roles and parts: they are never ill, so that every case is in every log of some size."""

_ALPHANUMERIC: Final = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Part:
    """Paths that somebody walks besides the ordinary, as actions, and how many of 256 episodes they take.

    `person` None: everybody in the largest unit, so that more than k people share what only one unit has.
    """

    paths: tuple[tuple[Action, ...], ...]
    slots: int
    person: int | None = None


def parts(seed: int, people: int) -> tuple[Part, ...]:
    """Who does what that is unusual; without people that there are not. The service account is last.

    Args:
        seed: of the simulation; the secrets derive from it.
        people: how many there are; the service account has the number after the last.
    """
    mail, crm, terminal, chat = (Action("focus", app, None) for app in ("Mail", "CRM", "Terminal", "Chat"))
    send = Action("click", "Mail", "Send")
    cast = [
        Part(
            (
                (mail, Action("click", "Mail", "anna.kessler@example.com"), send),
                (
                    crm,
                    Action("click", "CRM", "Recipient d.arai@customer.example"),
                    Action("click", "CRM", "Save"),
                ),
            ),
            32,
            person=_EMAIL,
        ),
        Part(
            tuple((terminal, Action("command", "Terminal", line)) for line in secret_commands(seed)),
            32,
            person=_SECRET,
        ),
        Part((_visit("Chess Club", "New game", "Move", "Resign"),), 48, person=_CHESS),
        Part((_visit("Genealogy", "Family tree", "Add ancestor", "Save"),), 40, person=_GENEALOGY),
        Part(
            (
                (
                    chat,
                    Action("focus", "Chat", "Direct message: Mira Okafor"),
                    Action("key", "Chat", "message"),
                ),
            ),
            24,
            person=_COLLEAGUE,
        ),
        *(
            Part(
                (
                    (
                        crm,
                        Action("focus", "CRM", "Adaeze Nwosu – Orders"),
                        Action("scroll", "CRM", "activity"),
                    ),
                ),
                16,
                person=who,
            )
            for who in _CUSTOMER
        ),
        Part(
            (
                _visit("Plant Monitor", "Overview", "Line 1", "Acknowledge alarm"),
                _visit("Plant Monitor", "Overview", "Line 2", "Trend", "Acknowledge alarm"),
            ),
            40,
        ),
    ]
    service = Part(
        tuple(
            tuple(Action("command", "Terminal", line) for line in lines)
            for lines in (("backup --incremental", "backup --verify"), ("rotate-logs",))
        ),
        256,
        person=people,
    )
    return (*(part for part in cast if part.person is None or part.person < people), service)


def secret_commands(seed: int) -> tuple[str, ...]:
    """Command lines with a secret in them, in the form of real ones: made from the seed, as none may be in the code."""
    numbers = below(draw(seed, For.SECRET, np.arange(80)), len(_ALPHANUMERIC)).tolist()
    letters = "".join(_ALPHANUMERIC[number] for number in numbers)
    return (
        f"deploy --token ghp_{letters[:36]}",
        f"export AWS_ACCESS_KEY_ID=AKIA{letters[36:52].upper()}",
        f"mysql --user=admin --password={letters[52:64]}",
    )


def _visit(app: str, *targets: str) -> tuple[Action, ...]:
    return (Action("focus", app, None), *(Action("click", app, target) for target in targets))
