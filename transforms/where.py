"""Which records a mapping's `where` keeps: words of a YAML file compared with values of a log.

A word is compared as the text that was written. So that a log's types do not matter, a whole number is the same with and
without `.0`, a word that reads as a number also stands for that number, and `true` and `false` for the booleans in any case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.text import as_distinct_text

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
"""RFC 8259 §6: what JSON calls a number, so that `010` and `1_000` stay words."""


def chosen(column: pa.ChunkedArray | pa.Array, words: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of a column's values are among the words. Linear in the rows; a null is not.

    Args:
        column: of RAW.

    >>> chosen(pa.array([True, False]), ["true"]).tolist(), chosen(pa.array([1.0, 10.0]), ["1", "1e1"]).tolist()
    ([True, False], [True, True])
    """
    asked = as_distinct_text(column)
    values = pc.replace_substring_regex(asked.dictionary, r"^(-?[0-9]+)\.0+$", r"\1")
    wanted = pc.is_in(
        values, value_set=pa.array(sorted({form for word in words for form in _forms(word)}), pa.string())
    )
    return np.asarray(pc.fill_null(wanted.take(asked.indices), False)).astype(np.bool_)


def _forms(word: str) -> set[str]:
    forms = {re.sub(r"^(-?[0-9]+)\.0+$", r"\1", word)}
    if _NUMBER.fullmatch(word):
        number = float(word)
        if number.is_integer() and abs(number) < 1 << 53:
            forms.add(str(int(number)))
        forms.add(repr(number))
    if word.casefold() in ("true", "false"):
        forms |= {word.lower(), word.upper(), word.title()}
    return forms
