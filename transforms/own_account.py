"""A person's own account in that person's own tokens: replaced, in the step that reads the event.

Whoever is known by name, each event says whose it is. So its account is looked for in its own names, and in nobody else's:
a token depends on its own event alone, whatever batch or file it stands in. An account of digits only, which the gazetteer
looks for from five on, is looked for here from three on: in one's own names it is no other number.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.common_words import COMMON_WORDS
from transforms.distinct import number
from transforms.kernel import kernel
from transforms.name_forms import (
    GLUED,
    SHORTEST,
    fold,
    folded_with_places,
    unbroken,
    with_names,
    word_bounds,
)
from transforms.rules import PLACEHOLDERS
from transforms.rules.apply import put
from transforms.rules.normal_form import normal_form
from transforms.scrub import scrub

OWN_ACCOUNT: Final = "own_account"
"""The name under which rows that named their own account are counted."""

ACCOUNT_JOINT: Final = "\x1e"
"""Joins the columns of an account that is made of several."""


def replace_own_account(values: pa.Array, account: pa.Array) -> tuple[pa.Array, int]:
    """Names with `{name}` where the row's own account stands.

    Args:
        values: string; null stays null.
        account: string without nulls, as long.

    Returns:
        The names, and how many rows changed. A name that changed is in normal form and scrubbed: what is an address must be
        seen as one before a part of it is gone.
    """
    text, owner = values.dictionary_encode(), account.dictionary_encode()
    texts, forms = (
        normal_form(text.dictionary),
        [own_forms(name) for name in owner.dictionary.to_pylist()],
    )
    text_of = np.asarray(text.indices.fill_null(len(texts)), np.int64)
    owner_of = np.asarray(owner.indices, np.int64)
    pair, first = number(owner_of * (len(texts) + 1) + text_of)
    text_of, owner_of = text_of[first], owner_of[first]
    found = np.flatnonzero(_may_spell(texts, forms, text_of, owner_of))
    if len(found) == 0:
        return values, 0
    old = scrub(texts.take(pa.array(text_of[found]))).values.to_pylist()
    new = [_replaced(name, forms[who]) for name, who in zip(old, owner_of[found], strict=True)]
    differs = np.array([before != after for before, after in zip(old, new, strict=True)])
    found, renamed = found[differs], pa.array(new, pa.string()).filter(pa.array(differs))
    rows = np.flatnonzero(np.isin(pair, found))
    return put(values, rows, renamed.take(pa.array(np.searchsorted(found, pair[rows])))), len(rows)


def own_forms(account: str) -> list[str]:
    r"""What of an account is looked for, folded: it without domain and last digits, if that is a name and no common word.

    >>> own_forms("corp\\ann.smith2"), own_forms("web-17"), own_forms("admin"), own_forms("al")
    (['annsmith'], ['web17'], [], [])
    """
    found = []
    for part in account.split(ACCOUNT_JOINT):
        local = part.rpartition("\\")[2]
        whole = fold(local.partition("@")[0] or local)
        bare = whole.rstrip("0123456789")
        form = bare if len(bare) >= SHORTEST and bare not in COMMON_WORDS else whole
        if len(form) >= SHORTEST and form not in COMMON_WORDS | PLACEHOLDERS:
            found.append(form)
    return found


def _replaced(name: str, forms: list[str]) -> str:
    for form in forms:
        folded, places = folded_with_places(name)
        starts, ends = word_bounds(name)
        spans: list[tuple[int, int]] = []
        at = folded.find(form)
        while at >= 0:
            to = at + len(form)
            start, end = places[at], places[to - 1] + 1
            whole = len(form) >= GLUED or (start in starts and end in ends)
            if whole and unbroken(places, at, to):
                spans.append((start, end))
                at = folded.find(form, to)
            else:
                at = folded.find(form, at + 1)
        name = with_names(name, spans)
    return name


def _may_spell(
    texts: pa.Array,
    forms: list[list[str]],
    text_of: npt.NDArray[np.int64],
    owner_of: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Which pairs of a text and an account may hold a form of the account: all that do, and some others."""
    spelled = [text if text.isascii() else fold(text) for text in texts.to_pylist()]
    data, starts = _bytes([*spelled, ""])  # the last stands for null
    letters, begins = _bytes([form for several in forms for form in several])
    first = np.cumsum([0, *map(len, forms)], dtype=np.int64)
    found = np.zeros(len(text_of), np.bool_)
    _search(data, starts, letters, begins, first, text_of, owner_of, found)
    return found


def _bytes(texts: list[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    encoded = [text.encode() for text in texts]
    return np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)], dtype=np.int64)


@kernel
def _search(
    text: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    letters: npt.NDArray[np.uint8],
    begins: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    text_of: npt.NDArray[np.int64],
    owner_of: npt.NDArray[np.int64],
    found: npt.NDArray[np.bool_],
) -> None:
    for pair in range(len(text_of)):
        low, high = starts[text_of[pair]], starts[text_of[pair] + 1]
        for form in range(first[owner_of[pair]], first[owner_of[pair] + 1]):
            start, end = begins[form], begins[form + 1]
            for at in range(low, high):
                here, gap = start, 0
                for to in range(at, high):
                    byte = text[to]
                    byte = byte + 32 if 65 <= byte <= 90 else byte
                    if byte == letters[here]:
                        here, gap = here + 1, 0
                        if here == end:
                            break
                    elif byte >= 128 or (97 <= byte <= 122) or (48 <= byte <= 57) or gap == 2 or to == at:
                        break
                    else:
                        gap += 1
                if here == end:
                    found[pair] = True
                    break
