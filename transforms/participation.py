"""Who takes part: accounts to people and units, and whether an event is admitted at its own time (DESIGN §2, §4).

A person is a connected component of all account links ever recorded: links merge people and never split them.
Admission is denied by default. An objection counts for all of a person's past, whatever its dates, until a
participation recorded after it; leaving ends every span recorded before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.pseudonym import pseudonyms, unit_pseudonyms

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EVER: Final = np.iinfo(np.int64).max
NEVER: Final = np.iinfo(np.int64).min

ENTRIES: Final = pa.schema(
    [
        pa.field("account", pa.string(), nullable=False),
        pa.field("person", pa.string()),  # null: shared or service account, which never counts
        pa.field("unit", pa.string()),  # null: unknown
        pa.field("status", pa.string(), nullable=False),  # participates | objects | left
        pa.field("valid_from_us", pa.int64()),  # null: since ever
        pa.field("valid_to_us", pa.int64()),  # null: open; half-open
        pa.field("recorded_at_us", pa.int64()),  # null: unknown, read as whatever protects more
    ]
)
"""The participation file after parsing."""


@dataclass(frozen=True)
class Registry:
    """The participation registry, in pseudonyms: what workers need and no more.

    Spans of account `a` are rows `span_start[a] … span_start[a + 1]`, in order of recording.
    """

    accounts: pa.Array  # binary(16), ascending
    person: pa.Array  # binary(16) by account; null: never counts
    span_start: Int64s
    span_from_us: Int64s
    span_to_us: Int64s
    span_unit: npt.NDArray[np.int32]  # index into units, -1: unknown
    units: tuple[str, ...]  # pseudonyms


class Admitted(NamedTuple):
    """For each event: whether it is admitted, and by which span (-1 where it is not)."""

    mask: Bools
    span: Int64s


def build_registry(entries: pa.Table, *, person_key: bytes, unit_key: bytes) -> Registry:
    """Resolve the participation file into admission spans by account.

    Args:
        entries: ENTRIES.
        person_key: the key of the person pseudonyms. People and accounts share a name space: without a file an
            account is a person.
        unit_key: the key of the unit pseudonyms.
    """
    rows = entries.sort_by([("account", "ascending")]).to_pylist()
    people = _components(rows)
    spans = _spans_by_account(rows, people)
    names = sorted(spans)
    digests = pseudonyms(pa.array(names, pa.string()), key=person_key).to_pylist()
    order = sorted(range(len(names)), key=lambda i: digests[i])
    units = tuple(
        sorted({span.unit for account in spans.values() for span in account if span.unit is not None})
    )
    unit_index = {unit: index for index, unit in enumerate(units)}
    flat = [span for i in order for span in spans[names[i]]]
    counts = [len(spans[names[i]]) for i in order]
    person_names = pa.array([people[names[i]] for i in order], pa.string())
    return Registry(
        accounts=pa.array([digests[i] for i in order], pa.binary(16)),
        person=pseudonyms(person_names, key=person_key),
        span_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        span_from_us=np.array([span.from_us for span in flat], np.int64),
        span_to_us=np.array([span.to_us for span in flat], np.int64),
        span_unit=np.array([-1 if span.unit is None else unit_index[span.unit] for span in flat], np.int32),
        units=tuple(unit_pseudonyms(pa.array(units, pa.string()), key=unit_key).to_pylist()),
    )


def admit(
    registry: Registry, account: pa.Array, account_code: npt.NDArray[np.int32], time_us: Int64s
) -> Admitted:
    """Whether each event's account takes part at the event's time.

    Args:
        account: binary(16), the distinct accounts of a batch.
        account_code: for each event an index into `account`.
        time_us: for each event its time, µs UTC.
    """
    known = np.asarray(pc.fill_null(pc.index_in(account, value_set=registry.accounts), -1), np.int64)
    entry = known[account_code]
    listed = entry >= 0
    start = np.where(listed, registry.span_start[entry], 0)
    stop = np.where(listed, registry.span_start[entry + 1], 0)
    found = np.full(len(entry), -1, np.int64)
    for offset in range(int((stop - start).max(initial=0))):
        span = start + offset
        inside = span < stop
        span = np.where(inside, span, 0)
        holds = inside & (registry.span_from_us[span] <= time_us) & (time_us < registry.span_to_us[span])
        found = np.where(holds, span, found)  # the span recorded last decides the unit
    return Admitted(found >= 0, found)


class _Span(NamedTuple):
    from_us: int
    to_us: int
    unit: str | None
    recorded_us: int


def _components(rows: list[dict[str, object]]) -> dict[str, str | None]:
    """Account → person: the least name of its connected component; None where no link names a person."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for row in rows:
        account = root(("account", str(row["account"])))
        if row["person"] is not None:
            person = root(("person", str(row["person"])))
            # "person" > "account": the root of a component that has a person is its least person's name
            low, high = sorted((account, person), key=lambda node: (node[0] != "person", node[1]))
            parent[high] = low
    resolved = {}
    for row in rows:
        kind, name = root(("account", str(row["account"])))
        resolved[str(row["account"])] = name if kind == "person" else None
    return resolved


def _spans_by_account(rows: list[dict[str, object]], people: dict[str, str | None]) -> dict[str, list[_Span]]:
    objected: dict[str, int] = {}
    left: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        person = people[str(row["account"])]
        if person is None:
            continue
        recorded = _time(row["recorded_at_us"], EVER)  # unknown: nothing is known to have come after it
        if row["status"] == "objects":
            objected[person] = max(objected.get(person, NEVER), recorded)
        elif row["status"] == "left":
            left.setdefault(person, []).append((_time(row["valid_from_us"], NEVER), recorded))
    spans: dict[str, list[_Span]] = {str(row["account"]): [] for row in rows}
    for row in rows:
        person = people[str(row["account"])]
        if row["status"] != "participates" or person is None:
            continue
        recorded = _time(row["recorded_at_us"], NEVER)
        if person in objected and recorded <= objected[person]:
            continue
        from_us, to_us = _time(row["valid_from_us"], NEVER), _time(row["valid_to_us"], EVER)
        for left_us, left_recorded in left.get(person, []):
            if recorded <= left_recorded:
                to_us = min(to_us, left_us)
        unit = None if row["unit"] is None else str(row["unit"])
        if from_us < to_us:
            spans[str(row["account"])].append(_Span(from_us, to_us, unit, recorded))
    for account in spans.values():
        account.sort(key=lambda span: (span.recorded_us, span.from_us, span.to_us, span.unit or ""))
    return spans


def _time(value: object, unknown: int) -> int:
    return value if isinstance(value, int) else unknown
