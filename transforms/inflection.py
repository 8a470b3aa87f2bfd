"""Inflected forms of a name: how languages write it in a sentence, with letters behind it or in the place of its last one.

Genitives and plurals of German, English, Dutch and the Scandinavian languages (`walters`, `hansens`), the cases of Polish,
Czech, Russian, Ukrainian and Greek names, and the Finnish genitive. An apostrophe ends a word, so `Walter's` and `Ayşe'nin`
need none of these. Not made: diminutives, Turkish endings without an apostrophe, Hungarian endings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from transforms.name_forms import LONGEST, fold

_LEAST: Final = 3
"""Letters of a name to which `s` is put; other endings take one letter more."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN: Final = re.compile(r"[a-z\u00df-\u024f]+")
_CYRILLIC: Final = re.compile(r"[\u0430-\u045f\u0491]+")
_GREEK: Final = re.compile(r"[\u0370-\u03ff]+")

_LATIN_CONSONANT: Final = "es ens a u y em om owi ovi ie ow".split()
_LATIN_A: Final = "y i e u o ie ou".split()
_CYRILLIC_CONSONANT: Final = "а у ом ем е ы и ым ів ові еві ов".split()
_CYRILLIC_SOFT: Final = "я ю ем ём е и і єм еві".split()
_CYRILLIC_A: Final = "ы и і ї е є у ю ой ей ою ею єю о".split()
_GREEK_ENDS: Final = {
    "ος": "ου ο ε ον".split(),
    "ης": ["η"],
    "ας": ["α"],
    "ις": ["ι"],
    "α": ["ας"],
    "η": ["ης"],
    "ω": ["ως"],
}


def inflected(name: str, kept: frozenset[str] = frozenset()) -> Iterator[str]:
    """The inflected forms of the words of a name, folded; of words that are kept, none.

    Args:
        kept: folded words that are not looked for.

    >>> sorted(inflected("Walter"))[:4], "annyfink" in set(inflected("Anna Fink"))
    (['waltera', 'walterem', 'walterens', 'walteres'], False)
    """
    plain = unicodedata.normalize("NFC", name.rpartition("\\")[2].partition("@")[0]).casefold()
    for word in _WORD.findall(plain):
        if fold(word) in kept:
            continue
        for form in _forms(word):
            folded = fold(form)
            if len(folded) <= LONGEST:
                yield folded


def _forms(word: str) -> Iterator[str]:
    if _LATIN.fullmatch(word):
        if len(word) >= _LEAST:
            yield word + "s"
        if len(word) <= _LEAST:
            return
        if word[-1] not in "aeiouy":
            yield from (word + ending for ending in _LATIN_CONSONANT)
        else:
            yield word + "n"
            yield word + "ns"
        if word[-1] == "a":
            yield from (word[:-1] + ending for ending in _LATIN_A)
        if word.endswith(("ki", "cki", "ský")):
            yield from (word[:-1] + ending for ending in ("iego", "iemu", "im", "ich", "ého", "ému"))
    elif _CYRILLIC.fullmatch(word) and len(word) >= _LEAST:
        if word[-1] in "ая":
            yield from (word[:-1] + ending for ending in _CYRILLIC_A)
        elif word[-1] in "йь":
            yield from (word[:-1] + ending for ending in _CYRILLIC_SOFT)
        else:
            yield from (word + ending for ending in _CYRILLIC_CONSONANT)
    elif _GREEK.fullmatch(word) and len(word) > _LEAST:
        spelled = word.replace("ς", "σ")
        for last, endings in _GREEK_ENDS.items():
            bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
            if bare.endswith((last, last.replace("ς", "σ"))):
                yield from (spelled[: len(spelled) - len(last)] + ending for ending in endings)
