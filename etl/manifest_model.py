"""What a manifest and a tombstone must be before a name or a number in them is used: a registry may be anybody's.

The models are strict (no text becomes a number) and know the fields that are read from outside or by a command. Fields
that they do not know are let be, within the bounds of `etl.strict_json`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from etl.config import known_zone, problems_of
from etl.errors import StorageError
from etl.layout import MANIFESTS, PRIVATE, WITHDRAWN, data_of, manifest_of, tombstone_of
from etl.strict_json import UnfitError, parse_strictly, told_by

MOST_VERSIONS: Final = 40_000
"""A version a night for more than a hundred years."""
_MOST_COUNT: Final = 2**53
_YEARS: Final = range(1970, 2201)
"""As for the nights of a run (`etl.config`)."""
_NIGHT: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATA_FILE: Final = re.compile(
    r"(?:sequences|actions)/(?:train|validation|test)-\d{5,9}-of-\d{5,9}\.parquet", re.ASCII
)
_BESIDE: Final = re.compile(r"[a-z][a-z_-]{0,30}", re.ASCII)


def is_night(name: object) -> bool:
    """Whether a version can have this name: a date that exists, as YYYY-MM-DD.

    >>> is_night("2026-11-22"), is_night("2026-02-30"), is_night("../2026-11-22"), is_night("20261122")
    (True, False, False, False)
    """
    if not isinstance(name, str) or not _NIGHT.fullmatch(name):
        return False
    try:
        return date.fromisoformat(name).year in _YEARS
    except ValueError:
        return False


def _night(text: str) -> str:
    if not is_night(text):
        raise ValueError("must be a night, YYYY-MM-DD")
    return text


def _count(value: object) -> object:
    """A count; or the text that stands in the place of one that is not told (`< 10`, `not shown`)."""
    shown = (
        isinstance(value, str) and len(value) <= 60 and re.fullmatch(r"<\s*\d{1,9}|[^<].*", value, re.ASCII)
    )
    if not shown and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_COUNT):
        raise ValueError("must be a count, or say that it is not shown")
    return value


Night = Annotated[str, AfterValidator(_night)]
Text = Annotated[str, Field(max_length=100_000)]
Word = Annotated[str, Field(max_length=200)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
Number = Annotated[int, Field(ge=0, le=_MOST_COUNT)]
Count = Annotated[Any, BeforeValidator(_count)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="allow")


class Window(_Strict):
    """First and last night, both included, and the zone of their midnights."""

    first: Night
    last: Night
    timezone: Annotated[Word, AfterValidator(known_zone)]


class Policy(_Strict):
    """What a command reads of the policy."""

    allow_low_k: bool
    participation: Word
    purpose: Text
    works_agreement: Text
    min_outside_unit: Number
    contact: Text = ""
    names: Word = "none"
    k: Number = 0
    cap_per_person: Number = 0
    max_per_person: Number = 0
    min_active: Number = 0
    late_days: Annotated[int, Field(ge=0, le=400)] = 0


class DataFile(_Strict):
    """A data file. `rows`: its records."""

    path: Word
    sha256: Digest
    rows: Number


class VocabularyFile(_Strict):
    """Where the numbers of a version's actions are."""

    path: Word
    sha256: Digest


class Tokenizer(_Strict):
    """How far the numbers of actions had come."""

    next_id: Annotated[int, Field(ge=0, le=2**31)] = 0


class Pool(_Strict):
    """Which generation of the pool the version left."""

    generation: Number = 0


class Gate(_Strict):
    """A check, and whether it held."""

    success: bool
    sentence: Text = ""


class Released(_Strict):
    """How much was released."""

    records: Number
    events: Count = 0
    transitions: Count = 0


class Shares(_Strict):
    """How much of it all that is."""

    transitions: Share
    events: Share = 0.0


class Rows(_Strict):
    """What became of the rows."""

    kept: Count
    read: Count = 0


class Manifest(_Strict):
    """A version's public manifest."""

    version: Night
    window: Window
    k: Annotated[int, Field(ge=1, le=1_000_000)]
    simulated: bool
    people: Count
    policy: Policy
    files: Annotated[list[DataFile], Field(max_length=100_000)]
    released: Released
    share: Shares
    gates: list[Gate]
    rows: Rows = Rows(kept=0)
    lengths: dict[Annotated[str, Field(pattern=r"^[0-9]{1,4}\z")], Number] = {}
    support_histogram: list[Annotated[list[Number], Field(min_length=2, max_length=2)]] = []
    privacy: dict[str, Any] = {}
    pool: Pool = Pool()
    tokenizer: Tokenizer | None = None
    vocabulary: Count = 0
    vocabulary_file: VocabularyFile | None = None
    code_version: Word = ""
    rounded: list[Word] = []

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.window.first > self.window.last:
            raise ValueError("its window ends before it begins")
        folder = f"{data_of(self.version)}/"
        paths = [file.path for file in self.files]
        if len(set(paths)) != len(paths):
            raise ValueError("it names a file twice")
        if not all(
            path.startswith(folder) and _DATA_FILE.fullmatch(path.removeprefix(folder)) for path in paths
        ):
            raise ValueError(f"it names a file that is no data file of its version ({folder}…)")
        if self.vocabulary_file is not None and not _is_beside(self.vocabulary_file.path, self.version):
            raise ValueError("its vocabulary is not where one lies")
        return self


class Tombstone(_Strict):
    """What says that a version was withdrawn."""

    version: Night
    withdrawn_at: Word
    reason: Text
    manifest_sha256: Digest


def parse_manifest(name: str, content: bytes) -> dict[str, Any]:
    """A public manifest, as it is written, once it is known to be one.

    Args:
        name: of the object in the registry; the version in it must be the one that it is named after.

    Raises:
        StorageError: it is none.
    """
    manifest = _checked(name, content, Manifest, "manifest")
    if manifest_of(manifest["version"]) != name:
        raise StorageError(f"the manifest {told_by(name)} is of another version: restore it from a backup")
    return manifest


def parse_tombstone(name: str, content: bytes) -> dict[str, Any]:
    """What says that a version was withdrawn, once it is known to be that.

    Raises:
        StorageError: it is not.
    """
    tombstone = _checked(name, content, Tombstone, "tombstone")
    if tombstone_of(tombstone["version"]) != name:
        raise StorageError(f"the tombstone {told_by(name)} is of another version: restore it from a backup")
    return tombstone


def check_manifest(manifest: dict[str, Any]) -> None:
    """Hold a manifest that is about to be written against what will be asked of it when it is read.

    Raises:
        ValueError: it would not be read again.
    """
    Manifest.model_validate(manifest)


def _checked(name: str, content: bytes, model: type[BaseModel], what: str) -> dict[str, Any]:
    try:
        value = parse_strictly(content)
        model.model_validate(value)
    except UnfitError as error:
        why = str(error)
    except ValidationError as error:
        said = problems_of(error)
        why = "; ".join(said[:3]) + (f"; and {len(said) - 3} more" if len(said) > 3 else "")
    else:
        return value
    raise StorageError(
        f"the {what} {told_by(name)} cannot be used: {told_by(why)}. Restore it from a backup; if the registry is not "
        "yours, do not trust it"
    )


def _is_beside(path: str, version: str) -> bool:
    """In the version's folder, or in a folder of its own for all versions, named after the version."""
    parts = PurePosixPath(path).parts
    return path == f"{data_of(version)}/vocabulary.json" or (
        len(parts) == 2
        and path == "/".join(parts)
        and parts[1] == f"{version}.json"
        and _BESIDE.fullmatch(parts[0]) is not None
        and parts[0] not in (MANIFESTS, WITHDRAWN, PRIVATE)
    )
