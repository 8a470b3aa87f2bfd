"""What was made of a text is not made again: a memory of a pure function of single texts, for as long as one worker reads.

A log names the same few thousand things from its first block to its last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.rules.apply import Applied

Make = Callable[[pa.Array], Applied]

TEXTS: Final = 1 << 16
BYTES: Final = 16 << 20
"""How much is remembered of one function; what would go beyond makes room by forgetting everything."""


class _Known(NamedTuple):
    """`made` of `texts`, row by row."""

    texts: pa.Array
    made: Applied


class Memo:
    """By the name of a function what it made. It may be asked from several threads; it is never pickled with what it
    knows."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._forms: dict[str, tuple[str, ...]] = {}
        self._writing = threading.Lock()

    def __reduce__(self) -> tuple[type[Memo], tuple[()]]:
        """Texts stay where they were read."""
        return Memo, ()

    def of(self, name: str, texts: pa.Array, make: Make) -> Applied:
        """What `make`, known by this name, makes of the texts (string, distinct, without nulls)."""
        known = self._known.get(name) or _Known(texts[:0], make(texts[:0]))
        found = pc.index_in(texts, value_set=known.texts)
        if found.null_count:
            missing = texts.filter(found.is_null())
            known = _joined(known, _Known(missing, make(missing)))
            self._remember(name, known)
            found = pc.index_in(texts, value_set=known.texts)
        rows = np.asarray(found, np.int64)
        changed = {rule: mask[rows] for rule, mask in known.made.changed.items()}
        return Applied(
            known.made.values.take(found), {rule: mask for rule, mask in changed.items() if mask.any()}
        )

    def forms_of(self, account: str, make: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        """What `make` makes of an account."""
        known = self._forms.get(account)
        if known is None:
            if len(self._forms) >= TEXTS:
                self._forms = {}
            known = self._forms[account] = make(account)
        return known

    def _remember(self, name: str, known: _Known) -> None:
        small = len(known.texts) <= TEXTS and known.texts.nbytes + known.made.values.nbytes <= BYTES
        with self._writing:
            if small:
                self._known[name] = known
            else:
                self._known.pop(name, None)


def _joined(one: _Known, other: _Known) -> _Known:
    masks = {}
    for rule in one.made.changed.keys() | other.made.changed.keys():
        parts = [part.made.changed.get(rule, np.zeros(len(part.texts), np.bool_)) for part in (one, other)]
        masks[rule] = np.concatenate(parts)
    values = pa.concat_arrays([one.made.values, other.made.values])
    return _Known(pa.concat_arrays([one.texts, other.texts]), Applied(values, masks))
