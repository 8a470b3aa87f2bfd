"""Finish or undo what interrupted runs left: only what the journal or the audit log names is touched. Needs the lock."""

from __future__ import annotations

from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

import orjson

from etl.audit import Entry, append, latest, read_chain
from etl.canonical import parse_object
from etl.errors import StorageError
from etl.layout import JOURNAL, MANIFESTS, data_of, journal_of, manifest_of, report_of, vocabulary_of
from etl.manifest_model import is_night
from etl.store import Store
from etl.strict_json import told_by
from etl.withdrawal import bury


def repair_publications(store: Store) -> None:
    """A version with a manifest is published and gets its audit entry; one without never was, and its data goes."""
    manifests = {PurePosixPath(name).stem for name in store.names(MANIFESTS)}
    recorded = latest(read_chain(store), "published")
    if strange := [
        name for name in (*store.names(MANIFESTS), *store.names(JOURNAL)) if not is_night(_stem(name))
    ]:
        raise StorageError(
            f"{told_by(strange[0])} of the registry is named after no night: see who put it there, and remove it"
        )
    journal = {PurePosixPath(name).name: store.read(name) for name in store.names(JOURNAL)}
    for version in sorted(manifests - recorded.keys()):
        record_publication(store, version, _noted(journal.get(version)), recovered=True)
    for version in journal:
        if version not in manifests:
            store.remove_tree(data_of(version))
            store.remove(vocabulary_of(version))
            store.remove(report_of(version))
        store.remove(journal_of(version))


def repair_withdrawals(store: Store) -> list[Entry]:
    """Every withdrawal has its tombstone; returns them, for their data to be removed once the card is written."""
    withdrawn = list(latest(read_chain(store), "withdrawn").values())
    for entry in withdrawn:
        bury(store, entry)
    return withdrawn


def _stem(name: str) -> str:
    return PurePosixPath(name).name.removesuffix(".json")


def record_publication(store: Store, version: str, run: str | None, *, recovered: bool = False) -> Entry:
    """Write the audit entry of a publication, bound to the manifest's bytes."""
    content = store.read(manifest_of(version))
    fields: dict[str, Any] = {"version": version, "run": run, "manifest_sha256": sha256(content).hexdigest()}
    fields["generation"] = (parse_object(manifest_of(version), content).get("pool") or {}).get("generation")
    return append(store, "published", **fields, **({"recovered": True} if recovered else {}))


def _noted(content: bytes | None) -> str | None:
    """The run that a journal's note names."""
    try:
        run = orjson.loads(content or b"null")
    except ValueError:
        return None
    return run if isinstance(run, str) else None
