"""Forms of a name: how it may be written in a text, folded, and where in a text a folded form stands.

Folded is without case, accents, look-alikes and whatever is no letter or digit. Words are cut as people read them: where
letters meet digits, and where camel case turns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from transforms.rules.normal_form import LOOK_ALIKES

SHORTEST: Final = 3
"""Folded characters of an account, or of a piece of a listed name, below which it is not looked for."""
SHORTEST_LISTED: Final = 2
"""Folded characters of a word of a listed name below which it is not looked for."""
LONGEST: Final = 64
NAME: Final = "{name}"

GLUED: Final = 6
"""Folded characters from which on a whole name is also found inside a word (`notesannsmith`); its parts never are."""

_SPECIAL: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"}
)
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters by Unicode that nobody sees: default ignorables all of them."""
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_WORD: Final = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")


def fold(text: str) -> str:
    """Letters and digits only, without case, accents or look-alikes.

    >>> fold("Jürgen O'Brien-Łuk"), fold("STRASSE") == fold("straße")
    ('jurgenobrienluk', True)
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_SPECIAL)).casefold()
    letters = (character for character in decomposed if character.isalnum() and character not in _FILLERS)
    return "".join(letters).translate(LOOK_ALIKES)


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """`fold(text)`, and for each of its characters where in the text it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        for letter in fold(character):
            folded.append(letter)
            places.append(at)
    return "".join(folded), places


def unbroken(places: list[int], start: int, end: int) -> bool:
    """Whether folded characters stand together: with two others, as between the parts of a name, at most between them."""
    return all(0 <= places[at] - places[at - 1] <= 3 for at in range(start + 1, end))


def with_names(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with `{name}` for each span; spans ascend and do not overlap."""
    pieces, done = [], 0
    for start, end in spans:
        pieces += [text[done:start], NAME]
        done = end
    return "".join([*pieces, text[done:]])


def can_be_found(name: str) -> bool:
    """Whether anything of a name is long enough to be looked for."""
    return any(True for _ in forms(name))


def forms(name: str) -> Iterator[str]:
    """What is looked for of a name, folded: the whole, its parts, its parts the other way round."""
    for spelled, apart in _spellings(name):
        parts = [*apart, *(fold(word) for word in _WORD.findall(spelled))]
        inner = [fold(spelled[start:end]) for start, end in word_spans(spelled)]
        lettered = re.sub(r"[0-9]+", "", "".join(apart))
        inside = [word for word in inner if not word.isdigit()]
        for form in {*_together(apart), lettered, *parts, *inside}:
            spelled_so = form.isalpha() and (form in apart or form in parts)
            if (5 if form.isdigit() else SHORTEST_LISTED if spelled_so else SHORTEST) <= len(form) <= LONGEST:
                yield form


def glued_forms(name: str) -> Iterator[str]:
    """What of a name is also looked for inside words: only the whole, without last digits, if that is long enough."""
    for _, apart in _spellings(name):
        for form in _together(apart):
            lettered = form.rstrip("0123456789")
            found = lettered if len(lettered) >= GLUED else form[:LONGEST]
            if GLUED <= len(found) <= LONGEST and not form.isdigit():
                yield found


def _spellings(name: str) -> Iterator[tuple[str, list[str]]]:
    """A name without its domain, as it is written and with ä as ae; each with its words, folded."""
    name = unicodedata.normalize("NFKC", name).rpartition("\\")[2]
    name = name.partition("@")[0] or name
    for spelled in (name, name.casefold().translate(_UMLAUTS)):
        yield spelled, [folded for word in re.split(r"[\s,;]+", spelled) if (folded := fold(word))]


def _together(apart: list[str]) -> list[str]:
    """The words of a name as one, and two also the other way round."""
    return ["".join(apart), *(["".join(reversed(apart))] if len(apart) == 2 else [])]


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Words, cut where letters meet digits and where camel case turns. The gazetteer's compiled scan says the same."""
    for word in _WORD.finditer(text):
        start, end = word.span()
        for at in range(start + 1, end):
            before, here = text[at - 1], text[at]
            after = text[at + 1] if at + 1 < end else " "
            turn = here.isupper() and (before.islower() or (before.isupper() and after.islower()))
            if turn or before.isdigit() != here.isdigit():
                yield start, at
                start = at
        yield start, end


def word_bounds(text: str) -> tuple[set[int], set[int]]:
    """Where the words of a text begin, and where they end."""
    words = list(word_spans(text))
    return {start for start, _ in words}, {end for _, end in words}
