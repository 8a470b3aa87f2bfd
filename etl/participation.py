"""The participation file as one reading found it: resolved, committed to, and comparable with a later reading."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from etl.participation_file import parse_participation, read_content
from transforms.former_spelling import formerly, spelled_both_ways
from transforms.participation import Registry, build_registry
from transforms.pseudonym import derive_key


@dataclass(frozen=True)
class Participation:
    """Who takes part. All fields come from the same bytes.

    `entries` (ENTRIES): its rows, for the verifier, which resolves them by itself.
    `names`: everybody whom the file names, taking part or not: no such name may remain in a token. `accounts`: string,
    distinct, canonical. `commitment`: HMAC-SHA256 of the bytes under a key derived from the run's: whoever holds key and
    file can prove that it was this file, and nobody else can try candidates. `sha256`: plain, for the private record.
    """

    registry: Registry = field(repr=False)
    entries: pa.Table = field(repr=False)
    names: frozenset[str] = field(repr=False)
    accounts: pa.Array = field(repr=False)
    commitment: str
    sha256: str

    def resolves_like(self, other: Participation) -> bool:
        """Whether a run under either file would do the same."""
        return self.names == other.names and self.registry.same_as(other.registry)


def read_participation(participation: str, key: bytes) -> Participation | None:
    """Read and resolve the participation file at a path; None: `none`, everybody is admitted.

    Raises:
        ConfigError: what is wrong with which rows, never a value.
    """
    if participation == "none":
        return None
    content, entries = _read(participation)
    return Participation(
        build_registry(entries, person_key=derive_key(key, "person"), unit_key=derive_key(key, "unit")),
        entries,
        _names(entries),
        entries.column("account").combine_chunks().unique(),
        hmac.new(derive_key(key, "participation"), content, hashlib.sha256).hexdigest(),
        hashlib.sha256(content).hexdigest(),
    )


def names_in(participation: str) -> tuple[set[str], set[str]]:
    """Every account and every unit that the file at a path names, in canonical spelling; `none`: nobody.

    Raises:
        ConfigError: what is wrong with which rows, never a value.
    """
    if participation == "none":
        return set(), set()
    _, entries = _read(participation)
    accounts, units = (set(entries.column(name).drop_null().to_pylist()) for name in ("account", "unit"))
    return accounts, units


def spellings_in(participation: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Every account and every unit that the file at a path names, by the former spelling and by today's.

    Raises:
        ConfigError: what is wrong with which rows, never a value.
    """
    if participation == "none":
        return [], []
    content, entries = _read(participation)
    before = parse_participation(content, Path(participation), spell=formerly)
    accounts, units = (
        spelled_both_ways(*(table.column(name).combine_chunks() for table in (before, entries)))
        for name in ("account", "unit")
    )
    return accounts, units


def still_holds(read: Participation | None, participation: str, key: bytes) -> bool:
    """Whether the file, read again, says what it said about everybody.

    Raises:
        ConfigError: it cannot be used any more; who takes part is not guessed.
    """
    now = read_participation(participation, key)
    if read is None or now is None:
        return read is now
    return now.sha256 == read.sha256 or now.resolves_like(read)


def _read(participation: str) -> tuple[bytes, pa.Table]:
    path = Path(participation)
    content = read_content(path)
    return content, parse_participation(content, path)


def _names(entries: pa.Table) -> frozenset[str]:
    columns = (entries.column(name).drop_null().to_pylist() for name in ("account", "person"))
    return frozenset(name for column in columns for name in column)
