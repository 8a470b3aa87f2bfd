"""Find headers in the middle of delimited text: exports that were put one behind the other.

A header that says the same again is no record. One that says something else ends the reading: whoever reads on under the
first one's names takes accounts for actions. No split of the file knows what another one's header says, so none is followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

_TIMELIKE: Final = re.compile(
    r"time|date|stamp|when|zeit|datum|wann|heure|quand|fecha|hora|tijd|orario|quando|created|occurred|logged|moment|"
    r"clock|epoch|czas|tarih|\u0432\u0440\u0435\u043c\u044f|\u0434\u0430\u0442\u0430|\u65f6\u95f4|\u6642\u9593|\u65e5\u6642|\u65e5\u4ed8|^t$|^ts(_|$)|_ts$|(^|_)at$|(^|_)day$"
)
"""What columns of times are called."""

_AROUND: Final = " \t\r\n\"'`"
"""What may stand around a name: blanks, and quotes where the mapping says that nothing is quoted."""

Said = Literal["record", "same", "other"]


class ColumnsChangeError(Exception):
    """A header that names other columns, or in another order, stands at byte `position` of the file."""

    def __init__(self, position: int) -> None:
        super().__init__("the columns change in the middle of the file")
        self.position = position


def judge(fields: Sequence[str], names: Sequence[str], time_column: str) -> Said:
    """Whether a record is the file's header again, a header of other columns, or none.

    Args:
        fields: of a record whose time is none (no digit), or that has another number of fields than the header.
        names: the file's columns, in order.

    >>> judge(["USER", "ts", "event"], ["user", "ts", "event"], "ts")
    'same'
    >>> judge(["event", "ts", "user"], ["user", "ts", "event"], "ts")
    'other'
    >>> judge(["anna", "unknown", "open"], ["user", "ts", "event"], "ts")
    'record'
    >>> judge(["anna", "no time", "open"], ["user", "ts", "event"], "ts")
    'record'
    """
    words, known = [_plain(field) for field in fields], [_plain(name) for name in names]
    if words == known:
        return "same"
    found = set(words) & set(known) - {""}
    if len(words) != len(known):
        return "other" if _plain(time_column) in found and len(found) > 1 else "record"
    time = words[known.index(_plain(time_column))]
    # Names of columns stand in every field, and each once; the one of the times is a word, not a remark.
    named = "" not in words and len(set(words)) == len(words) and not re.search(r"\s", time)
    header = len(found) > 1 or time in found or (named and _TIMELIKE.search(time))
    return "other" if header else "record"


def _plain(name: str) -> str:
    return name.removeprefix("\ufeff").strip(_AROUND).casefold()
