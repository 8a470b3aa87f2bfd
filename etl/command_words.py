"""Refuse what a command line cannot say: words that are no text, before anything is looked up or written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from etl.errors import ConfigError

_NAMES_FILES: Final = "--input"
"""A file may have a name of any bytes; what else is given is shown, kept or compared as text."""


def refuse_unreadable(words: Sequence[str]) -> None:
    """Go on only if every word is text; names of input files may be of any bytes.

    Python gives bytes of a command line that are no UTF-8 as lone surrogates (PEP 383).

    Raises:
        ConfigError: one is not; which one, and nothing of it.
    """
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        if is_text(word) or before == _NAMES_FILES or word.startswith(f"{_NAMES_FILES}="):
            continue
        after = (
            f", behind {before}," if before.startswith("--") and "=" not in before and is_text(before) else ""
        )
        raise ConfigError(
            f"word {number + 1} of the command{after} is not text in UTF-8: write it in UTF-8, or set a locale such as "
            "C.UTF-8 in the terminal or the scheduler"
        )


def is_text(word: str) -> bool:
    """Whether something is text that a file or a page can hold: no lone surrogate, and no NUL.

    >>> is_text("café"), is_text("caf\\udce9"), is_text("a\\x00b")
    (True, False, False)
    """
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in word
