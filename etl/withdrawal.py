"""Withdrawing a version: the audit entry is the commit; what follows from it can be done again until it is done."""

from __future__ import annotations

from typing import Any

from etl.audit import Entry
from etl.canonical import dump
from etl.layout import data_of, tombstone_of, vocabulary_of
from etl.store import Store


def bury(store: Store, entry: Entry) -> dict[str, Any]:
    """Put up the tombstone that follows from an entry `withdrawn`; returns what it says."""
    said = {
        "version": entry.version,
        "withdrawn_at": entry.when,
        "reason": entry.fields["reason"],
        "manifest_sha256": entry.fields["manifest_sha256"],
    }
    name, content = tombstone_of(str(entry.version)), dump(said)
    if not store.exists(name) or store.read(name) != content:
        store.replace(name, content)
    return said


def remove_data(store: Store, entry: Entry) -> None:
    """Remove the data of a withdrawn version, once no card lists it any more."""
    store.remove_tree(data_of(str(entry.version)))
    store.remove(vocabulary_of(str(entry.version)))
