"""Hide bare words that were typed at a prompt and are no command: a password typed too early or too late is one word.

Only in columns whose name says that they hold command lines (`transforms/content_columns.yaml`) and that no steward has
reviewed. What stays of single words: programs, words of interfaces, paths, and names made of several parts (`file.open`,
`SaveAll`, `run-tests`) of which each is a known word.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.common_words import COMMON_WORDS
from transforms.name_forms import word_spans
from transforms.rules import PLACEHOLDERS
from transforms.rules.normal_form import UNREADABLE, normal_form
from transforms.rules.programs import Programs
from transforms.text import recoded

BARE_WORD: Final = "bare_word"
"""The name under which rows with such a word are counted."""

_BARE: Final = r"^[^\s/\\]+$"
_OURS: Final = re.compile(rf"\{{(?:{'|'.join(sorted(PLACEHOLDERS))})\}}")
_SUFFIX: Final = re.compile(r"\.(?:exe|cmd|bat|sh|py|ps1)$|[0-9.]+$", re.IGNORECASE)
_SMALL: Final = 2
"""Letters of a word that is taken for part of a name whatever it is."""


def without_bare_words(text: pa.DictionaryArray, programs: Programs) -> tuple[pa.DictionaryArray, int]:
    """`{text}` in the place of each bare word that is no command; and how many rows changed.

    Args:
        text: dictionary of strings; null stays null. Costs once for each distinct value.
    """
    plain = normal_form(text.dictionary)
    bare = np.flatnonzero(np.asarray(pc.match_substring_regex(plain, _BARE)))
    known = _known() | programs.forms.keys() | programs.readers
    hide = [int(at) for at in bare if not is_command(str(plain[int(at)]), known)]
    if not hide:
        return text, 0
    mask = np.zeros(len(plain), np.bool_)
    mask[hide] = True
    used = np.asarray(text.indices.drop_null() if text.indices.null_count else text.indices, np.int64)
    values = pc.if_else(pa.array(mask), pa.scalar(UNREADABLE), text.dictionary)
    return recoded(text, values), int(mask[used].sum())


def is_command(word: str, known: frozenset[str]) -> bool:
    """Whether a bare word reads as a program or as a name of an action.

    >>> known = frozenset({"git", "file", "open"})
    >>> [is_command(word, known) for word in ("git", "file.open", "FileOpen", "Sommerregen", "Tr0ub4dor&3")]
    [True, True, True, False, False]
    """
    if word in known or _SUFFIX.sub("", word).lower() in known:
        return True
    parts = [word[start:end].lower() for start, end in word_spans(_OURS.sub("", word))]
    letters = [part for part in parts if not part.isdigit()]
    if not letters:
        return True  # signs and numbers alone are no word; numbers are seen to by the rules
    return all(part in known or (len(part) <= _SMALL and len(word) <= 2 * _SMALL) for part in letters)


@cache
def _known() -> frozenset[str]:
    text = (files("transforms.rules") / "commands.txt").read_text(encoding="utf-8")
    listed = (word for line in text.splitlines() if not line.startswith("#") for word in line.split())
    return frozenset(listed) | COMMON_WORDS
