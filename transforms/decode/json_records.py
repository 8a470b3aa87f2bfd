"""JSON records → RAW: the scan's columns for the ordinary records, the parser's for the others, in one order."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.decode import Decoded, reasons, reject_table
from transforms.decode.arrays import Bytes, Doubles, Int8s, Int32s, Int64s
from transforms.decode.columns import numeric_columns, unify
from transforms.decode.interned import spans_to_dictionary
from transforms.decode.json_parse import parse_records
from transforms.decode.json_scan import (
    BLANK,
    DECIMAL,
    ESCAPED,
    FALSE,
    GOOD,
    TEXT,
    TRUE,
    WHOLE,
    Scanned,
    Targets,
    scan_json,
    targets_of,
)
from transforms.decode.rows import invalid_utf8, raw_table
from transforms.decode.spans import spans_to_strings
from transforms.mapping import Mapping


@dataclass(frozen=True)
class JsonRecords:
    """What is read of each record. `record_key`: also RECORD_ID, keyed with it."""

    mapping: Mapping
    record_key: bytes | None = field(repr=False)

    @cached_property
    def _paths(self) -> list[tuple[str, ...]]:
        """A slot for each column, and behind them one for each dotted column's own spelling."""
        columns = self.mapping.columns
        return [*(tuple(name.split(".")) for name in columns), *((name,) for name in columns if "." in name)]

    @cached_property
    def _targets(self) -> Targets:
        return targets_of(self._paths)

    @cached_property
    def _measures(self) -> frozenset[str | None]:
        """The columns whose values are as good as never the same."""
        return frozenset({self.mapping.time.column, self.mapping.event_id})

    @cached_property
    def _numeric(self) -> frozenset[str]:
        return numeric_columns(self.mapping)

    def decode(self, data: bytes, offset: int, starts: Int64s, ends: Int64s) -> Decoded:
        """Decode the records `data[starts[i] : ends[i]]`, in order.

        Linear in the bytes; what the scan leaves over costs a parser call a record.

        Args:
            offset: where `data` starts in the file.

        Returns:
            Every record that is not blank, as a row or a reject.
        """
        buffer = np.frombuffer(data, np.uint8)
        scanned = scan_json(buffer, starts, ends, self._targets, len(self._paths))
        bad = invalid_utf8(data, starts, ends) & (scanned.status != BLANK)
        good = np.flatnonzero((scanned.status == GOOD) & ~bad)
        odd = np.flatnonzero((scanned.status != GOOD) & (scanned.status != BLANK) & ~bad)
        names = self.mapping.columns
        columns = self._scanned(buffer, scanned, good)
        kept = good
        positions = (starts[bad] + offset).tolist()
        why = [reasons.UTF8_INVALID] * len(positions)
        if len(odd):
            parsed = parse_records([data[starts[i] : ends[i]] for i in odd], names, self._numeric)
            both = np.concatenate([good, odd[parsed.kept]])
            order = np.argsort(both, kind="stable")
            columns = [
                unify([first, second], numeric=name in self._numeric).take(pa.array(order))
                for name, first, second in zip(names, columns, parsed.columns, strict=True)
            ]
            kept = both[order]
            positions += (starts[odd[parsed.rejected]] + offset).tolist()
            why += parsed.why
        rows = raw_table(names, columns, data, offset, starts[kept], ends[kept], self.record_key)
        return Decoded(rows, reject_table(positions, why))

    def _scanned(self, buffer: Bytes, scanned: Scanned, good: Int64s) -> list[pa.Array]:
        whole = len(good) == len(scanned.status)
        slots = [
            _column(
                buffer,
                *(
                    part[slot] if whole else part[slot, good]
                    for part in (scanned.kinds, scanned.values, scanned.sizes)
                ),
                numeric=self._paths[slot][-1] in self._numeric
                or ".".join(self._paths[slot]) in self._numeric,
                names=".".join(self._paths[slot]) not in self._measures,
            )
            for slot in range(len(self._paths))
        ]
        own = iter(slots[len(self.mapping.columns) :])
        return [
            _coalesce(next(own), slots[at], numeric=name in self._numeric) if "." in name else slots[at]
            for at, name in enumerate(self.mapping.columns)
        ]


def _coalesce(first: pa.Array, second: pa.Array, *, numeric: bool) -> pa.Array:
    if first.null_count == len(first):
        return second
    both = unify([first, second], numeric=numeric)
    return pc.coalesce(both[: len(first)], both[len(first) :])


def _column(
    buffer: Bytes,
    kinds: Int8s,
    values: Int64s,
    sizes: Int32s,
    *,
    numeric: bool,
    names: bool = False,
) -> pa.Array:
    counts = np.bincount(kinds, minlength=TRUE + 1)
    present = {kind for kind in range(1, TRUE + 1) if counts[kind]}
    if names and present == {TEXT}:
        column = spans_to_dictionary(buffer, values, sizes, kinds)
        if column is not None:
            return column
    if present <= {TEXT, ESCAPED}:
        return spans_to_strings(buffer, values, sizes, kinds)
    null = kinds == 0 if counts[0] else None
    if present == {WHOLE}:
        return pa.array(values, pa.int64(), mask=null)
    if present <= {TRUE, FALSE}:
        return pa.array(kinds == TRUE, pa.bool_(), mask=null)
    if present == {DECIMAL}:
        return pa.array(_doubles(values, sizes), pa.float64(), mask=null)
    parts = [  # a mixed column: each type by itself, then one text column, then back into the records' order
        (np.flatnonzero(np.isin(kinds, group)), group)
        for group in ((0, TEXT, ESCAPED), (WHOLE,), (DECIMAL,), (TRUE, FALSE))
    ]
    pieces = [_column(buffer, kinds[at], values[at], sizes[at], numeric=numeric) for at, _ in parts]
    order = np.argsort(np.concatenate([at for at, _ in parts]), kind="stable")
    return unify(pieces, numeric=numeric).take(pa.array(order))


def _doubles(digits: Int64s, behind: Int32s) -> Doubles:
    powers = 10.0 ** np.arange(23)
    doubles: Doubles = digits / powers[np.clip(behind, 0, 22)]
    return doubles
