"""Action paths: the levels of an action's hierarchy, finest first, as one dictionary-encoded string column.

Strings are built for the distinct combinations only; an event costs integers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.bare_words import BARE_WORD, without_bare_words
from transforms.distinct import number_below
from transforms.gazetteer import Gazetteer
from transforms.mapping import ActionColumn, Mapping
from transforms.memo import Memo
from transforms.names import shape_distinct
from transforms.own_account import OWN_ACCOUNT, replace_own_account
from transforms.rules.programs import Programs, load_programs
from transforms.schemas import LEVEL_SEPARATOR
from transforms.text import as_distinct_text, recoded

ABSENT: Final = "∅"
"""What a null column shows as inside a token."""


class Paths(NamedTuple):
    """`path`: dictionary<int32, string>, as long as the rows. `missing`: no column of the finest level has a value.
    `hits`: scrub rule → rows it changed. `shaped`: by column, what of it passes as text and nobody reviewed."""

    path: pa.DictionaryArray
    missing: npt.NDArray[np.bool_]
    hits: dict[str, int]
    shaped: dict[str, list[pa.DictionaryArray]]


def action_paths(
    rows: pa.Table,
    mapping: Mapping,
    *,
    gazetteer: Gazetteer | None = None,
    account: pa.DictionaryArray | None = None,
    programs: Programs | None = None,
    memo: Memo | None = None,
) -> Paths:
    """Shape the mapped columns of RAW rows into paths.

    Args:
        rows: RAW; null means that the record has no such value.
        gazetteer: the names of people that must not remain in a token; None: none are known.
        account: each row's own account, which must not remain in its token; None: it is not looked for.
        programs: which programs take secrets; None: those of the package.
        memo: what was shaped before, with this gazetteer and these programs; None: nothing is remembered.

    A few integers a row; shaping, which is linear in the text, once for each distinct value.
    """
    specs = list(dict.fromkeys(column for level in mapping.action for column in level))
    hits: dict[str, int] = {}
    shaped: dict[str, list[pa.DictionaryArray]] = {}
    codes = np.zeros((len(specs), rows.num_rows), np.int64)
    dictionaries: list[pa.Array] = []
    for index, spec in enumerate(specs):
        encoded, changed = _shaped(rows.column(spec.column), spec, gazetteer, account, programs, memo)
        dictionaries.append(encoded.dictionary)
        if spec.as_ != "key_class" and spec.reviewed is None and spec.split is None:
            shaped.setdefault(spec.column, []).append(encoded)
        codes[index] = np.asarray(encoded.indices.fill_null(len(encoded.dictionary)))
        for rule, count in changed.items():
            hits[rule] = hits.get(rule, 0) + count
    combined = np.zeros(rows.num_rows, np.int64)
    for index, dictionary in enumerate(dictionaries):
        # Renumbered after every column, so that the product of dictionary sizes never overflows.
        values = len(dictionary) + 1
        combined, first = number_below(
            combined * values + codes[index], (int(combined.max(initial=0)) + 1) * values
        )
    columns = {
        spec: dictionary.take(pa.array(codes[index, first], mask=codes[index, first] == len(dictionary)))
        for index, (spec, dictionary) in enumerate(zip(specs, dictionaries, strict=True))
    }
    levels = [_join([columns[spec] for spec in level], " ") for level in mapping.action]
    finest = [specs.index(spec) for spec in mapping.action[0]]
    missing = np.ones(rows.num_rows, np.bool_)
    for index in finest:
        missing &= codes[index] == len(dictionaries[index])
    distinct = _join(levels, LEVEL_SEPARATOR).dictionary_encode()  # two combinations may read the same
    path = pa.DictionaryArray.from_arrays(distinct.indices.take(pa.array(combined)), distinct.dictionary)
    return Paths(path, missing, hits, shaped)


def _shaped(
    column: pa.ChunkedArray,
    spec: ActionColumn,
    gazetteer: Gazetteer | None,
    account: pa.DictionaryArray | None,
    programs: Programs | None,
    memo: Memo | None,
) -> tuple[pa.DictionaryArray, dict[str, int]]:
    text = as_distinct_text(column)
    if spec.split is not None and spec.take is not None:
        pieces = pc.list_slice(pc.split_pattern(text.dictionary, spec.split), 0, spec.take)
        text = recoded(text, pc.binary_join(pieces, spec.split))
    typed = 0
    if spec.typed_at_prompt:
        text, typed = without_bare_words(text, load_programs() if programs is None else programs)
    own = 0
    if account is not None and spec.as_ != "key_class":
        text, own = replace_own_account(text, account, memo)
    shaped, hits = shape_distinct(text, spec.as_, gazetteer=gazetteer, programs=programs, memo=memo)
    more = {OWN_ACCOUNT: own, BARE_WORD: typed}
    return shaped, hits | {rule: count for rule, count in more.items() if count}


def _join(columns: list[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(
        *(column.cast(pa.string()) for column in columns),
        separator,
        null_handling="replace",
        null_replacement=ABSENT,
    )
