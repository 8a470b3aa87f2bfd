"""Tokens: an action's name at one level of its hierarchy. A coarser level is part of the name (`click Mail ↑1`)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.schemas import LEVEL_SEPARATOR

LEVEL_MARK: Final = " ↑"
"""Stands between a coarser token's text and its level; `shape_names` leaves no ↑ in a text."""


def level_texts(paths: pa.Array, level: int) -> pa.Array:
    """The text of one level of each path, finest = 0.

    >>> level_texts(pa.array(["click Mail send\\x1fclick Mail"]), 1).to_pylist()
    ['click Mail']
    """
    return pc.list_element(pc.split_pattern(paths.cast(pa.string()), LEVEL_SEPARATOR), level)


def level_names(paths: pa.Array, level: int) -> pa.Array:
    """The token of one level of each path: its text, and from level 1 on also the level.

    >>> level_names(pa.array(["click Mail send\\x1fclick Mail"]), 1).to_pylist()
    ['click Mail ↑1']
    """
    texts = level_texts(paths, level)
    return texts if level == 0 else pc.binary_join_element_wise(texts, f"{LEVEL_MARK}{level}", "")


def are_finest(tokens: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether each token (string) is an action at its finest level.

    >>> are_finest(pa.array(["click Mail send", "click Mail ↑1"])).tolist()
    [True, False]
    """
    return ~np.asarray(pc.match_substring(tokens, LEVEL_MARK), np.bool_)
