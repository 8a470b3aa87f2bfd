"""Render a log as native JSONL, without touching a record in Python.

A record is a fixed head (time, id), who (by identity) and what (by action and word). Each part is looked up in a table
of bytes padded with zeros; the parts stand side by side in a matrix, and taking what is not zero leaves the lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.simulate.clock import DAY_US
from etl.simulate.identity import Identities, identity_rows, midnight
from etl.simulate.log import Fault, Log
from etl.simulate.names import WORDS
from etl.simulate.vocabulary import Action, Kind
from etl.simulate.world import World

Bytes = npt.NDArray[np.uint8]

_HEAD: Final = b'{"ts":"2026-11-02T09:14:05.123456+01:00","event_id":"0123456789abcdef","user_id":"'
_DATE, _TIME, _MILLI, _MICRO = slice(7, 17), slice(18, 26), slice(27, 30), slice(30, 33)
_OFFSET, _ID = slice(33, 39), slice(53, 69)
_CUT: Final = 60
"""A malformed line ends here, within the id."""


def _table(texts: Iterable[bytes]) -> Bytes:
    """Texts as rows of one width, padded with zeros."""
    listed = list(texts)
    width = max(map(len, listed))
    return np.frombuffer(b"".join(text.ljust(width, b"\0") for text in listed), np.uint8).reshape(-1, width)


_SECONDS: Final = _table(b"%02d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60) for s in range(86_400))
_THOUSAND: Final = _table(b"%03d" % n for n in range(1000))
_HEX: Final = _table(b"%02x" % n for n in range(256))


class LineRenderer:
    """Renders the logs of one group of people."""

    def __init__(self, world: World, known: Identities) -> None:
        """Make the tables.

        Args:
            world: the workplace.
            known: whoever is in the logs.
        """
        self._world = world
        self._known = known
        first = midnight(world)
        self._dates = _table(
            (first + timedelta(days=day)).strftime("%Y-%m-%d").encode()
            for day in range(-1, world.simulation.nights + 1)
        )
        self._who = _table(
            _json(row.account)[1:] + (b"" if row.unit is None else b',"unit":' + _json(row.unit))
            for row in known.rows
        )
        self._offsets = _table(_offset(minutes) for minutes in range(-720, 841, 30))
        self._what = _table(text for action in world.vocabulary.actions for text in _fragments(action))
        per_action = np.where(world.action_kind == Kind.KEY, len(WORDS), 1)
        self._first = np.cumsum(per_action) - per_action

    def lines(self, log: Log) -> Bytes:
        """The lines of a log, in its order; give it some ten thousand events at a time."""
        offset_us = self._world.offset_us[log.person]
        day, of_day = np.divmod(log.time_us + offset_us, DAY_US)
        second, micro = np.divmod(of_day, 1_000_000)
        milli, micro = np.divmod(micro, 1000)
        who = self._who[identity_rows(self._world, self._known, log)]
        what = self._what[self._first[log.action] + np.maximum(log.word, 0)]
        width = len(_HEAD)
        matrix = np.empty((len(log), width + who.shape[1] + what.shape[1]), np.uint8)
        matrix[:, :width] = np.frombuffer(_HEAD, np.uint8)
        matrix[:, _DATE] = self._dates[day + 1]
        matrix[:, _TIME] = _SECONDS[second]
        matrix[:, _MILLI] = _THOUSAND[milli]
        matrix[:, _MICRO] = _THOUSAND[micro]
        matrix[:, _OFFSET] = self._offsets[offset_us // (30 * 60_000_000) + 24]
        matrix[:, _ID] = _HEX[log.event_id.astype(">u8").view(np.uint8)].reshape(-1, 16)
        matrix[:, width : width + who.shape[1]] = who
        matrix[:, width + who.shape[1] :] = what
        _spoil(matrix, log.fault)
        rendered: Bytes = matrix[matrix != 0]
        return rendered


def _spoil(matrix: Bytes, faults: npt.NDArray[np.int8]) -> None:
    malformed = faults == Fault.MALFORMED
    matrix[malformed, _CUT] = ord("\n")
    matrix[malformed, _CUT + 1 :] = 0
    matrix[faults == Fault.NO_OFFSET, _OFFSET] = 0
    matrix[faults == Fault.IN_1970, _DATE] = np.frombuffer(b"1970-01-01", np.uint8)


def _fragments(action: Action) -> list[bytes]:
    """What a record says about an action, to its end; typing has one fragment for each word."""
    text = b',"event_type":' + _json(action.event_type) + b',"app":' + _json(action.app)
    if action.target is not None:
        text += b',"target":' + _json(action.target)
    if action.kind != Kind.KEY:
        return [text + b"}\n"]
    return [text + b',"text":' + _json(word) + b"}\n" for word in WORDS]


def _json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


def _offset(minutes: int) -> bytes:
    return b"%c%02d:%02d" % (ord("-" if minutes < 0 else "+"), abs(minutes) // 60, abs(minutes) % 60)
