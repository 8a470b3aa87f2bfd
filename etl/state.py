"""What a registry remembers of a version's events and people, sealed: ledger, spent intervals, membership, content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import orjson
import pyarrow as pa

from etl.canonical import dump
from etl.layout import PRIVATE
from etl.registry import Registry
from etl.vault import open_parquet, seal_parquet
from transforms.schemas import LEDGER, MEMBERSHIP, SPENT

Kind = Literal["ledger", "spent", "membership"]

FOLDER: Final = f"{PRIVATE}/state"
KNOWN_BY: Final = "known_by"
"""Of a version's content: what its ledger recognises events by (`transforms.ledger.known_by`)."""

SCHEMAS: Final[Mapping[Kind, pa.Schema]] = {"ledger": LEDGER, "spent": SPENT, "membership": MEMBERSHIP}


def object_name(version: str, kind: Kind) -> str:
    """The object's name."""
    return f"{FOLDER}/{version}/{kind}.parquet"


def write_state(
    registry: Registry, version: str, tables: Mapping[Kind, pa.Table], *, content: dict[str, Any], key: bytes
) -> None:
    """Write a version's state; before its manifest, so that a version always has it."""
    for kind, table in tables.items():
        name = object_name(version, kind)
        registry.store.replace(name, seal_parquet(table, key, name=name))
    registry.store.replace(f"{FOLDER}/{version}/content.json", dump(content))


def read_state(registry: Registry, version: str, kind: Kind, *, key: bytes) -> pa.Table | None:
    """A table of a version's state; None: it is not kept any more."""
    name = object_name(version, kind)
    try:
        content = registry.store.read(name)
    except FileNotFoundError:
        return None
    return open_parquet(content, key, name=name).cast(SCHEMAS[kind])


def read_content(registry: Registry, version: str) -> dict[str, Any] | None:
    """What a version's events amounted to; None: it is not known any more."""
    try:
        content: dict[str, Any] = orjson.loads(registry.store.read(f"{FOLDER}/{version}/content.json"))
    except FileNotFoundError:
        return None
    return content


def kept(registry: Registry, kind: Kind) -> set[str]:
    """The versions of which a table is kept."""
    prefix, end = f"{FOLDER}/", f"/{kind}.parquet"
    names = registry.store.names(FOLDER)
    return {name.removeprefix(prefix).removesuffix(end) for name in names if name.endswith(end)}


def forget(registry: Registry, version: str, kind: Kind) -> None:
    """Remove a table."""
    registry.store.remove(object_name(version, kind))


def sweep_state(registry: Registry, versions: Iterable[str]) -> None:
    """Remove the state of versions that were never published."""
    prefix = f"{FOLDER}/"
    found = {name.removeprefix(prefix).split("/")[0] for name in registry.store.names(FOLDER)}
    for version in sorted(found - set(versions)):
        registry.store.remove_tree(f"{prefix}{version}")
