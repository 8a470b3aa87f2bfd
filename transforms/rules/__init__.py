"""The rules for names: read from YAML files beside this one, which a steward can read and extend.

A rule is `name`, `pattern` (RE2 syntax), `replace` (`\\1` is the first group), `why` in a line, `match` (example → what
it becomes by this rule alone) and `leave` (examples it must not touch); the tests run all examples of all rules. Three keys
are optional: `needs`, a cheap pattern without which the rule is not tried; `check`, a function of `checks.py` that must
agree with what the pattern found; and `unless`, a verbose Python pattern: the group `value` of the pattern, and only it, is
replaced, unless all of it reads so. A pattern with `check` or `unless` keeps to what Python and RE2 read alike (no `\\p`,
and beside `unless` no `\\b`, `\\w`, `\\d`). Rules apply in the order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import yaml

from transforms.rules.checks import CHECKS

PLACEHOLDERS: Final = frozenset(
    "arg card coordinates date dir email file host iban id ip mac n name path phone national_id secret text time url "
    "user value version".split()
)
"""The words that stand in braces for what was there; only these braces are ours, whatever else a text holds."""

_KEYS: Final = {"name", "pattern", "replace", "why", "needs", "check", "unless", "match", "leave"}


@dataclass(frozen=True)
class Rule:
    """One rule as its file has it."""

    name: str
    pattern: str
    replace: str
    why: str
    needs: str | None
    check: str | None
    unless: str | None
    match: tuple[tuple[str, str], ...]
    leave: tuple[str, ...]


@cache
def load_rules(which: Literal["scrub", "template"]) -> tuple[Rule, ...]:
    """The rules of one file, in order.

    Raises:
        ValueError: a rule lacks a part, has an unknown one, or shares its name with another.
    """
    text = (files(__package__) / f"{which}.yaml").read_text(encoding="utf-8")
    entries = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    rules = tuple(_rule(which, entry) for entry in entries)
    if len({rule.name for rule in rules}) != len(rules):
        raise ValueError(f"{which}.yaml: two rules share a name")
    return rules


def _rule(which: str, entry: dict[str, object]) -> Rule:
    name = str(entry.get("name", "(a rule without a name)"))
    match, leave = entry.get("match"), entry.get("leave")
    if not isinstance(match, dict) or not match or not isinstance(leave, list) or not leave:
        raise ValueError(f"{which}.yaml: {name} needs `match: {{example: result}}` and `leave: [example]`")
    if set(entry) - _KEYS or not {"name", "pattern", "replace", "why"} <= set(entry):
        raise ValueError(
            f"{which}.yaml: {name} needs name, pattern, replace, why; and may have needs, check and unless"
        )
    check = None if entry.get("check") is None else str(entry["check"])
    if check is not None and check not in CHECKS:
        raise ValueError(f"{which}.yaml: {name}: check is one of {', '.join(sorted(CHECKS))}")
    return Rule(
        name=name,
        pattern=str(entry["pattern"]),
        replace=str(entry["replace"]),
        why=str(entry["why"]),
        needs=None if entry.get("needs") is None else str(entry["needs"]),
        check=check,
        unless=None if entry.get("unless") is None else str(entry["unless"]),
        match=tuple((str(example), str(result)) for example, result in match.items()),
        leave=tuple(str(example) for example in leave),
    )
