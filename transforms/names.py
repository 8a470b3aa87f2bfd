"""What may remain of a name: an element, a path, a URL, a command, a file or a key, before it leaves the worker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.gazetteer import Gazetteer
from transforms.key_class import key_classes
from transforms.mapping import As
from transforms.memo import Memo
from transforms.rules.apply import Applied, put
from transforms.rules.normal_form import UNREADABLE, normal_form
from transforms.rules.programs import Programs
from transforms.scrub import scrub
from transforms.template import template
from transforms.text import recoded

LONGEST: Final = 200
"""Characters of a shaped name, the mark of the cut included."""

GAZETTEER: Final = "gazetteer"
NORMAL_FORM: Final = "normal_form"
CUT: Final = "cut"
UNSETTLED: Final = "unsettled"
"""What `hits` counts besides the rules of the files."""

_ROUNDS: Final = 8
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Shaped:
    """`values`: string, as long as the input. `hits`: rule → rows (not distinct values) it changed."""

    values: pa.Array
    hits: dict[str, int]


def shape_names(
    values: pa.Array | pa.ChunkedArray,
    how: As,
    *,
    gazetteer: Gazetteer | None = None,
    programs: Programs | None = None,
) -> Shaped:
    """Reduce names to what may remain of them.

    Each value is shaped by itself, whatever stands beside it, and shaping a shaped value changes nothing: the steps are
    repeated until they change nothing more, and what never settles becomes `{text}`.

    Args:
        values: string (or a dictionary of strings); null stays null.
        how: `template`: scrubbed and generalised; `verbatim`: scrubbed; `key_class`: the class of a key, never the key.
        gazetteer: the names of people to look for; not used for `key_class`.
        programs: which programs take secrets; None: those of the package.

    Returns:
        Null where nothing remains. A value has no control or invisible character, no `↑` (which names coarser levels),
        at most 200 characters (`…` marks a cut), and no blanks but single ones inside.
    """
    column = pa.chunked_array(values) if isinstance(values, pa.Array) else values
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    shaped, hits = shape_distinct(encoded, how, gazetteer=gazetteer, programs=programs)
    return Shaped(shaped.dictionary.take(shaped.indices), hits)


def shape_distinct(
    encoded: pa.DictionaryArray,
    how: As,
    *,
    gazetteer: Gazetteer | None,
    programs: Programs | None = None,
    memo: Memo | None = None,
) -> tuple[pa.DictionaryArray, dict[str, int]]:
    """`shape_names` of a dictionary of strings, distinct and used, as a dictionary of distinct strings, and its hits.

    Args:
        memo: what was shaped before, with this gazetteer and these programs; None: nothing is remembered.
            What is remembered costs a look-up.
    """
    if how == "key_class":
        shaped = Applied(key_classes(encoded.dictionary), {})
    else:
        settle = partial(_settle, how=how, gazetteer=gazetteer, programs=programs)
        shaped = settle(encoded.dictionary) if memo is None else memo.of(how, encoded.dictionary, settle)
    texts = pc.if_else(pc.equal(shaped.values, ""), pa.scalar(None, pa.string()), shaped.values)
    return recoded(encoded, texts), dict(sorted(_rows_of(shaped.changed, encoded.indices).items()))


def _rows_of(changed: dict[str, Mask], indices: pa.Array) -> dict[str, int]:
    if not changed:
        return {}
    used = np.asarray(indices.drop_null() if indices.null_count else indices, np.int64)
    rows = np.bincount(used, minlength=max(map(len, changed.values())))
    return {rule: int(rows[mask].sum()) for rule, mask in changed.items()}


def _settle(values: pa.Array, how: As, gazetteer: Gazetteer | None, programs: Programs | None) -> Applied:
    changed: dict[str, Mask] = {}
    moving = np.arange(len(values))
    for _ in range(_ROUNDS):
        if len(moving) == 0:
            return Applied(values, changed)
        old = values.take(pa.array(moving)).dictionary_encode()  # many names have become one
        once = _once(old.dictionary, how, gazetteer, programs)
        back = np.asarray(old.indices)
        moved = np.asarray(pc.not_equal(old.dictionary, once.values))
        # Steps may undo each other (a cut mark is written out and cut again): what is as before was not changed.
        _note(
            changed, {rule: (mask & moved)[back] for rule, mask in once.changed.items()}, moving, len(values)
        )
        values = put(values, moving, once.values.take(old.indices))
        moving = moving[moved[back]]
    _note(changed, {UNSETTLED: np.ones(len(moving), np.bool_)} if len(moving) else {}, moving, len(values))
    return Applied(put(values, moving, pa.array([UNREADABLE] * len(moving), pa.string())), changed)


def _note(changed: dict[str, Mask], more: dict[str, Mask], rows: npt.NDArray[np.int64], length: int) -> None:
    for rule, mask in more.items():
        if not mask.any():
            continue
        changed.setdefault(rule, np.zeros(length, np.bool_))[rows[mask]] = True


def _once(values: pa.Array, how: As, gazetteer: Gazetteer | None, programs: Programs | None) -> Applied:
    clean = normal_form(values)
    # Scrubbed before it is generalised: a key whose digits are gone is not recognised as a key.
    scrubbed = scrub(clean, programs)
    named = scrubbed.values if gazetteer is None else gazetteer.replace_names(scrubbed.values)
    general = template(named) if how == "template" else Applied(named, {})
    tidy = pc.utf8_trim_whitespace(pc.replace_substring_regex(general.values, " {2,}", " "))
    cut = _cut(tidy)
    own = {NORMAL_FORM: (values, clean), GAZETTEER: (scrubbed.values, named), CUT: (tidy, cut)}
    masks = {step: np.asarray(pc.not_equal(*pair)) for step, pair in own.items() if pair[0] is not pair[1]}
    masks = {step: mask for step, mask in masks.items() if mask.any()}
    return Applied(cut, {**masks, **scrubbed.changed, **general.changed})


def _cut(values: pa.Array) -> pa.Array:
    long = np.flatnonzero(np.asarray(pc.utf8_length(values)) > LONGEST)
    if len(long) == 0:
        return values
    heads = pc.utf8_slice_codeunits(values.take(pa.array(long)), 0, LONGEST - 1)
    return put(values, long, pc.binary_join_element_wise(heads, "…", ""))
