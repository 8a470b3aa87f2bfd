"""Words that mean "no value" → null, the same in every format: no word may pass for a person, a unit or an id.

Words and values are compared in the canonical spelling of accounts, so that `NULL`, ` null ` and `null` are one word, and
`-1`, -1 and -1.0 are. A number that is none (NaN) is no value, whatever the mapping says.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.account import canonical
from transforms.mapping import Mapping
from transforms.text import as_distinct_text


def without_null_words(rows: pa.Table, mapping: Mapping) -> pa.Table:
    """Put null in the place of every word that the mapping takes for "no value".

    Linear in the rows; a word is compared once for each distinct value of a column.

    Args:
        rows: RAW.

    Returns:
        RAW, as long: a word of `null` is null in each mapped column, one of `null_ids` in those of the person, the unit
        and the event id, and NaN in all.
    """
    ids = {*mapping.person.source_columns, mapping.unit, mapping.event_id}
    for name in mapping.columns:
        words = (*mapping.null_tokens, *(mapping.null_ids if name in ids else ()))
        column = rows.column(name)
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        if words and column.null_count < len(column):
            column = _without(column, words)
        if column is not rows.column(name):
            rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows


def named(account: str | None, mapping: Mapping) -> str | None:
    """The account that a file's path names; None where it is a word that names nobody.

    >>> from transforms.mapping import NATIVE
    >>> named("u01", NATIVE), named("Undefined", NATIVE)
    ('u01', None)
    """
    if account is None:
        return None
    words = (*mapping.null_tokens, *mapping.null_ids)
    return None if _without(pa.chunked_array([pa.array([account])]), words).null_count else account


def _without(column: pa.ChunkedArray, words: Sequence[str]) -> pa.ChunkedArray:
    encoded = as_distinct_text(column)
    missing = pc.is_in(
        canonical(encoded.dictionary),
        value_set=canonical(pa.array(words, pa.string())).drop_null(),
        skip_nulls=True,
    )
    if not pc.any(missing).as_py():
        return column
    gone = pc.fill_null(missing.take(encoded.indices), False)
    if isinstance(column.type, pa.DictionaryType):
        whole = column.combine_chunks()
        codes = pc.if_else(gone, pa.scalar(None, whole.indices.type), whole.indices)
        return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, whole.dictionary)])
    return pc.if_else(gone, pa.scalar(None, column.type), column)
