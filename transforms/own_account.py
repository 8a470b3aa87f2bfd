"""A person's own account in that person's own tokens: replaced, in the step that reads the event.

Whoever is known by name, each event says whose it is. So its account is looked for in its own names, and in nobody else's:
a token depends on its own event alone, whatever batch or file it stands in. An account of digits only, which the gazetteer
looks for from five on, is looked for here from three on: in one's own names it is no other number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.common_words import COMMON_WORDS
from transforms.distinct import number
from transforms.kernel import kernel
from transforms.memo import Memo
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

_HEAD: Final = 8
"""Bytes of a form by which a text is suspected to hold it."""
_SIEVE: Final = 1 << 20


def replace_own_account(
    text: pa.DictionaryArray, owner: pa.DictionaryArray, memo: Memo | None = None
) -> tuple[pa.DictionaryArray, int]:
    """Names with `{name}` where the row's own account stands.

    Args:
        text: dictionary of strings; null stays null.
        owner: each row's account: dictionary of strings without nulls, as long.
        memo: what was made of accounts before; None: nothing is remembered.

    Linear in the distinct names, and in the rows of those in which anybody's account may stand.

    Returns:
        The names, and how many rows changed. A name that changed is in normal form and scrubbed: what is an address must be
        seen as one before a part of it is gone.
    """
    texts = normal_form(text.dictionary)
    spelled = _spelled(texts)
    memo = memo or Memo()
    forms = [memo.forms_of(name, own_forms) for name in owner.dictionary.to_pylist()]
    suspect = np.append(_hold_any(spelled, forms), False)  # the last stands for null
    if not suspect.any():
        return text, 0
    text_of = np.asarray(text.indices.fill_null(len(texts)), np.int64)
    asked = np.flatnonzero(suspect[text_of])
    owner_of, text_of = np.asarray(owner.indices, np.int64)[asked], text_of[asked]
    pair, first = number(owner_of * (len(texts) + 1) + text_of)
    text_of, owner_of = text_of[first], owner_of[first]
    found = np.flatnonzero(_may_spell(spelled, forms, text_of, owner_of))
    if len(found) == 0:
        return text, 0
    old = scrub(texts.take(pa.array(text_of[found]))).values.to_pylist()
    new = [_replaced(name, forms[who]) for name, who in zip(old, owner_of[found], strict=True)]
    differs = np.array([before != after for before, after in zip(old, new, strict=True)])
    found, renamed = found[differs], pa.array(new, pa.string()).filter(pa.array(differs))
    again = np.flatnonzero(np.isin(pair, found))
    new = renamed.take(pa.array(np.searchsorted(found, pair[again])))
    return put(text.dictionary.take(text.indices), asked[again], new).dictionary_encode(), len(again)


def own_forms(account: str) -> tuple[str, ...]:
    r"""What of an account is looked for, folded: it without domain and last digits, if that is a name and no common word.

    >>> own_forms("corp\\ann.smith2"), own_forms("web-17"), own_forms("admin"), own_forms("al")
    (('annsmith',), ('web17',), (), ())
    """
    found = []
    for part in account.split(ACCOUNT_JOINT):
        local = part.rpartition("\\")[2]
        whole = fold(local.partition("@")[0] or local)
        bare = whole.rstrip("0123456789")
        form = bare if len(bare) >= SHORTEST and bare not in COMMON_WORDS else whole
        if len(form) >= SHORTEST and form not in COMMON_WORDS | PLACEHOLDERS:
            found.append(form)
    return tuple(found)


def _replaced(name: str, forms: Sequence[str]) -> str:
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


def _spelled(texts: pa.Array) -> list[str]:
    """Texts as forms are looked for in them."""
    return [text if text.isascii() else fold(text) for text in texts.to_pylist()]


def _may_spell(
    spelled: list[str],
    forms: Sequence[Sequence[str]],
    text_of: npt.NDArray[np.int64],
    owner_of: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Which pairs of a text and an account may hold a form of the account: all that do, and some others."""
    data, starts = _bytes([*spelled, ""])  # the last stands for null
    letters, begins = _bytes([form for several in forms for form in several])
    first = np.cumsum([0, *map(len, forms)], dtype=np.int64)
    found = np.zeros(len(text_of), np.bool_)
    _search(data, starts, letters, begins, first, text_of, owner_of, found)
    return found


def _hold_any(spelled: list[str], forms: Sequence[Sequence[str]]) -> npt.NDArray[np.bool_]:
    """Which texts may hold a form of any account: all that do, and those with the beginning of one in them."""
    heads = sorted({form.encode()[:_HEAD] for several in forms for form in several})
    letters, begins = _bytes_of(heads)
    known = np.zeros(len(heads), np.uint64)
    _hash_heads(letters, begins, known)
    known = np.sort(known)
    sieve = np.zeros(_SIEVE, np.bool_)
    sieve[(known & np.uint64(_SIEVE - 1)).astype(np.int64)] = True
    data, starts = _bytes(spelled)
    found = np.zeros(len(spelled), np.bool_)
    _search_heads(data, starts, known, sieve, found)
    return found


def _bytes(texts: list[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    return _bytes_of([text.encode() for text in texts])


def _bytes_of(encoded: list[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
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


@kernel
def _mixed(head: np.uint64, length: int) -> np.uint64:
    """A bijection of the last `length` bytes of a text, with the length: so that few heads share a place in the sieve."""
    state = (head ^ np.uint64(length)) * np.uint64(0x9E3779B97F4A7C15)
    return state ^ (state >> np.uint64(29))


@kernel
def _hash_heads(
    letters: npt.NDArray[np.uint8], begins: npt.NDArray[np.int64], known: npt.NDArray[np.uint64]
) -> None:
    for head in range(len(known)):
        word = np.uint64(0)
        for at in range(begins[head], begins[head + 1]):
            word = (word << np.uint64(8)) | np.uint64(letters[at])
        known[head] = _mixed(word, begins[head + 1] - begins[head])


@kernel
def _search_heads(
    text: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    known: npt.NDArray[np.uint64],
    sieve: npt.NDArray[np.bool_],
    found: npt.NDArray[np.bool_],
) -> None:
    for row in range(len(found)):
        word, seen = np.uint64(0), 0
        for at in range(starts[row], starts[row + 1]):
            byte = text[at]
            byte = byte + 32 if 65 <= byte <= 90 else byte
            if not (byte >= 128 or (97 <= byte <= 122) or (48 <= byte <= 57)):
                continue
            word, seen = (word << np.uint64(8)) | np.uint64(byte), seen + 1
            for length in range(3, min(seen, 8) + 1):
                tail = word & (np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - 8 * length))
                mixed = _mixed(tail, length)
                if sieve[np.int64(mixed & np.uint64(_SIEVE - 1))]:
                    place = np.searchsorted(known, mixed)
                    if place < len(known) and known[place] == mixed:
                        found[row] = True
                        break
            if found[row]:
                break
