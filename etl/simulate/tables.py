"""Render a log as native Parquet: `ts` in epoch µs, the strings dictionary-encoded in the file and plain to a reader.

What JSONL has as a malformed line is a record without `user_id` here, and a time without offset is none at all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.simulate.identity import Identities, identity_rows, midnight
from etl.simulate.log import Fault, Log
from etl.simulate.names import WORDS
from etl.simulate.world import World

AnyInts = npt.NDArray[np.signedinteger]

_STRING = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        ("ts", pa.int64()),  # µs since the epoch, UTC
        ("event_id", pa.string()),
        ("user_id", _STRING),
        ("unit", _STRING),
        ("event_type", _STRING),
        ("app", _STRING),
        ("target", _STRING),
        ("text", _STRING),
    ]
)
"""As it is handed to the writer, which keeps no trace of the dictionaries in the file's schema."""


class TableRenderer:
    """Renders the logs of one group of people."""

    def __init__(self, world: World, known: Identities) -> None:
        """Make the dictionaries.

        Args:
            world: the workplace.
            known: whoever is in the logs.
        """
        self._world = world
        self._known = known
        self._epoch_us = int(midnight(world).timestamp()) * 1_000_000
        actions = world.vocabulary.actions
        self._accounts = _Column([row.account for row in known.rows])
        self._units = _Column([row.unit for row in known.rows])
        self._types = _Column([action.event_type for action in actions])
        self._apps = _Column([action.app for action in actions])
        self._targets = _Column([action.target for action in actions])
        self._words = _Column([*WORDS, None])

    def table(self, log: Log) -> pa.Table:
        """A log as a table, in its order."""
        ts = np.where(log.fault == Fault.IN_1970, log.time_us % 86_400_000_000, log.time_us + self._epoch_us)
        who = identity_rows(self._world, self._known, log)
        digits = np.frombuffer(log.event_id.astype(">u8").tobytes().hex().encode(), "S16")
        return pa.table(
            [
                pa.array(ts, mask=log.fault == Fault.NO_OFFSET),
                pa.array(digits).cast(pa.string()),
                self._accounts.take(who, missing=log.fault == Fault.MALFORMED),
                self._units.take(who),
                self._types.take(log.action),
                self._apps.take(log.action),
                self._targets.take(log.action),
                self._words.take(log.word.astype(np.int64)),
            ],
            schema=SCHEMA,
        )


class _Column:
    """Values by number, as a dictionary in which each stands once and null does not stand."""

    def __init__(self, values: list[str | None]) -> None:
        distinct = list(dict.fromkeys(value for value in values if value is not None))
        number = {value: n for n, value in enumerate(distinct)}
        self._dictionary = pa.array(distinct, pa.string())
        self._codes = np.array([-1 if value is None else number[value] for value in values], np.int32)

    def take(self, rows: AnyInts, missing: npt.NDArray[np.bool_] | None = None) -> pa.DictionaryArray:
        codes = self._codes[rows]
        null = codes < 0 if missing is None else (codes < 0) | missing
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=null), self._dictionary)
