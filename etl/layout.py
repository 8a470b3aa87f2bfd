"""Where what stands in a registry (DESIGN §6): the names of its objects."""

from __future__ import annotations

from typing import Final

PRIVATE: Final = ".private"
"""Never pulled, pushed or seen by `load_dataset`."""

DATA: Final = "data"
MANIFESTS: Final = "manifests"
REPORTS: Final = "reports"
WITHDRAWN: Final = "withdrawn"
VOCABULARY: Final = "vocabulary"
CARD: Final = "README.md"
TOKENIZER: Final = "tokenizer.json"
TOKENIZER_CONFIG: Final = "tokenizer_config.json"
CROISSANT: Final = "croissant.json"

MARK: Final = f"{PRIVATE}/registry"
"""Says that this is a registry, where a place has no folders to say it."""

CREATE_ONLY: Final = f"{PRIVATE}/create-only"
"""Written once; that a server refuses to write it again shows that it honours create-only writes."""

LOCK: Final = f"{PRIVATE}/lock"
AUDIT: Final = f"{PRIVATE}/audit"
JOURNAL: Final = f"{PRIVATE}/publishing"
"""One object for each version that is being published: what a kill may have left half done."""

FINGERPRINT: Final = f"{PRIVATE}/key-fingerprint"
SPELLED: Final = f"{PRIVATE}/spelling"
"""The number of the rule by which names are spelled (`transforms.account.SPELLING`); not there: 1."""

DEAD_LETTERS: Final = f"{PRIVATE}/dead-letters"
RUNS: Final = f"{PRIVATE}/runs"
QUARANTINE: Final = f"{PRIVATE}/quarantine"
LINEAGE: Final = f"{PRIVATE}/lineage"
STAGING: Final = f"{PRIVATE}/staging"

POOL: Final = f"{PRIVATE}/pool"
STATE: Final = f"{PRIVATE}/state"
ERASED: Final = f"{PRIVATE}/erased.parquet"
"""The accounts that are never admitted again."""

ERASING: Final = f"{PRIVATE}/erasing.parquet"
"""There while an erasure is under way: what it has to do."""

POOL_KEY_ID: Final = f"{PRIVATE}/pool-key-id"
ROTATING: Final = f"{PRIVATE}/rotating.json"
"""There while a key is being changed: what is sealed may be under either key."""


def data_of(version: str) -> str:
    """The folder of a version's data."""
    return f"{DATA}/{version}"


def vocabulary_of(version: str) -> str:
    """Which numbers a version's actions have; withdrawn with the version's data.

    Registries from before 2026-12 have it at `data/<version>/vocabulary.json`; a manifest names where its own is.
    """
    return f"{VOCABULARY}/{version}.json"


def manifest_of(version: str) -> str:
    """A version's public manifest: written once, never changed."""
    return f"{MANIFESTS}/{version}.json"


def report_of(version: str) -> str:
    """A version's report for stewards."""
    return f"{REPORTS}/{version}.html"


def tombstone_of(version: str) -> str:
    """What says publicly that a version was withdrawn."""
    return f"{WITHDRAWN}/{version}.json"


def journal_of(version: str) -> str:
    """The note that a version is being published."""
    return f"{JOURNAL}/{version}"
