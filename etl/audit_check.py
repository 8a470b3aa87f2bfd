"""Whether the audit log holds together, and whether the registry is what it says."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import PurePosixPath

import orjson

from etl.audit import START, Entry, latest, parse
from etl.erased import is_the_named_one
from etl.errors import StorageError
from etl.layout import AUDIT, ERASING, MANIFESTS, WITHDRAWN, data_of, manifest_of, tombstone_of
from etl.store import Store


def verify_chain(store: Store) -> list[str]:
    """What is wrong, one sentence each; nothing: all holds.

    That the last entries were cut off shows only where something in the registry needs them, or against the digest of the
    last entry that somebody noted elsewhere (`desirepath audit` prints it).
    """
    contents = store.read_all(AUDIT)
    chain, wrong = [], []
    for name, content in contents.items():
        try:
            chain.append(parse(name, content))
        except StorageError:
            wrong.append(f"{name} is no audit entry")
    if wrong:
        return wrong
    return [*_links(chain), *_manifests(store, chain), *_withdrawals(store, chain), *_erased(store, chain)]


def _erased(store: Store, chain: list[Entry]) -> Iterator[str]:
    if not is_the_named_one(store, chain):
        begun = store.exists(ERASING)
        yield (
            "an erasure was interrupted: run it again, or the nightly run"
            if begun
            else "the list of erased accounts is not the one that the log names"
        )


def _links(chain: list[Entry]) -> Iterator[str]:
    prev = START
    for number, entry in enumerate(chain, 1):
        if entry.name != f"{AUDIT}/{entry.fields['seq']:08d}.json":
            yield f"{entry.name} says that it is another one"
        if entry.fields["seq"] != number:
            yield f"audit entry {number} is missing, or one is there twice"
            return
        if entry.fields["prev"] != prev:
            yield f"{entry.name} does not follow from the entry before: one of the two was changed"
        prev = entry.digest


def _manifests(store: Store, chain: list[Entry]) -> Iterator[str]:
    digests = {name: sha256(content).hexdigest() for name, content in store.read_all(MANIFESTS).items()}
    published = latest(chain, "published")
    for version, entry in published.items():
        found = digests.get(manifest_of(version))
        if found is None:
            yield f"the manifest of {version} is missing"
        elif found != entry.fields.get("manifest_sha256"):
            yield f"the manifest of {version} is not the one that was published"
    for name in digests:
        if PurePosixPath(name).stem not in published:
            yield f"{name} has no audit entry"
    for entry in chain:
        if entry.event == "approved" and entry.fields.get("manifest_sha256") != digests.get(
            manifest_of(str(entry.version))
        ):
            yield f"{entry.name} approves another manifest than that of {entry.version}"
    twice = [entry.version for entry in chain if entry.event == "published"]
    yield from (
        f"{version} was published more than once" for version in published if twice.count(version) > 1
    )


def _withdrawals(store: Store, chain: list[Entry]) -> Iterator[str]:
    tombstones = store.read_all(WITHDRAWN)
    withdrawn = latest(chain, "withdrawn")
    for version, entry in withdrawn.items():
        content = tombstones.get(tombstone_of(version))
        try:
            said = orjson.loads(content) if content is not None else None
        except ValueError:
            said = {}
        if said is None:
            yield f"{version} is withdrawn and has no tombstone"
        elif not isinstance(said, dict) or said.get("manifest_sha256") != entry.fields.get("manifest_sha256"):
            yield f"the tombstone of {version} is not the one of its withdrawal"
        if store.names(data_of(version)):
            yield f"{version} is withdrawn and its data is still there"
    for name in tombstones:
        if PurePosixPath(name).stem not in withdrawn:
            yield f"{name} has no audit entry"
