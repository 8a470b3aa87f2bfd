"""Read a release back from its Parquet files and check every row by itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from verifier.hygiene import check_chunk, check_metadata
from verifier.layout import read_layout
from verifier.policy import Policy
from verifier.schemas import COLUMNS, KINDS_OF_ROWS, SPLITS, has_records
from verifier.violations import Tally

NAME: Final = re.compile(r"([a-z]+)-(\d{5})-of-(\d{5})\.parquet")
ROWS_AT_ONCE: Final = 1 << 16

Row = tuple[list[str], int, int, int]


@dataclass(frozen=True)
class Release:
    """The distinct records: `digests`, the published counts, and all actions end to end, cut by `offsets`.

    `tokens` are indexes into `vocabulary` (string).
    """

    digests: list[bytes]
    tokens: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    vocabulary: Any
    people: npt.NDArray[np.int64]
    occurrences: npt.NDArray[np.int64]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Actions in each record."""
        return np.diff(self.offsets)


@dataclass(frozen=True)
class _Part:
    """One file by its name. A name that says nothing gives kind and split ''."""

    kind: str
    split: str
    index: int
    shards: int
    path: Path


def record_digest(actions: list[str]) -> bytes:
    """SHA-256 of the UTF-8 JSON array of a record's actions, without spaces.

    >>> record_digest(["a", "b"]) == hashlib.sha256(b'["a","b"]').digest()
    True
    """
    return hashlib.sha256(json.dumps(actions, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def split_of(digest: bytes) -> str:
    """The split that a record belongs to: 90, 5 and 5 of a hundred."""
    percent = int.from_bytes(digest[:8], "big") % 100
    return "train" if percent < 90 else "validation" if percent < 95 else "test"


def read_release(paths: Sequence[Path], policy: Policy, tally: Tally) -> Release:
    """Read all files of a version; what cannot be read as records counts as a violation and is left out.

    Raises:
        OSError: a file is not there or may not be read.
    """
    last: dict[tuple[str, str], bytes] = {}
    seen: dict[bytes, Row] = {}
    for part in _parts(paths, tally):
        for row in _rows(part, tally):
            digest = record_digest(row[0])
            _check_row(row, digest, part, policy, tally)
            tally.add("row_order", digest < last.get((part.kind, part.split), b""))
            last[part.kind, part.split] = digest
            tally.add("duplicate_record", digest in seen)
            seen.setdefault(digest, row)
    return _pack(seen)


def _pack(rows: dict[bytes, Row]) -> Release:
    flat = [action for row in rows.values() for action in row[0]]
    encoded = pa.array(flat, pa.string()).dictionary_encode()
    return Release(
        list(rows),
        np.asarray(encoded.indices, np.int32),
        np.cumsum([0, *(len(row[0]) for row in rows.values())], dtype=np.int64),
        encoded.dictionary,
        np.array([row[2] for row in rows.values()], np.int64),
        np.array([row[3] for row in rows.values()], np.int64),
    )


def _parts(paths: Sequence[Path], tally: Tally) -> list[_Part]:
    """The files in reading order, and whether each (kind, split) has all its shards once."""
    parts, shards = [], defaultdict(list)
    for path in paths:
        named = NAME.fullmatch(path.name)
        kind = path.parent.name
        if named is None or kind not in KINDS_OF_ROWS or named[1] not in SPLITS:
            tally.add("file_name", 1)
            parts.append(_Part("", "", 0, 0, path))
            continue
        part = _Part(kind, named[1], int(named[2]), int(named[3]), path)
        parts.append(part)
        shards[part.kind, part.split].append((part.index, part.shards))
    for of_split in shards.values():
        tally.add("file_name", sorted(of_split) != [(index, len(of_split)) for index in range(len(of_split))])
    return sorted(parts, key=lambda part: (part.kind, part.split, part.index, part.path))


def _rows(part: _Part, tally: Tally) -> Iterator[Row]:
    try:
        yield from _read(part.path, tally)
    except OSError as error:
        # A file that is not there has an errno and is no finding; pyarrow's "corrupt page" has none.
        if error.errno is not None:
            raise
        tally.add("unreadable_file", 1)
    except (ValueError, pa.ArrowException):
        tally.add("unreadable_file", 1)


def _read(path: Path, tally: Tally) -> Iterator[Row]:
    """A file's rows without a null, after the checks of the file as a whole."""
    with pa.memory_map(str(path)) as source:
        layout = read_layout(memoryview(source.read_buffer()).cast("B"))
    check_metadata(layout, tally)
    tally.add("stray_bytes", layout.stray)
    with pq.ParquetFile(path) as file:
        tally.add("empty_file", file.metadata.num_rows == 0)
        tally.add("schema", tuple(file.schema_arrow.names) != COLUMNS or not has_records(file.schema_arrow))
        if not has_records(file.schema_arrow):
            return
        for number in range(file.num_row_groups):
            group = file.read_row_group(number, columns=list(COLUMNS))
            for chunk in layout.chunks:
                if chunk.row_group == number and chunk.column in COLUMNS:
                    check_chunk(chunk, group.column(chunk.column), tally)
            for batch in group.to_batches(max_chunksize=ROWS_AT_ONCE):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    nulls = sum(value is None for value in (*row, *(row[0] or ())))
                    tally.add("null", nulls)
                    if not nulls:
                        yield row


def _check_row(row: Row, digest: bytes, part: _Part, policy: Policy, tally: Tally) -> None:
    actions, length, _, _ = row
    size = len(actions)
    tally.add("length", length != size)
    shortest, longest = (2, policy.max_length) if part.kind == "sequences" else (1, 1)
    tally.add("length_range", part.kind != "" and not shortest <= size <= longest)
    tally.add("split", part.kind != "" and split_of(digest) != part.split)
    if policy.drop_repeats:
        tally.add("repeat_in_record", sum(a == b for a, b in pairwise(actions)))
