"""The names that must not remain in any token, and how many of them cannot be looked for."""

from __future__ import annotations

from etl.config import RunConfig
from etl.names_file import load_names
from etl.participation import Participation
from transforms.common_words import COMMON_WORDS, SHORT_WORDS
from transforms.name_forms import forms


def listed_names(config: RunConfig, participation: Participation | None) -> tuple[list[str], frozenset[str]]:
    """The names of the participation file and of the names file, and the words that are not looked for by themselves.

    A line of one word is meant, whatever the word; the parts of longer ones (`Project Falcon`, `Bo Li`) may be anybody's.
    """
    people = [] if participation is None else sorted(participation.names)
    others = [] if config.names is None else load_names(config.names)
    meant = {
        form for name in [*people, *(name for name in others if " " not in name)] for form in forms(name)
    }
    return [*people, *others], (COMMON_WORDS | SHORT_WORDS) - meant


def not_looked_for(names: list[str], keep: frozenset[str]) -> tuple[int, int]:
    """How many names are looked for in no form, and how many only as a whole or in part.

    >>> not_looked_for(["X", "Bo Li", "Ann Walter"], frozenset({"li"}))
    (1, 1)
    """
    none = part = 0
    for name in names:
        sought = list(forms(name))
        words = [word for word in name.split() if not any(form not in keep for form in forms(word))]
        if all(form in keep for form in sought):
            none += 1
        elif words:
            part += 1
    return none, part
