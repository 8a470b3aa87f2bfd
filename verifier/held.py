"""What people held beside the units of their closed sessions: by the registry, and by all else that they named."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from verifier.columns import Int64s, coded, whole
from verifier.people import Owned


class Held(NamedTuple):
    """`person`: indices into a bucket's people; `units`: what each of them held, None: unknown. `known`: whether any unit is
    named, be it by somebody who is not among these people."""

    person: Int64s
    units: list[str | None]
    known: bool


def held_by(persons: Any, spans: Any) -> Held:
    """What the people of a bucket held.

    Args:
        persons: binary(16), distinct. spans: SPANS of the nights; None: nothing is known.
    """
    if spans is None:
        return Held(np.zeros(0, np.int64), [], False)
    return _of(persons, spans.column("person"), spans.column("unit"), known=spans.num_rows > 0)


def named_in(table: Any, owner: Owned, persons: Any) -> Held:
    """The same for what staged rows name: each (person, unit) once.

    Args:
        table: pa.Table with unit, a unified dictionary (null: unknown). owner: whose its rows are.
    """
    unit, units = coded(whole(table, "unit"))
    pairs = np.unique(owner.person * max(len(units), 1) + unit)
    person = owner.persons.take(pa.array(pairs // max(len(units), 1)))
    named = units.take(pa.array(pairs % max(len(units), 1)))
    return _of(persons, person, named, known=named.null_count < len(named))


def together(parts: list[Held]) -> Held:
    """Several as one."""
    units = [unit for part in parts for unit in part.units]
    return Held(np.concatenate([part.person for part in parts]), units, any(part.known for part in parts))


def _of(persons: Any, person: Any, unit: Any, *, known: bool) -> Held:
    number = pc.index_in(person, value_set=persons)
    here = number.is_valid()
    return Held(np.asarray(number.filter(here), np.int64), unit.filter(here).to_pylist(), known)
