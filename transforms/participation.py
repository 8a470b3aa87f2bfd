"""Who takes part: accounts to people and units, whether an event is admitted at its own time, and who held which unit.

The rules (DESIGN §2, §4; reasons in docs/decisions/0009-participation.md):

- A person is a connected component of all account links ever recorded, by rows of any status and date.
- Admission is denied by default: an event counts while a `participates` row of its account holds (half-open).
- An account that any `participates` row lists without a person is shared, and never counts.
- An objection, of whichever account, counts for all of the person's past and whatever its dates, until a participation
  that was recorded after it; rows recorded before stay closed.
- Leaving ends, at its `valid_from`, every span of the person that was recorded no later.
- Of `participates` rows of one account with the same `valid_from` the one recorded last is a correction: it alone admits.
- A row without `recorded_at` is read as protects more: an objection or a departure as recorded after everything, a
  participation as recorded before everything, a possible correction as one (what all readings admit is admitted).
- A unit held is held: whatever closed a row for admission, its unit counts over the row's dates; only leaving ends it,
  where both are known to have been recorded in that order. `objects` rows and corrected rows count where they name a
  unit. Unknown is one unit, where a `participates` row that was not corrected says so.
- Where the file names no unit in the window it says nothing about units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.links import people_by_account
from transforms.pseudonym import pseudonyms, unit_pseudonyms
from transforms.schemas import DIGEST
from transforms.spans import admission_spans, holdings

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

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

HELD: Final = pa.schema(
    [
        pa.field("person", DIGEST, nullable=False),
        pa.field("unit", pa.string()),  # pseudonym; null: unknown, which is a unit
        pa.field("from_us", pa.int64(), nullable=False),
        pa.field("to_us", pa.int64(), nullable=False),  # half-open
    ]
)
"""Who held which unit from when to when, whether or not anything was admitted then; ordered, no row twice."""

UNITS: Final = pa.schema([HELD.field("person"), HELD.field("unit")])
"""Who held which unit in a window."""


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
    held: pa.Table  # HELD

    def same_as(self, other: Registry) -> bool:
        """Whether both admit and count alike, whatever the files they came from looked like."""
        arrays = ("span_start", "span_from_us", "span_to_us", "span_unit")
        return (
            self.accounts.equals(other.accounts)
            and self.person.equals(other.person)
            and self.units == other.units
            and self.held.equals(other.held)
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in arrays)
        )


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
    people = people_by_account(rows)
    spans = admission_spans(rows, people)
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
        held=_held(rows, people, person_key=person_key, unit_key=unit_key),
    )


def units_held(registry: Registry | None, first_us: int, end_us: int) -> pa.Table:
    """The units that people held at any time of a window, over all their accounts, whether or not they did anything.

    Args:
        registry: None: nothing is known. first_us, end_us: the window, µs UTC, half-open.

    Returns:
        UNITS, distinct. Without a row where nobody's unit is known in the window.
    """
    if registry is None:
        return UNITS.empty_table()
    held = registry.held
    inside = pc.and_(pc.less(held.column("from_us"), end_us), pc.greater(held.column("to_us"), first_us))
    units = held.filter(inside).select(UNITS.names)
    if units.column("unit").null_count == units.num_rows:
        return UNITS.empty_table()
    return units.group_by(UNITS.names, use_threads=False).aggregate([]).cast(UNITS)


def ever_admitted(registry: Registry, account: pa.Array) -> Bools:
    """For each account (binary(16), distinct) whether it takes part at any time at all."""
    entry = _entries(registry, account)
    spans = np.diff(registry.span_start, append=registry.span_start[-1:])  # the last: of who is not listed
    return (entry >= 0) & (spans[entry] > 0)


def all_accounts_of(accounts: pa.Array, registry: Registry | None) -> pa.Array:
    """Some accounts (binary(16)), and every other account of the same people."""
    if registry is None or not len(accounts):
        return accounts
    people = registry.person.take(pc.index_in(accounts, value_set=registry.accounts)).drop_null()
    theirs = registry.accounts.filter(pc.is_in(registry.person, value_set=people, skip_nulls=True))
    return pc.unique(pa.concat_arrays([accounts, theirs]))


def admit(
    registry: Registry, account: pa.Array, account_code: npt.NDArray[np.int32], time_us: Int64s
) -> Admitted:
    """Whether each event's account takes part at the event's time.

    Linear in the accounts of the registry, and in the events times the most spans that one account has.

    Args:
        account: binary(16), the distinct accounts of a batch.
        account_code: for each event an index into `account`.
        time_us: for each event its time, µs UTC.
    """
    entry = _entries(registry, account)[account_code]
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


def _entries(registry: Registry, account: pa.Array) -> Int64s:
    """Each account's number in the registry, -1: not listed."""
    return np.asarray(pc.fill_null(pc.index_in(account, value_set=registry.accounts), -1), np.int64)


def _held(
    rows: list[dict[str, object]], people: dict[str, str | None], *, person_key: bytes, unit_key: bytes
) -> pa.Table:
    held = sorted(holdings(rows, people), key=lambda one: (one.person, one.unit or "", *one[2:]))
    columns = {
        "person": _distinctly(pseudonyms, [one.person for one in held], person_key),
        "unit": _distinctly(unit_pseudonyms, [one.unit for one in held], unit_key),
        "from_us": pa.array([one.from_us for one in held], pa.int64()),
        "to_us": pa.array([one.to_us for one in held], pa.int64()),
    }
    return pa.table(columns, schema=HELD)


def _distinctly(pseudonymise: Callable[..., pa.Array], names: Sequence[str | None], key: bytes) -> pa.Array:
    """Pseudonyms of names that repeat."""
    encoded = pa.array(names, pa.string()).dictionary_encode()
    return pseudonymise(encoded.dictionary, key=key).take(encoded.indices)
