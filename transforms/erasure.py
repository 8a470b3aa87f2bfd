"""Rows by account: gone for whoever is erased, renamed where pseudonyms get a new key."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schemas import DIGEST

ACCOUNT = "account"


class Renamed(NamedTuple):
    """`table`: what could be renamed, or was already. `lost`: how many rows could not, and are not in it."""

    table: pa.Table
    lost: int


def ascending(accounts: pa.Array) -> pa.Array:
    """binary(16), each once, in order; nulls are left out."""
    once = pc.unique(accounts.drop_null())
    return once.take(pc.sort_indices(once.cast(pa.binary())))


def rows_of(table: pa.Table, accounts: pa.Array) -> int:
    """How many rows are of these accounts (binary(16))."""
    return int(pc.sum(_is_of(table, accounts)).as_py() or 0)


def without(table: pa.Table, accounts: pa.Array) -> pa.Table:
    """The rows of everybody else, in order. Values that only these rows used may still stand in its dictionaries.

    Args:
        table: has `account`, binary(16) or a dictionary of it. accounts: binary(16).
    """
    return table.filter(pc.invert(_is_of(table, accounts)))


def renamed(column: str, table: pa.Table, old: pa.Array, new: pa.Array) -> Renamed:
    """The table with old pseudonyms replaced; a row whose value is neither an old nor a new one is lost.

    Args:
        column: its name; null stays null. old, new: without nulls, equally long, of the column's type or of its values'.

    Done again it changes nothing, so that it can be done to what an interrupted change left half done.
    """
    place = table.schema.get_field_index(column)
    field = table.schema.field(place)
    plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    values = table.column(column).cast(plain).combine_chunks()
    found = new.cast(plain).take(pc.index_in(values, value_set=old.cast(plain)))
    found = pc.coalesce(found, pc.if_else(pc.is_in(values, value_set=new.cast(plain)), values, None))
    kept = pc.or_(found.is_valid(), values.is_null())
    filled = found.dictionary_encode() if pa.types.is_dictionary(field.type) else found
    result = table.set_column(place, field, filled.cast(field.type)).filter(kept)
    return Renamed(result, table.num_rows - result.num_rows)


def _is_of(table: pa.Table, accounts: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(table.column(ACCOUNT).cast(DIGEST), value_set=accounts.cast(DIGEST))
