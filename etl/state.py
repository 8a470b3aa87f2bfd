"""What a registry remembers of a version's events and people, sealed: ledger, spent, units, membership, content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import pyarrow as pa

from etl.canonical import dump, parse_object
from etl.layout import STATE
from etl.registry import Registry
from etl.sealed_objects import read_sealed_object, write_sealed_object
from etl.store import Store
from transforms.schemas import LEDGER, MEMBERSHIP, NAMED_BEFORE, SPENT

Kind = Literal["ledger", "spent", "membership", "units"]

KNOWN_BY: Final = "known_by"
"""Of a version's content: what its ledger recognises events by (`transforms.ledger.known_by`)."""

SHAPED_BY: Final = "shaped_by"
"""Of a version's content: how it named actions, and so what waited after it (`transforms.ledger.shaped_by`)."""

SCHEMAS: Final[Mapping[Kind, pa.Schema]] = {
    "ledger": LEDGER,
    "spent": SPENT,
    "membership": MEMBERSHIP,
    "units": NAMED_BEFORE,
}


def object_name(version: str, kind: Kind) -> str:
    """The object's name."""
    return f"{STATE}/{version}/{kind}.parquet"


def write_state(
    registry: Registry, version: str, tables: Mapping[Kind, pa.Table], *, content: dict[str, Any], key: bytes
) -> None:
    """Write a version's state; before its manifest, so that a version always has it."""
    for kind, table in tables.items():
        write_sealed_object(registry.store, object_name(version, kind), table, key)
    registry.store.replace(f"{STATE}/{version}/content.json", dump(content))


def read_state(registry: Registry, version: str, kind: Kind, *, key: bytes) -> pa.Table | None:
    """A table of a version's state; None: it is not kept any more."""
    try:
        return _as_now(read_sealed_object(registry.store, object_name(version, kind), key), SCHEMAS[kind])
    except FileNotFoundError:
        return None


def _as_now(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table as an earlier code wrote it: what a row could not say then is null."""
    for field in schema:
        if field.nullable and field.name not in table.column_names:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(schema.names).cast(schema)


def read_content(registry: Registry, version: str) -> dict[str, Any] | None:
    """What a version's events amounted to; None: it is not known any more."""
    name = f"{STATE}/{version}/content.json"
    try:
        return parse_object(name, registry.store.read(name))
    except FileNotFoundError:
        return None


def state_objects(store: Store) -> list[str]:
    """The sealed tables of all versions, by name."""
    return [name for name in store.names(STATE) if name.endswith(".parquet")]


def kept(registry: Registry, kind: Kind) -> set[str]:
    """The versions of which a table is kept."""
    prefix, end = f"{STATE}/", f"/{kind}.parquet"
    names = registry.store.names(STATE)
    return {name.removeprefix(prefix).removesuffix(end) for name in names if name.endswith(end)}


def forget(registry: Registry, version: str, kind: Kind) -> None:
    """Remove a table."""
    registry.store.remove(object_name(version, kind))


def sweep_state(registry: Registry, versions: Iterable[str]) -> None:
    """Remove the state of versions that were never published."""
    prefix = f"{STATE}/"
    found = {name.removeprefix(prefix).split("/")[0] for name in registry.store.names(STATE)}
    for version in sorted(found - set(versions)):
        registry.store.remove_tree(f"{prefix}{version}")
