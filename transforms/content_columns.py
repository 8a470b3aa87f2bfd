"""Columns whose name says that they hold what somebody typed, read or copied.

The words are in `content_columns.yaml` beside this file. They pass as classes of keys, or, where the table says so, as text
with the word of a steward (`reviewed: NAME`). A false alarm costs that word, a miss what somebody wrote; so a name is judged
by its words in many languages and spellings, and `issue_key` is refused with `e.key`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field

from transforms.account import canonical
from transforms.rules.normal_form import LOOK_ALIKES

Passes = Literal["key_class", "reviewed"]
_ORDER: Final[dict[Passes, int]] = {"reviewed": 0, "key_class": 1}

_KEYBOARDS: Final = frozenset("keyboard tastatur clavier teclado tastiera toetsenbord tangentbord".split())
_SPECIAL: Final = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ı": "i", "đ": "d", "Đ": "D", "ß": "ss"}
)
_ARTICLES: Final = ("ال", "ה")
_ENDINGS: Final = ("s", "es", "n", "en")
_SHORTEST: Final = 4
"""Letters of a word that is also known with an ending, or beside another in a name written together."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sense(_Part):
    """One sense of the table. `words`: by language; `inside`: found anywhere; `patterns`: of words written together."""

    sense: str
    passes: Passes
    kinds: bool = True
    words: dict[str, tuple[str, ...]] = {}
    inside: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()


class CommandLines(_Part):
    """Names of columns that hold what was typed at a prompt."""

    words: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


class ContentTable(_Part):
    """The whole table, or what a steward adds to it."""

    senses: tuple[Sense, ...] = Field(min_length=1)
    command_lines: CommandLines = CommandLines()
    containers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    interface: tuple[str, ...] = ()
    affixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Judge:
    """A sense, ready to be asked."""

    passes: Passes
    kinds: bool
    words: frozenset[str]
    inside: re.Pattern[str] | None
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class ContentWords:
    """The table, ready to be asked. `affixes`: what may stand beside a word of content in a name written together."""

    senses: tuple[_Judge, ...]
    commands: _Judge
    containers: frozenset[str] = field(repr=False)
    kinds: frozenset[str] = field(repr=False)
    interface: frozenset[str] = field(repr=False)
    affixes: frozenset[str] = field(repr=False)

    @classmethod
    def build(cls, tables: Sequence[ContentTable]) -> ContentWords:
        """Make one of several tables."""

        def all_of(name: str) -> frozenset[str]:
            return _together(word for table in tables for word in getattr(table, name))

        lines = [table.command_lines for table in tables]
        spoken = _together(
            word
            for table in tables
            for sense in table.senses
            for words in sense.words.values()
            for word in words
        )
        return cls(
            tuple(
                _Judge(
                    sense.passes,
                    sense.kinds,
                    _together(word for words in sense.words.values() for word in words),
                    _anywhere(sense.inside),
                    tuple(re.compile(pattern) for pattern in sense.patterns),
                )
                for table in tables
                for sense in table.senses
            ),
            _Judge(
                "reviewed",
                True,
                _together(word for line in lines for word in line.words),
                _anywhere([word for line in lines for word in line.inside]),
                (),
            ),
            all_of("containers"),
            all_of("kinds"),
            all_of("interface"),
            all_of("affixes") | {word for word in spoken if len(word) >= _SHORTEST},
        )

    def passes(self, column: str) -> Passes | None:
        """What the column of this name may pass as at most; None: nothing says that it holds content."""
        found: list[Passes] = []
        plain = "".join(
            letter for letter in unicodedata.normalize("NFKC", column) if unicodedata.category(letter) != "Cf"
        )
        for spelled in {plain, plain.translate(LOOK_ALIKES)}:
            parts = [list(_words(part)) for part in re.split(r"[./\[\]]+", spelled)]
            parts = [words for words in parts if words]
            if not parts:
                continue
            if parts[-1][-1] in _KEYBOARDS:
                return "key_class"
            found += [sense.passes for sense in self.senses if self._says(sense, spelled, parts)]
        return max(found, key=_ORDER.__getitem__, default=None)

    def is_command_line(self, column: str) -> bool:
        """Whether the column's name says that it holds what was typed at a prompt."""
        words = list(_words(unicodedata.normalize("NFKC", column)))
        inside = self.commands.inside
        if inside is not None and inside.search(unicodedata.normalize("NFKC", column)):
            return True
        if words and words[-1] in self.kinds | self.interface:
            return False
        return any(word in self.commands.words for word in _runs(words))

    def _says(self, sense: _Judge, spelled: str, parts: list[list[str]]) -> bool:
        last = parts[-1][-1]
        about = sense.kinds and (
            last in self.kinds or (sense.passes == "reviewed" and last in self.interface)
        )
        if about and last not in sense.words:
            return False
        if sense.inside is not None and sense.inside.search(spelled):
            return True
        for at, words in enumerate(parts):
            for word in _runs(words):
                if word in self.containers and at < len(parts) - 1:
                    continue
                if self._known(word, sense) or any(pattern.search(word) for pattern in sense.patterns):
                    return True
        return False

    def _known(self, word: str, sense: _Judge) -> bool:
        if word in sense.words:
            return True
        for article in _ARTICLES:
            if word.startswith(article) and word[len(article) :] in sense.words:
                return True
        for ending in _ENDINGS:
            base = word.removesuffix(ending)
            if base != word and len(base) >= _SHORTEST and base in sense.words:
                return True
        for at in range(_SHORTEST - 1, len(word) - _SHORTEST + 2):
            one, other = word[:at], word[at:]
            for content, beside in ((one, other), (other, one)):
                if len(content) < _SHORTEST or beside not in self.affixes:
                    continue
                if content in sense.words or (content[-1] in "sn" and content[:-1] in sense.words):
                    return True
        return False


def load_content_words(extra: ContentTable | None = None) -> ContentWords:
    """The table of the package, with what a steward adds."""
    return _own() if extra is None else ContentWords.build([own_table(), extra])


@cache
def own_table() -> ContentTable:
    """The table of the package as its file has it."""
    text = files("transforms").joinpath("content_columns.yaml").read_text(encoding="utf-8")
    return ContentTable.model_validate(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@cache
def _own() -> ContentWords:
    return ContentWords.build([own_table()])


def says_content(column: str) -> bool:
    """Whether a column's name says that it holds content, judged word by word (`keyCode`, `window_title`, `e.key`).

    `keyboard` counts where nothing follows it: `keyboard_layout_event` tells of the keyboard, `keyboard` of what was typed.

    >>> [says_content(name) for name in ("window_title", "keyChar", "message", "monkey", "context", "message_type")]
    [True, True, True, False, False, False]
    """
    return load_content_words().passes(column) is not None


def _words(name: str) -> Iterator[str]:
    """The words of a part of a name: cut at what is no letter, and where camel case turns; canonical, without accents."""
    folded = "".join(_bare(letter) for letter in unicodedata.normalize("NFC", name).translate(_SPECIAL))
    turned = re.sub(r"(?<=[a-zа-яіїєґα-ω])(?=[A-ZА-ЯІЇЄҐΑ-Ω])|(?<=[A-Z])(?=[A-Z][a-z])", " ", folded)
    spelled = "".join(letter if _is_letter(letter) else " " for letter in turned).split()
    if spelled:
        one = str(canonical(pa.array([" ".join(spelled)]))[0].as_py() or "")
        yield from one.replace("ς", "σ").split()


def _bare(letter: str) -> str:
    """A letter without its accents; those of scripts that spell with marks keep them."""
    apart = unicodedata.normalize("NFKD", letter)
    if len(apart) == 1 or not apart[0].isalpha() or unicodedata.category(apart[1]) != "Mn":
        return letter
    return "".join(mark for mark in apart if not unicodedata.combining(mark))


def _is_letter(letter: str) -> bool:
    return letter.isalpha() or unicodedata.category(letter) in {"Mn", "Mc"}


def _runs(words: list[str]) -> Iterator[str]:
    """Each word, and two and three neighbours as one."""
    yield from words
    for at in range(len(words)):
        for to in (at + 2, at + 3):
            if to <= len(words):
                yield "".join(words[at:to])


def _together(words: Iterator[str]) -> frozenset[str]:
    return frozenset("".join(_words(word)) for word in words) - {""}


def _anywhere(words: Sequence[str]) -> re.Pattern[str] | None:
    spelled = {unicodedata.normalize("NFKC", word) for word in words}
    return re.compile("|".join(sorted(map(re.escape, spelled), key=len, reverse=True))) if spelled else None
