r"""The programs that are given secrets: read from `programs.yaml` beside this file, which a steward can read and extend.

An entry is `programs` (their names apart by blanks, without path) and where the secret stands:
- `options`: the value of an option: the next word, what follows `=` or `:`, or what is glued to one letter (`-pX`);
  `more`: so many words instead of one; `only`: for some programs, fewer options;
- `arguments: N+`: the arguments from the Nth on, counted behind the program, or behind `after`;
- `pairs`: the values of all arguments `key=value` behind `after`;
- `stdin`: what `echo` and `printf` pipe into it.
`after`: words of which one (of several words: all, in this order) must stand behind the program, or else the entry means
nothing; `only_after`: for some programs, other ones. `unless`: a pattern of command lines that are left as they are.
`slash`: arguments that begin with `/` are options. `match` and `leave` are examples, which the tests run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

_SUFFIXES: Final = r"(?:\.(?:exe|cmd|bat|sh|py|jar|ps1))?"


class Entry(BaseModel):
    """One entry as its file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    programs: str = Field(min_length=1)
    options: tuple[str, ...] = ()
    more: int = Field(default=1, ge=1, le=9)
    only: dict[str, tuple[str, ...]] = {}
    after: tuple[str, ...] = ()
    only_after: dict[str, tuple[str, ...]] = {}
    arguments: str | None = Field(default=None, pattern=r"^[1-9]\+$")
    pairs: bool = False
    stdin: bool = False
    slash: bool = False
    unless: str | None = None
    match: dict[str, str] = Field(min_length=1)
    leave: tuple[str, ...] = Field(min_length=1)

    @field_validator("unless")
    @classmethod
    def _a_pattern(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"unless is not a regular expression: {error}") from None
        return value


ENTRIES: Final = TypeAdapter(tuple[Entry, ...])


@dataclass(frozen=True)
class Form:
    """How one program is given a secret. `after`: empty: nothing must stand there. `first`: of the hidden ones; 0: none."""

    options: frozenset[str]
    more: int
    after: tuple[tuple[str, ...], ...]
    first: int
    pairs: bool
    slash: bool
    unless: re.Pattern[str] | None


@dataclass(frozen=True)
class Programs:
    """The table, ready to be asked. `forms`: by program; `readers`: programs that read a secret from a pipe."""

    forms: dict[str, tuple[Form, ...]]
    readers: frozenset[str]
    pattern: str = field(repr=False)
    """An RE2 pattern that finds every text in which one of them may stand before something."""

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> Programs:
        """Make the table of some entries."""
        forms: dict[str, list[Form]] = {}
        readers: set[str] = set()
        for entry in entries:
            for program in entry.programs.split():
                if entry.stdin:
                    readers.add(program)
                after = entry.only_after.get(program, entry.after)
                form = Form(
                    frozenset(entry.only.get(program, entry.options)),
                    entry.more,
                    tuple(tuple(words.split()) for words in after if words),
                    int(entry.arguments[0]) if entry.arguments else 0,
                    entry.pairs,
                    entry.slash,
                    None if entry.unless is None else re.compile(entry.unless),
                )
                if form.options or form.first or form.pairs:
                    forms.setdefault(program, []).append(form)
        named = "|".join(sorted(map(re.escape, forms.keys() | readers), key=lambda name: (-len(name), name)))
        pattern = rf"(?i)(?:^|[\s/\\|;&(\"'`$])(?:{named}){_SUFFIXES}\"? ?[^\s|;&]|\| ?(?:\S+ )?(?:\S*/)?(?:{named})"
        return cls({name: tuple(found) for name, found in forms.items()}, frozenset(readers), pattern)


def load_programs(extra: tuple[Entry, ...] = ()) -> Programs:
    """The table of the package, with what a steward adds."""
    return Programs.build([*own_entries(), *extra]) if extra else _own()


@cache
def own_entries() -> tuple[Entry, ...]:
    """The entries of the package as their file has them."""
    text = (files(__package__) / "programs.yaml").read_text(encoding="utf-8")
    return ENTRIES.validate_python(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@cache
def _own() -> Programs:
    return Programs.build(own_entries())
