r"""Hide the secrets that command lines give to programs, by where they stand.

A command line is taken apart as a shell does: quoted words, pipes, lists, prefixes such as `sudo` and `env`, paths before a
program's name, and command lines inside quotes. It costs time on distinct texts that name such a program only, and is linear
in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.rules import PLACEHOLDERS
from transforms.rules.apply import Applied, found_at, put
from transforms.rules.programs import Form, Programs, load_programs

COMMAND_SECRET: Final = "command_secret"
"""The name under which what was hidden is counted."""

_SECRET: Final = "{secret}"
_WORD: Final = re.compile(r"""(?:\\[ "']|[^\s"'|&;<>]|"(?:\\.|[^"\\])*"?|'[^']*'?)+|[|&;<>]+""")
_ENDS: Final = frozenset({"|", "||", "&&", ";", "&", "|&", ";;"})
_PIPES: Final = frozenset({"|", "|&"})
_TELLS: Final = frozenset({"echo", "printf", "print", "Write-Output", "write-output", "yes"})
_SUFFIX: Final = re.compile(r"\.(?:exe|cmd|bat|sh|py|jar|ps1)$", re.IGNORECASE)
_OURS: Final = re.compile(rf"""["']?(?:\{{(?:{"|".join(sorted(PLACEHOLDERS))})\}}[@:.,%/]*)+["')]*""")
_LETTERS: Final = re.compile(r"-[A-Za-z]{2,4}")
_OPTION: Final = re.compile(r"--?[A-Za-z0-9][A-Za-z0-9-]*(?:[=:].*)?|--")
_DEEPEST: Final = 3
"""Quotes inside quotes that are looked into."""


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def hide_command_secrets(values: pa.Array, programs: Programs | None = None) -> Applied:
    """Put `{secret}` where a program is given one.

    Args:
        values: string without nulls, in normal form.
        programs: None: the table of the package.

    >>> hide_command_secrets(pa.array(["sudo mysql -u root -pWinter shop"])).values.to_pylist()
    ['sudo mysql -u root -p{secret} shop']
    """
    table = load_programs() if programs is None else programs
    rows = found_at(values, table.pattern)
    if len(rows) == 0:
        return Applied(values, {})
    old = values.take(pa.array(rows))
    new = pa.array([without_secrets(text, table) for text in old.to_pylist()], pa.string())
    differs = np.asarray(pc.not_equal(old, new))
    if not differs.any():
        return Applied(values, {})
    changed = np.zeros(len(values), np.bool_)
    changed[rows[differs]] = True
    return Applied(put(values, rows, new), {COMMAND_SECRET: changed})


def without_secrets(text: str, programs: Programs, *, deep: int = 0) -> str:
    """One command line without the secrets that it gives to programs."""
    spans = sorted(_secrets(text, programs))
    hidden, done = "", 0
    for start, end in [*spans, (len(text), len(text))]:
        if start < done:
            done = max(done, end)
            continue
        hidden += _inside(text[done:start], programs, deep) + (_SECRET if start < end else "")
        done = end
    return hidden


def _inside(text: str, programs: Programs, deep: int) -> str:
    """A piece of a command line with the command lines in its quotes rid of their secrets."""
    if deep >= _DEEPEST or not ('"' in text or "'" in text):
        return text

    def looked_into(found: re.Match[str]) -> str:
        quote, inner, last = found.groups()
        return quote + (without_secrets(inner, programs, deep=deep + 1) if " " in inner else inner) + last

    return re.sub(r"""(["'])((?:(?!\1).)*)(\1|$)""", looked_into, text)


def _secrets(text: str, programs: Programs) -> Iterator[tuple[int, int]]:
    before: list[_Word] = []
    piped = False
    earlier: list[list[_Word]] = []
    for words, ended in _commands(text):
        for at, word in enumerate(words):
            name = _name(word.text)
            if piped and name in programs.readers:
                # What stands in brackets is piped as one.
                for told in earlier if before and before[-1].text.endswith(")") else [before]:
                    yield from _told(told)
            for form in programs.forms.get(name, ()):
                if form.unless is None or not form.unless.match(" ".join(w.text for w in words[at:])):
                    yield from _given(words[at + 1 :], form)
        before, piped = words, ended in _PIPES
        earlier.append(words)


def _commands(text: str) -> Iterator[tuple[list[_Word], str]]:
    """The words of each simple command, and the operator behind it."""
    words: list[_Word] = []
    for found in _WORD.finditer(text):
        if found.group() in _ENDS:
            yield words, found.group()
            words = []
        elif not re.fullmatch(r"[<>&|;]+", found.group()):
            words.append(_Word(found.group(), *found.span()))
    yield words, ""


def _name(word: str) -> str:
    """The name of the program that a word may be: without path, quotes, brackets and suffix."""
    bare = word.lstrip("$(`\"'{!").rstrip("\"'`)")
    bare = re.split(r"[/\\(`]", bare)[-1]
    return _SUFFIX.sub("", bare) if _SUFFIX.search(bare) else bare


def _told(words: list[_Word]) -> Iterator[tuple[int, int]]:
    """What an `echo` says, as one."""
    if len(words) == 1 and words[0].text[0] in "\"'":
        yield from _whole(words[0], 0)
    for at, word in enumerate(words):
        if _name(word.text) in _TELLS:
            said = [told for told in words[at + 1 :] if not re.fullmatch(r"-[a-zA-Z]{1,2}", told.text)]
            if said and not all(_OURS.fullmatch(told.text) for told in said):
                yield said[0].start, said[-1].end
            return


def _given(words: list[_Word], form: Form) -> Iterator[tuple[int, int]]:
    behind = _behind(words, form)
    if behind is None:
        return
    if form.options:
        yield from _values(words, form)
    if form.pairs:
        for word in words[behind:]:
            key, equals, _ = word.text.partition("=")
            if equals and not word.text.startswith("-"):
                yield from _whole(word, len(key) + 1)
    if form.first:
        arguments = [word for word in words[behind:] if not _is_option(word.text, form)]
        for word in arguments[form.first - 1 :]:
            yield from _whole(word, 0)


def _behind(words: list[_Word], form: Form) -> int | None:
    """Where the first of the words that is there ends, behind which arguments are counted; None: none is."""
    if not form.after:
        return 0
    for wanted in form.after:
        at = 0
        for part in wanted:
            at = next((n + 1 for n in range(at, len(words)) if words[n].text == part), 0)
            if not at:
                break
        if at:
            return at
    return None


def _values(words: list[_Word], form: Form) -> Iterator[tuple[int, int]]:
    options = form.options
    folded = {option.lower() for option in options if len(option) > 2}
    for at, word in enumerate(words):
        text = word.text
        cut = re.search(r"[=:]", text)
        head = text if cut is None else text[: cut.start()]
        known = head in options or head.lower() in folded
        if known and cut is not None:
            yield from _whole(word, cut.end())
        elif known or (_LETTERS.fullmatch(text) and "-" + text[-1] in options and text[:2] not in options):
            for value in words[at + 1 : at + 1 + form.more]:
                if _OPTION.fullmatch(value.text):
                    break
                yield from _whole(value, 0)
        else:
            glued = next((len(o) for o in options if len(o) <= 3 and o[0] == "-" and text.startswith(o)), 0)
            if glued and not text.startswith("--"):
                yield from _whole(word, glued)


def _whole(word: _Word, cut: int) -> Iterator[tuple[int, int]]:
    """The span of a secret in a word from a place on, unless nothing or only what was hidden before stands there."""
    rest = word.text[cut:]
    if rest and not _OURS.fullmatch(rest):
        yield word.start + cut, word.end


def _is_option(text: str, form: Form) -> bool:
    return bool(_OPTION.fullmatch(text)) or (form.slash and text.startswith("/"))
